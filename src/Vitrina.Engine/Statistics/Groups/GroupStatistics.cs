using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Groups;

/// <summary>Who took to something, as statistics of groups see it.</summary>
/// <param name="user">The user's attributes, or null.</param>
/// <param name="context">What the event said besides.</param>
/// <param name="isNew">True while little is known of the person.</param>
/// <param name="trail">What the visitor took to before, newest first.</param>
internal readonly ref struct GroupVisitor(Entity? user, IReadOnlyList<KeyValuePair<string, string>> context, bool isNew, ReadOnlySpan<TrailStep> trail)
{
    public Entity? User { get; } = user;

    public IReadOnlyList<KeyValuePair<string, string>> Context { get; } = context;

    public bool IsNew { get; } = isNew;

    public ReadOnlySpan<TrailStep> Trail { get; } = trail;
}

/// <summary>What the events and items of one grouping add up to: popularity by segment, what follows what, and which items each group has.</summary>
/// <remarks>
/// One writer, in journal order; a person's own groups are read from the history on request and cost nothing here. A visit counts once per step into
/// a group; event types without interest count nothing.
/// </remarks>
internal sealed class GroupStatistics
{
    /// <summary>Most groups that follow one group.</summary>
    public const int MostFollowers = 64;

    /// <summary>What follows what, and what a region or an age takes to, changes slowly: eight weeks keep a season.</summary>
    public static readonly TimeSpan HabitHalfLife = TimeSpan.FromDays(56);

    private const int MostNext = 16;
    private const int MostPairsOfGroups = 1 << 17;

    // An hour between two steps halves what the first says about the second; after a day it says nothing.
    private const double TrailHalfLifeMs = 3_600_000;
    private const long TrailMs = 24 * 3_600_000L;

    // Windows of what rises: a day against the vertical's own half-life.
    private static readonly TimeSpan s_fast = TimeSpan.FromDays(1);

    private readonly ItemCatalog _catalog;
    private readonly SegmentTable _everybody;
    private readonly SegmentTable _segments = new(HabitHalfLife, s_fast);
    private readonly FollowerTable _followers = new(MostFollowers, HabitHalfLife);
    private readonly FollowerTable _next = new(MostNext, HabitHalfLife, MostPairsOfGroups);
    private readonly GroupMembers _members;
    private readonly PagedArray<Item?> _candidates = new(6);

    // What readers make of a view is worth keeping: most snapshots differ in other things. Null once something was counted.
    private GroupView? _frozen;

    public GroupStatistics(GroupingDeclaration grouping, ItemCatalog catalog)
    {
        (Grouping, _catalog) = (grouping, catalog);
        _everybody = new SegmentTable(grouping.HalfLife, s_fast);
        _members = new GroupMembers(grouping.Slot);
    }

    public GroupingDeclaration Grouping { get; }

    /// <summary>Bytes held.</summary>
    public long Bytes => _everybody.Bytes + _segments.Bytes + _followers.Bytes + _next.Bytes + _members.Bytes;

    /// <summary>Takes over an item's new state.</summary>
    public void ApplyItem(Item item)
    {
        if (_members.Apply(item))
        {
            _frozen = null;
        }

        if (item.Keywords[Grouping.Slot] is >= 0 and var group && !item.IsDeleted)
        {
            _candidates.EnsureCount(group + 1);
            var parents = ParentsOf(item);
            if (_candidates[group] is not { } known || !ParentsOf(known).AsSpan().SequenceEqual(parents))
            {
                _candidates.Edit(group) = CandidateOf(group, parents);
                _frozen = null;
            }
        }
    }

    private int[] ParentsOf(Item item) => Grouping.ParentSlots.Count == 0 ? [] : [.. Grouping.ParentSlots.Select(slot => item.Keywords[slot])];

    // The item that stands for a group in a list of candidates: it has the group's name and the keywords that all of the group's items share.
    private Item CandidateOf(int group, int[] parents)
    {
        var schema = Grouping.Schema;
        var keywords = new int[schema.KeywordCount];
        Array.Fill(keywords, -1);
        keywords[Grouping.Slot] = group;
        for (var i = 0; i < parents.Length; i++)
        {
            keywords[Grouping.ParentSlots[i]] = parents[i];
        }

        var numbers = new double[schema.NumberCount];
        Array.Fill(numbers, double.NaN);
        return new Item
        {
            Ordinal = GroupingDeclaration.FirstOrdinal + group,
            Id = new ItemId(_catalog.KeywordsOf(Grouping.Vertical)[Grouping.Slot][group]),
            Schema = schema,
            Vertical = Grouping.Vertical,
            Numbers = numbers,
            Keywords = keywords,
            KeywordLists = [.. Enumerable.Repeat(Array.Empty<int>(), schema.KeywordListCount)],
            Texts = new string?[schema.TextCount],
            Vectors = new float[]?[schema.VectorCount],
            Zones = new NamedNumber[]?[schema.ZonedCount],
        };
    }

    /// <summary>Counts a credited event.</summary>
    /// <param name="credited">The event.</param>
    /// <param name="item">The item it happened to.</param>
    /// <param name="visitor">Who did it.</param>
    public void Apply(in CreditedEvent credited, Item item, in GroupVisitor visitor)
    {
        var group = item.Keywords[Grouping.Slot];
        if (group < 0 || Grouping.Weights[(int)credited.Type] <= 0 || !IsStep(visitor.Trail, group, credited.AtMs))
        {
            return;
        }

        _frozen = null;
        CountSegments(visitor, group, credited.AtMs);
        CountFollowing(visitor.Trail, group, credited.AtMs);
    }

    // People are counted by their steps into a group, once a visit: ten cards opened by one person are not ten people.
    private bool IsStep(ReadOnlySpan<TrailStep> trail, int group, long atMs) =>
        trail.Length == 0 || trail[0].Item < 0 || GroupSteps.Leads(_catalog[trail[0].Item]?.Keywords[Grouping.Slot] == group, trail[0].AtMs, atMs);

    private void CountSegments(in GroupVisitor visitor, int group, long atMs)
    {
        _everybody.Add(Segment.All, group, 1, atMs);
        _segments.Add(Segment.All, group, 1, atMs);
        if (visitor.IsNew)
        {
            _segments.Add(Segment.New, group, 1, atMs);
        }

        for (var i = 0; i < Grouping.Segments.Count; i++)
        {
            if (GroupingDeclaration.ValueOf(Grouping.Segments[i], visitor.Context, visitor.User) is not { } value)
            {
                continue;
            }

            _segments.Add(Segment.Of(Grouping.Segments[i], value), group, 1, atMs);
            if (visitor.IsNew)
            {
                _segments.Add(Segment.NewOf(Grouping.Segments[i], value), group, 1, atMs);
            }
        }
    }

    // A step into another group says what follows what; further steps within the group say nothing new.
    private void CountFollowing(ReadOnlySpan<TrailStep> trail, int group, long atMs)
    {
        Span<int> before = stackalloc int[VisitorTrails.Length];
        var count = 0;
        foreach (var step in trail)
        {
            var from = step.Item < 0 || atMs - step.AtMs > TrailMs || step.AtMs > atMs ? -1 : _catalog[step.Item]?.Keywords[Grouping.Slot] ?? -1;
            if (from < 0 || before[..count].Contains(from))
            {
                continue;
            }

            if (from == group)
            {
                if (count == 0)
                {
                    return;
                }

                continue;
            }

            before[count++] = from;
            _followers.Add((UInt128)(uint)(from + 1), group, double.Exp2((step.AtMs - atMs) / TrailHalfLifeMs) / count, atMs);
        }

        if (count > 0)
        {
            _next.Add(NextKey(before[0]), group, 1, atMs);
        }

        if (count > 1)
        {
            _next.Add(NextKey(before[0], before[1]), group, 1, atMs);
        }
    }

    /// <summary>The key of what comes next after a group.</summary>
    public static UInt128 NextKey(int last) => (UInt128)(uint)(last + 1);

    /// <summary>The key of what comes next after a group that came after another one.</summary>
    public static UInt128 NextKey(int last, int before) => new((ulong)(uint)(before + 1), (ulong)(uint)(last + 1));

    /// <summary>The state of now; the same view as long as nothing changes.</summary>
    public GroupView Freeze() => _frozen ??= new(this, _everybody.Freeze(), _segments.Freeze(), _followers.Freeze(), _next.Freeze()) { Candidates = _candidates.Freeze(), Members = _members.Freeze() };

    public GroupView Live() => new(this, _everybody.Live(), _segments.Live(), _followers.Live(), _next.Live()) { Candidates = _candidates.Live(), Members = _members.Live() };

    /// <summary>Writes what cannot be rebuilt from the catalogue.</summary>
    public void Save(ByteWriter writer)
    {
        _everybody.Save(writer);
        _segments.Save(writer);
        _followers.Save(writer);
        _next.Save(writer);
        writer.WriteVarUInt((ulong)_candidates.Count);
        for (var group = 0; group < _candidates.Count; group++)
        {
            // Which parents a group has is said by the item that changed last.
            writer.WriteByte(_candidates[group] is null ? (byte)0 : (byte)1);
            foreach (var parent in _candidates[group] is { } candidate ? ParentsOf(candidate) : [])
            {
                writer.WriteVarInt(parent);
            }
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote; the items stand already.</summary>
    public void Load(ref ByteReader reader)
    {
        _everybody.Load(ref reader);
        _segments.Load(ref reader);
        _followers.Load(ref reader);
        _next.Load(ref reader);
        _frozen = null;
        var count = reader.ReadCount(1);
        _candidates.EnsureCount(count);
        for (var group = 0; group < count; group++)
        {
            if (reader.ReadByte() == 0)
            {
                continue;
            }

            var parents = new int[Grouping.ParentSlots.Count];
            for (var i = 0; i < parents.Length; i++)
            {
                parents[i] = (int)reader.ReadVarInt();
            }

            _candidates.Edit(group) = CandidateOf(group, parents);
        }
    }
}
