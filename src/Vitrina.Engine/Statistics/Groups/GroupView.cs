using System.Collections.Concurrent;
using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Groups;

/// <summary>A frozen state of a <see cref="GroupStatistics"/>. Safe for concurrent use.</summary>
/// <remarks>A segment is read into an array when a request first asks for it; all requests on the snapshot share it.</remarks>
public sealed class GroupView
{
    // Popular groups follow everything; lists over co-visitation did best divided by this power of popularity (the reference measurements' section 4).
    private const double PopularityPower = 0.3;

    private readonly ConcurrentDictionary<UInt128, SegmentWeights> _weights = new();
    private readonly SegmentView _everybody;
    private readonly SegmentView _segments;

    internal GroupView(GroupStatistics statistics, SegmentView everybody, SegmentView segments, FollowerView followers, FollowerView next) =>
        (Grouping, _everybody, _segments, Followers, Next) = (statistics.Grouping, everybody, segments, followers, next);

    internal GroupingDeclaration Grouping { get; }

    /// <summary>Which groups follow a group within a visit.</summary>
    internal FollowerView Followers { get; }

    /// <summary>Which group comes next after one group, or after two.</summary>
    internal FollowerView Next { get; }

    /// <summary>The items that stand for groups in lists of candidates, by group; null for values that no item ever had.</summary>
    internal PagedView<Item?> Candidates { get; init; }

    /// <summary>The groups' items.</summary>
    internal GroupMembersView Members { get; init; }

    /// <summary>How many groups there are, those without items included.</summary>
    public int GroupCount => Candidates.Count;

    /// <summary>The candidate of a group by its name, or null.</summary>
    /// <param name="name">The attribute's value.</param>
    /// <param name="keywords">The vertical's words, by slot.</param>
    public Item? Find(string name, SymbolTable[] keywords)
    {
        ArgumentNullException.ThrowIfNull(keywords);
        return CandidateOf(keywords[Grouping.Slot].Find(name));
    }

    /// <summary>The candidate of a group, or null.</summary>
    internal Item? CandidateOf(int group) => group >= 0 && group < Candidates.Count ? Candidates[group] : null;

    /// <summary>The group that a candidate stands for.</summary>
    internal static int GroupOf(Item candidate) => candidate.Ordinal - GroupingDeclaration.FirstOrdinal;

    /// <summary>What everybody takes to at present, by group: decays as fast as a person's interest does.</summary>
    internal SegmentWeights Everybody => field ??= _everybody.Read(Segment.All, GroupCount);

    /// <summary>What a segment takes to, by group: kept for weeks, to be compared with the same of <see cref="Segment.All"/>.</summary>
    internal SegmentWeights WeightsOf(UInt128 segment) =>
        _weights.TryGetValue(segment, out var known) ? known : _weights.GetOrAdd(segment, _segments.Read(segment, GroupCount));

    /// <summary>How many decayed events' worth a segment's slow weight is at a moment.</summary>
    internal double SlowScale(long nowMs) => _segments.SlowScale(nowMs);

    /// <summary>How much larger a group's share of the last day is than its usual one; 1 = as usual.</summary>
    internal double RiseOf(int group) => Rises[group];

    private double[] Rises => field ??= ComputeRises();

    private double[] ComputeRises()
    {
        var everybody = Everybody;
        var (fastTotal, rises) = (everybody.Fast.Sum(), new double[GroupCount]);

        // Half of an even share on both sides: what hardly anybody knows does not rise by one event.
        var prior = 0.5 / Math.Max(1, GroupCount);
        for (var group = 0; group < rises.Length; group++)
        {
            rises[group] = everybody.Total <= 0 || fastTotal <= 0
                ? 1
                : ((everybody.FastOf(group) / fastTotal) + prior) / ((everybody.SlowOf(group) / everybody.Total) + prior);
        }

        return rises;
    }

    /// <summary>By group, what a thing that is drawn towards popular groups is multiplied with: share to the power of -0.3.</summary>
    internal double[] Rarity => field ??= [.. Enumerable.Range(0, GroupCount).Select(group => Math.Pow(Everybody.ShareOf(group) + (1.0 / (GroupCount + 1)), -PopularityPower))];

    /// <summary>The groups whose share rises by a fifth or more, the steepest first.</summary>
    internal int[] Rising => field ??= SegmentWeights.RankedBy(Rises, 1.2);
}
