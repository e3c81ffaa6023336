using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Models.Factors;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Groups;

namespace Vitrina.Engine.Features;

/// <summary>What a person's own history says about one group.</summary>
internal struct OwnGroup
{
    /// <summary>The group.</summary>
    public int Group;

    /// <summary>Its place among the person's groups by when they were last taken to, from 1; 0 = only disliked.</summary>
    public int Order;

    /// <summary>Events that show interest.</summary>
    public int Touches;

    /// <summary>Decayed weights of all events, dislike taken off.</summary>
    public double Weight;

    /// <summary>When it was last taken to, Unix milliseconds.</summary>
    public long LastMs;

    /// <summary>When something of it was last ordered, Unix milliseconds; 0 = never within the newest events.</summary>
    public long OrderedMs;
}

/// <summary>A segment that a person belongs to.</summary>
/// <param name="Name">The attribute or word of the context.</param>
/// <param name="Value">The person's value.</param>
/// <param name="Weights">What the segment takes to.</param>
/// <param name="OfNew">What its new people take to, if the person is new itself and enough is known of them; else nothing.</param>
internal readonly record struct PersonSegment(string Name, string Value, SegmentWeights Weights, SegmentWeights OfNew);

/// <summary>Everything that a request says about groups: what candidate sources offer and what features of groups are made from.</summary>
/// <remarks>
/// A function of the market, the person's newest events, the request's context and its moment, so that a replay computes the same bits. Reused between
/// requests; not thread-safe. Cost: the person's newest events, and the rows of its last few groups.
/// </remarks>
internal sealed class GroupSignals
{
    /// <summary>The person's last groups that others follow from.</summary>
    public const int RecentGroups = 8;

    // One group further back says three quarters as much: the reference measurements' decay of 4 events over groups instead of events.
    private const double OrderDiscount = 0.75;

    // What a thin row borrows from the thicker one below it, in steps.
    private const double NextPrior = 5;

    // A segment's group with fewer steps than this says little beyond what everybody takes to: the best of 3 to 300 on first steps of simulated people.
    private const double SegmentPrior = 10;

    // What new people of a segment take to is told from so many steps a group on.
    private const double NewSteps = 5;
    private const double LargestLift = 4;

    private readonly SparseScores _ownIndex = new();
    private readonly int[] _recent = new int[RecentGroups];
    private readonly Follower[] _followers = new Follower[GroupStatistics.MostFollowers];
    private readonly List<(int Group, EventType Type, long AtMs)> _touches = [];
    private OwnGroup[] _own = new OwnGroup[32];
    private PersonSegment[] _segments = [];
    private GroupView _view = null!;
    private SegmentWeights _habits = SegmentWeights.None;
    private double _slowScale;
    private int _likedCount;

    public GroupView View => _view;

    /// <summary>The person's own groups, by when they were last met, newest first.</summary>
    public ReadOnlySpan<OwnGroup> Own => _own.AsSpan(0, OwnCount);

    public int OwnCount { get; private set; }

    /// <summary>The events behind them, newest first.</summary>
    public IReadOnlyList<(int Group, EventType Type, long AtMs)> Touches => _touches;

    /// <summary>The person's last groups, newest first: at most <see cref="RecentGroups"/>.</summary>
    public ReadOnlySpan<int> Recent => _recent.AsSpan(0, RecentCount);

    public int RecentCount { get; private set; }

    /// <summary>True while little is known of the person.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Weights of the person's own groups.</summary>
    public SparseScores Interest { get; } = new();

    /// <summary>How strongly a group follows the person's last groups.</summary>
    public SparseScores Following { get; } = new();

    /// <summary>The probability that a group comes next after the person's last one or two.</summary>
    public SparseScores Next { get; } = new();

    /// <summary>What learned factors and links say.</summary>
    public LearnedGroups Learned { get; } = new();

    /// <summary>Everybody's weights.</summary>
    public SegmentWeights Everybody { get; private set; } = SegmentWeights.None;

    /// <summary>The person's segments with their weights.</summary>
    public ReadOnlySpan<PersonSegment> Segments => _segments.AsSpan(0, SegmentCount);

    public int SegmentCount { get; private set; }

    /// <summary>The mean logarithm of the prices that the person took to; NaN = none known.</summary>
    public double UsualLogPrice { get; private set; }

    /// <summary>Computes everything.</summary>
    /// <param name="market">The market.</param>
    /// <param name="view">The grouping.</param>
    /// <param name="history">The person's newest events, newest first.</param>
    /// <param name="user">The person's attributes, or null.</param>
    /// <param name="context">What the request says about itself.</param>
    /// <param name="nowMs">The moment, Unix milliseconds.</param>
    /// <param name="factors">The factors and links that serve; null = none.</param>
    public void Compute(
        MarketView market, GroupView view, ReadOnlySpan<HistoryEntry> history, Entity? user, IReadOnlyList<KeyValuePair<string, string>> context, long nowMs, GroupFactors? factors)
    {
        _view = view;
        var groups = view.GroupCount;
        IsNew = UserHistory.IsNew(history, view.Grouping.Weights);
        _slowScale = view.SlowScale(nowMs);
        (Everybody, _habits) = (view.Everybody, view.WeightsOf(Segment.All));
        ReadHistory(market, history, nowMs, groups);
        ReadSegments(user, context);
        Follow(groups);
        FindNext(groups, nowMs);
        Learned.Compute(this, factors, market.Keywords[view.Grouping.Slot]);
    }

    private void ReadHistory(MarketView market, ReadOnlySpan<HistoryEntry> history, long nowMs, int groups)
    {
        _ownIndex.Clear(groups);
        _touches.Clear();
        Interest.Clear(groups);
        (OwnCount, RecentCount, _likedCount) = (0, 0, 0);
        var grouping = _view.Grouping;
        var perMs = -1 / grouping.HalfLife.TotalMilliseconds;
        var (hour, inHour, prices, priced) = (long.MinValue, 0, 0.0, 0);
        foreach (ref readonly var entry in history)
        {
            var weight = grouping.Weights[(int)entry.Type];
            if (weight == 0 || entry.Item < 0 || market.Items[entry.Item] is not { } item || item.Keywords.Length <= grouping.Slot || item.Vertical != grouping.Vertical
                || item.Keywords[grouping.Slot] is not (>= 0 and var group) || group >= groups)
            {
                continue;
            }

            // What a program does within an hour counts as a person's worth.
            inHour = entry.AtMs / RateCap.HourMs == hour ? inHour + 1 : 1;
            hour = entry.AtMs / RateCap.HourMs;
            if (inHour > RateCap.MostPerHour)
            {
                continue;
            }

            _touches.Add((group, entry.Type, entry.AtMs));
            Note(group, entry, weight * double.Exp2(Math.Max(0, nowMs - entry.AtMs) * perMs), weight > 0);
            (prices, priced) = weight > 0 && entry.Price > 0 ? (prices + Math.Log(entry.Price), priced + 1) : (prices, priced);
        }

        UsualLogPrice = priced == 0 ? double.NaN : prices / priced;
        foreach (ref readonly var own in Own)
        {
            if (own.Weight > 0)
            {
                Interest.Add(own.Group, own.Weight);
            }
        }

        Interest.Finish();
    }

    private void Note(int group, in HistoryEntry entry, double weight, bool isInterest)
    {
        var index = (int)_ownIndex[group] - 1;
        if (index < 0)
        {
            if (OwnCount == _own.Length)
            {
                Array.Resize(ref _own, OwnCount * 2);
            }

            index = OwnCount++;
            _own[index] = new OwnGroup { Group = group };
            _ownIndex.Add(group, index + 1);
        }

        ref var own = ref _own[index];
        own.Weight += weight;
        if (!isInterest)
        {
            return;
        }

        if (own.Order == 0)
        {
            own.Order = ++_likedCount;
            if (RecentCount < RecentGroups)
            {
                _recent[RecentCount++] = group;
            }
        }

        own.Touches++;
        own.LastMs = Math.Max(own.LastMs, entry.AtMs);
        own.OrderedMs = entry.Type is EventType.Order or EventType.Deal ? Math.Max(own.OrderedMs, entry.AtMs) : own.OrderedMs;
    }

    private void ReadSegments(Entity? user, IReadOnlyList<KeyValuePair<string, string>> context)
    {
        var names = _view.Grouping.Segments;
        SegmentCount = 0;
        if (_segments.Length < names.Count)
        {
            _segments = new PersonSegment[names.Count];
        }

        for (var i = 0; i < names.Count; i++)
        {
            if (GroupingDeclaration.ValueOf(names[i], context, user) is { } value)
            {
                var ofNew = IsNew ? _view.WeightsOf(Segment.NewOf(names[i], value)) : SegmentWeights.None;
                var isTold = ofNew.Total > 0 && ofNew.Total * _slowScale >= NewSteps * _view.GroupCount;
                _segments[SegmentCount++] = new PersonSegment(names[i], value, _view.WeightsOf(Segment.Of(names[i], value)), isTold ? ofNew : SegmentWeights.None);
            }
        }
    }

    private void Follow(int groups)
    {
        Following.Clear(groups);
        var discount = 1.0;
        for (var i = 0; i < RecentCount; i++, discount *= OrderDiscount)
        {
            var row = _view.Followers.Find((UInt128)(uint)(_recent[i] + 1));
            var count = _view.Followers.Followers(row, _followers);
            var total = _view.Followers.TotalOf(row);
            for (var at = 0; at < count; at++)
            {
                Following.Add(_followers[at].Id, discount * _followers[at].Weight / total);
            }
        }

        Following.Finish(_view.Rarity);
    }

    private void FindNext(int groups, long nowMs)
    {
        Next.Clear(groups);
        if (RecentCount == 0)
        {
            return;
        }

        var next = _view.Next;
        var (single, pair) = (next.Find(GroupStatistics.NextKey(_recent[0])), RecentCount > 1 ? next.Find(GroupStatistics.NextKey(_recent[0], _recent[1])) : -1);
        var pairTotal = next.TotalOf(pair) * next.ScaleAt(nowMs);
        var singleShare = NextPrior / (pairTotal + NextPrior) / Math.Max(next.TotalOf(single), double.Epsilon);
        AddNext(single, singleShare);
        AddNext(pair, next.ScaleAt(nowMs) / (pairTotal + NextPrior));
        Next.Finish();
    }

    private void AddNext(int row, double factor)
    {
        var count = _view.Next.Followers(row, _followers);
        for (var at = 0; at < count; at++)
        {
            Next.Add(_followers[at].Id, _followers[at].Weight * factor);
        }
    }

    /// <summary>The groups of the person's newest steps, newest first: a step leads into another group than the one before, or begins a visit.</summary>
    /// <param name="steps">Receives as many as it holds.</param>
    public ReadOnlySpan<int> Steps(Span<int> steps)
    {
        var (count, group, atMs) = (0, -1, 0L);
        foreach (var touch in _touches)
        {
            if (_view.Grouping.Weights[(int)touch.Type] <= 0)
            {
                continue;
            }

            // Whether the newer touch was a step shows in the one before it.
            if (group >= 0 && GroupSteps.Leads(touch.Group == group, touch.AtMs, atMs))
            {
                steps[count++] = group;
                if (count == steps.Length)
                {
                    return steps;
                }
            }

            (group, atMs) = (touch.Group, touch.AtMs);
        }

        if (group >= 0)
        {
            steps[count++] = group;
        }

        return steps[..count];
    }

    /// <summary>The person's own group, or null when it is not among the newest events.</summary>
    public OwnGroup? OwnOf(int group) => (int)_ownIndex[group] is > 0 and var index ? _own[index - 1] : null;

    /// <summary>How much more a segment takes to a group than everybody does: steps against those expected, both with a prior, at least 1/4 and at most 4.</summary>
    public double LiftOf(SegmentWeights segment, int group)
    {
        var share = _habits.ShareOf(group);
        if (share <= 0 || segment.Total <= 0)
        {
            return 1;
        }

        var (count, expected) = (segment.SlowOf(group) * _slowScale, segment.Total * share * _slowScale);
        return Math.Clamp((count + SegmentPrior) / (expected + SegmentPrior), 1 / LargestLift, LargestLift);
    }

    /// <summary>How popular a group is among people like this one: everybody's share times the lift of each of the person's segments.</summary>
    public double LikelyOf(int group)
    {
        var likely = Everybody.ShareOf(group);
        for (var i = 0; i < SegmentCount; i++)
        {
            likely *= LiftOf(_segments[i].Weights, group);
        }

        return likely;
    }

    /// <summary>How much larger a group's share is now than it usually is; 1 = as usual.</summary>
    public double RiseOf(int group) => _view.RiseOf(group);

    /// <summary>What stands in for a model: own interest, what follows, what comes next, and popularity among people like this one.</summary>
    public double BlendOf(int group) =>
        (0.5 * Relative(Interest, group)) + Relative(Next, group) + (0.5 * Relative(Following, group)) + LikelyOf(group);

    /// <summary>A score as a share of the largest; 0 without any.</summary>
    public static double Relative(SparseScores scores, int group) => scores.Max > 0 ? scores[group] / scores.Max : 0;
}
