using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Groups;

/// <summary>Which items a group has that are neither hidden nor deleted: a list per group, linked through the items' ordinals.</summary>
/// <remarks>One writer; 12 bytes an item. The order of a list says nothing.</remarks>
internal sealed class GroupMembers(int slot)
{
    // Everything holds index + 1, so that the zero of a new page means "none". An item's group: group + 1.
    private readonly PagedArray<int> _heads = new(6);
    private readonly PagedArray<int> _next = new(8);
    private readonly PagedArray<int> _previous = new(8);
    private readonly PagedArray<int> _groups = new(8);
    private readonly PagedArray<int> _counts = new(6);

    /// <summary>Takes over an item's new state.</summary>
    /// <returns>Whether a group has gained or lost it.</returns>
    public bool Apply(Item item)
    {
        var group = item is { IsActive: true, IsDeleted: false } ? item.Keywords[slot] : -1;
        var known = item.Ordinal < _groups.Count ? _groups[item.Ordinal] - 1 : -1;
        if (group == known)
        {
            return false;
        }

        _groups.EnsureCount(item.Ordinal + 1);
        _next.EnsureCount(item.Ordinal + 1);
        _previous.EnsureCount(item.Ordinal + 1);
        if (known >= 0)
        {
            Unlink(item.Ordinal, known);
        }

        if (group >= 0)
        {
            Link(item.Ordinal, group);
        }

        _groups.Edit(item.Ordinal) = group + 1;
        return true;
    }

    private void Link(int item, int group)
    {
        _heads.EnsureCount(group + 1);
        _counts.EnsureCount(group + 1);
        var head = _heads[group];
        _next.Edit(item) = head;
        _previous.Edit(item) = 0;
        if (head > 0)
        {
            _previous.Edit(head - 1) = item + 1;
        }

        _heads.Edit(group) = item + 1;
        _counts.Edit(group)++;
    }

    private void Unlink(int item, int group)
    {
        var (next, previous) = (_next[item], _previous[item]);
        if (previous > 0)
        {
            _next.Edit(previous - 1) = next;
        }
        else
        {
            _heads.Edit(group) = next;
        }

        if (next > 0)
        {
            _previous.Edit(next - 1) = previous;
        }

        _counts.Edit(group)--;
    }

    public GroupMembersView Freeze() => new(_heads.Freeze(), _next.Freeze(), _counts.Freeze());

    public GroupMembersView Live() => new(_heads.Live(), _next.Live(), _counts.Live());

    public long Bytes => (4L * 3 * _next.Count) + (8L * _heads.Count);
}

/// <summary>A frozen state of <see cref="GroupMembers"/>. Safe for concurrent use.</summary>
internal readonly struct GroupMembersView(PagedView<int> heads, PagedView<int> next, PagedView<int> counts)
{
    /// <summary>The first item of a group, or -1.</summary>
    public int First(int group) => group < heads.Count ? heads[group] - 1 : -1;

    /// <summary>The item behind an item, or -1.</summary>
    public int Next(int item) => next[item] - 1;

    /// <summary>How many items a group has.</summary>
    public int CountOf(int group) => group < counts.Count ? counts[group] : 0;
}
