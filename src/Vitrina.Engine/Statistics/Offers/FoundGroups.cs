using System.Runtime.InteropServices;
using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Match groups that the engine finds itself, where the vertical's file names no attribute for them.</summary>
/// <remarks>
/// An Init groups the whole catalogue (<see cref="ProductMatcher"/>); between two Inits an item joins a group at its put when its title says the same
/// as a member's, and leaves it when its title or type changes. A group is named by the ordinal of its first item. One writer, in journal order.
/// </remarks>
internal sealed class FoundGroups
{
    // By item ordinal: the group + 1.
    private readonly PagedArray<int> _groups = new(6);
    private readonly Dictionary<int, List<int>> _members = [];
    private readonly Dictionary<int, TitleKey> _titles = [];
    private readonly Dictionary<TitleKey, int> _groupsByTitle = [];

    /// <summary>True while there is no group.</summary>
    public bool IsEmpty => _members.Count == 0;

    /// <summary>The group of an item; -1 without one.</summary>
    public int Of(int item) => item < _groups.Count ? _groups[item] - 1 : -1;

    /// <summary>The group that an item joins by its title as it is now; -1 when it says what no group says.</summary>
    /// <param name="item">The item.</param>
    /// <param name="title">What its title says.</param>
    /// <param name="itemAt">The item of an ordinal: as members are now.</param>
    public int Find(Item item, TitleKey? title, Func<int, Item?> itemAt)
    {
        if (item.IsDeleted || title is not { } key || !_groupsByTitle.TryGetValue(key, out var group))
        {
            return -1;
        }

        var others = _members[group].Where(member => member != item.Ordinal);
        return ProductMatcher.IsProduct([.. others.Select(member => itemAt(member)?.SellerOrdinal ?? -1), item.SellerOrdinal]) ? group : -1;
    }

    /// <summary>Puts an item into a group.</summary>
    /// <param name="item">The item.</param>
    /// <param name="group">The group; -1 = it is in none from now on.</param>
    /// <param name="key">What its title says; null = nothing that others could join it by.</param>
    public void Set(int item, int group, TitleKey? key)
    {
        if (Of(item) is >= 0 and var old)
        {
            Remove(item, old);
        }

        _groups.EnsureCount(item + 1);
        _groups.Edit(item) = group + 1;
        if (group < 0)
        {
            return;
        }

        (CollectionsMarshal.GetValueRefOrAddDefault(_members, group, out _) ??= []).Add(item);
        if (key is { } title)
        {
            _titles[item] = title;
            _groupsByTitle.TryAdd(title, group);
        }
    }

    private void Remove(int item, int group)
    {
        var members = _members[group];
        members.Remove(item);
        if (members.Count == 0)
        {
            _members.Remove(group);
        }

        if (_titles.Remove(item, out var key) && !members.Exists(member => _titles.TryGetValue(member, out var other) && other == key))
        {
            _groupsByTitle.Remove(key);
        }
    }

    /// <summary>An immutable view for readers on other threads: by item ordinal, the group + 1.</summary>
    public PagedView<int> Freeze() => _groups.Freeze();

    /// <summary>A view of the present content, valid until the next write.</summary>
    public PagedView<int> Live() => _groups.Live();

    internal void Save(ByteWriter writer)
    {
        MatchedItem.WriteAll(writer, [.. Enumerable.Range(0, _groups.Count).Where(item => _groups[item] > 0).Select(item => new MatchedItem(item, Of(item), _titles.TryGetValue(item, out var key) ? key : null))]);
    }

    internal static FoundGroups Load(ref ByteReader reader) => Of(MatchedItem.ReadAll(ref reader));

    /// <summary>The groups that a matching found.</summary>
    public static FoundGroups Of(IReadOnlyList<MatchedItem> matched)
    {
        var groups = new FoundGroups();
        foreach (var item in matched)
        {
            groups.Set(item.Item, item.Group, item.Title);
        }

        return groups;
    }
}
