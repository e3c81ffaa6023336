using System.Globalization;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Groups;

namespace Vitrina.Engine.Ranking.Explaining;

/// <summary>Says in sentences why a group is answered. Each names events that stand in the snapshot: without them the sentence goes.</summary>
internal static class GroupReasons
{
    private const int MaxSentences = 3;

    // "Popular" means one of the first so many of everybody's, or of the segment's, groups.
    private const int PopularRanks = 20;

    // "Often": one whole follow-up within a visit after decay, and one in fifty of all that followed.
    private const double OftenWeight = 1;
    private const double OftenShare = 0.02;
    private const double RisingRatio = 1.2;

    // "Comes after": a quarter of the strongest link or more, of which one step makes half or more.
    private const double LinkedShare = 0.25;
    private const double StrongestShare = 0.5;

    private static readonly (long Ms, string Words)[] s_spans =
    [
        (TimeSpan.MillisecondsPerHour, "in the last hour"), (TimeSpan.MillisecondsPerDay, "in the last day"),
        (7 * TimeSpan.MillisecondsPerDay, "in the last week"), (30 * TimeSpan.MillisecondsPerDay, "in the last month"),
    ];

    private static readonly string[] s_verbs = ["seen", "viewed", "saved", "put into the cart", "ordered", "cancelled", "refunded", "hidden", "contacted", "chatted about", "answered", "refused", "agreed"];

    /// <summary>Adds the sentences of a candidate, the most personal first.</summary>
    public static void Add(RankingContext context, GroupSignals signals, int index, List<string> reasons)
    {
        var group = GroupView.GroupOf(context.Scope.Items[index]);
        var names = context.Snapshot.Market.Keywords[signals.View.Grouping.Slot];
        if (signals.OwnOf(group) is { Touches: > 0 })
        {
            reasons.Add(Own(signals, group, context.NowMs));
        }

        if (StrongestBefore(signals, group, context.NowMs) is >= 0 and var before)
        {
            reasons.Add($"often follows: {names[before]} → {names[group]}");
        }
        else if (GroupSignals.Relative(signals.Learned.Links, group) >= LinkedShare && signals.Learned.StrongestStep(signals, group) is { Share: >= StrongestShare } step && step.Group != group)
        {
            reasons.Add($"learned to come after: {names[step.Group]} → {names[group]}");
        }

        foreach (var segment in signals.Segments)
        {
            var isOfNew = segment.OfNew.Total > 0;
            if (reasons.Count < MaxSentences && IsPopular(isOfNew ? segment.OfNew : segment.Weights, group))
            {
                reasons.Add((segment.Name == "region", isOfNew) switch
                {
                    (true, true) => $"popular in {segment.Value} among new users",
                    (true, false) => $"popular in {segment.Value}",
                    (false, true) => $"popular among new users with {segment.Name} {segment.Value}",
                    _ => $"popular among people with {segment.Name} {segment.Value}",
                });
            }
        }

        if (reasons.Count < MaxSentences && signals.RiseOf(group) is >= RisingRatio and var rise)
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"rising: {rise:0.0} × its usual share over the last day"));
        }

        if (reasons.Count == 0 && IsPopular(signals.Everybody, group))
        {
            reasons.Add("popular");
        }
    }

    // The event that shows most interest, counted over the shortest span that holds the last of its kind.
    private static string Own(GroupSignals signals, int group, long nowMs)
    {
        var weights = signals.View.Grouping.Weights;
        var (strongest, last) = (EventType.View, long.MinValue);
        foreach (var touch in signals.Touches)
        {
            if (touch.Group == group && weights[(int)touch.Type] > 0 && (last == long.MinValue || weights[(int)touch.Type] > weights[(int)strongest]))
            {
                (strongest, last) = (touch.Type, touch.AtMs);
            }
        }

        var (span, words) = Array.Find(s_spans, known => nowMs - last < known.Ms) is { Words: not null } found ? found : (long.MaxValue, "before");
        var count = 0;
        foreach (var touch in signals.Touches)
        {
            count += touch.Group == group && touch.Type == strongest && nowMs - touch.AtMs < span ? 1 : 0;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{s_verbs[(int)strongest]} {count} × {words}");
    }

    private static int StrongestBefore(GroupSignals signals, int group, long nowMs)
    {
        Span<Follower> followers = stackalloc Follower[GroupStatistics.MostFollowers];
        var view = signals.View.Followers;
        var (strongest, share) = (-1, OftenShare);
        foreach (var before in signals.Recent)
        {
            var row = view.Find((UInt128)(uint)(before + 1));
            var count = view.Followers(row, followers);
            for (var i = 0; i < count; i++)
            {
                if (followers[i].Id == group && followers[i].Weight * view.ScaleAt(nowMs) >= OftenWeight && followers[i].Weight / view.TotalOf(row) is var own && own >= share)
                {
                    (strongest, share) = (before, own);
                }
            }
        }

        return strongest;
    }

    private static bool IsPopular(SegmentWeights weights, int group) => weights.Ranked.AsSpan(0, Math.Min(PopularRanks, weights.Ranked.Length)).Contains(group);

    /// <summary>How the score that stands in for a model came about.</summary>
    public static Explanation Explain(GroupSignals signals, Item candidate, float score)
    {
        var group = GroupView.GroupOf(candidate);
        return new Explanation("own interest, what follows, what comes next, and popularity among people like this one", score,
        [
            Explanation.Leaf(string.Create(CultureInfo.InvariantCulture, $"own interest {signals.Interest[group]:0.###}, half of its share of the strongest"), 0.5 * GroupSignals.Relative(signals.Interest, group)),
            Explanation.Leaf(string.Create(CultureInfo.InvariantCulture, $"probability of coming next {signals.Next[group]:0.####}, as a share of the likeliest"), GroupSignals.Relative(signals.Next, group)),
            Explanation.Leaf(string.Create(CultureInfo.InvariantCulture, $"strength of following {signals.Following[group]:0.###}, half of its share of the strongest"), 0.5 * GroupSignals.Relative(signals.Following, group)),
            Explanation.Leaf("popularity among people like this one", signals.LikelyOf(group)),
        ]);
    }
}
