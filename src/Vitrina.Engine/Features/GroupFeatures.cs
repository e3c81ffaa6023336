using Vitrina.Engine.Statistics.Groups;

namespace Vitrina.Engine.Features;

/// <summary>What of a group a feature measures.</summary>
internal enum GroupMeasure
{
    /// <summary>The person's own decayed interest, log(1 + weight).</summary>
    Own,

    /// <summary>The same as a share of the person's strongest group.</summary>
    OwnShare,

    /// <summary>1 / the group's place among the person's last ones; 0 = not among them.</summary>
    OwnOrder,

    /// <summary>log(1 + hours) since the person last took to it; missing = never.</summary>
    OwnRecency,

    /// <summary>log(1 + events) of the person.</summary>
    OwnTouches,

    /// <summary>log(1 + hours) since the person last ordered of it; missing = never.</summary>
    SinceOrder,

    /// <summary>How strongly it follows the person's last groups.</summary>
    Following,

    /// <summary>The same as a share of the strongest.</summary>
    FollowingShare,

    /// <summary>The probability that it comes next after the person's last one or two groups.</summary>
    Next,

    /// <summary>The same as a share of the likeliest.</summary>
    NextShare,

    /// <summary>Everybody's interest, log of the share.</summary>
    Popular,

    /// <summary>The interest of people like this one, log of the share.</summary>
    Likely,

    /// <summary>The share's rise over the last day, log of the ratio.</summary>
    Rising,

    /// <summary>How many items it has, log(1 + items).</summary>
    Items,

    /// <summary>How much is known of the person, log(1 + events that say anything), the same for all groups.</summary>
    History,

    /// <summary>The score by learned factors; missing without a history that they know.</summary>
    Factor,

    /// <summary>The same as a share of the largest.</summary>
    FactorShare,

    /// <summary>How strongly learned links foretell it after the person's last steps.</summary>
    Link,

    /// <summary>The same as a share of the strongest.</summary>
    LinkShare,
}

/// <summary>A measure of the group that a candidate stands for; missing where candidates are items.</summary>
internal sealed class GroupFeature(string name, GroupMeasure measure) : Feature(name, IsLearned(measure) ? FeatureOrigin.Recorded : FeatureOrigin.Replayed)
{
    // An event in a million: smaller shares differ by chance.
    private const double LeastShare = 1e-6;

    /// <summary>True for what comes from learned factors: another version of them may serve by the time of a replay.</summary>
    public static bool IsLearned(GroupMeasure measure) => measure is GroupMeasure.Factor or GroupMeasure.FactorShare or GroupMeasure.Link or GroupMeasure.LinkShare;

    public override void Compute(FeatureScope scope, Span<float> column)
    {
        if (scope.Groups is not { } signals)
        {
            column.Fill(float.NaN);
            return;
        }

        var items = scope.Items;
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = (float)Measure(signals, GroupView.GroupOf(items[i]), scope);
        }
    }

    private double Measure(GroupSignals signals, int group, FeatureScope scope) => measure switch
    {
        GroupMeasure.Own => double.LogP1(signals.Interest[group]),
        GroupMeasure.OwnShare => ShareOf(signals.Interest, group),
        GroupMeasure.OwnOrder => signals.OwnOf(group) is { Order: > 0 and var order } ? 1.0 / order : 0,
        GroupMeasure.OwnRecency => signals.OwnOf(group) is { LastMs: > 0 and var last } ? LogHours(scope.NowMs - last) : double.NaN,
        GroupMeasure.OwnTouches => double.LogP1(signals.OwnOf(group)?.Touches ?? 0),
        GroupMeasure.SinceOrder => signals.OwnOf(group) is { OrderedMs: > 0 and var ordered } ? LogHours(scope.NowMs - ordered) : double.NaN,
        GroupMeasure.Following => signals.Following[group],
        GroupMeasure.FollowingShare => ShareOf(signals.Following, group),
        GroupMeasure.Next => signals.Next[group],
        GroupMeasure.NextShare => ShareOf(signals.Next, group),
        GroupMeasure.Popular => Math.Log(signals.Everybody.ShareOf(group) + LeastShare),
        GroupMeasure.Likely => Math.Log(signals.LikelyOf(group) + LeastShare),
        GroupMeasure.Rising => Math.Log(signals.RiseOf(group)),
        GroupMeasure.Factor => signals.Learned.FactorOf(group),
        GroupMeasure.FactorShare => signals.Learned.MaxFactor > 0 ? signals.Learned.FactorOf(group) / signals.Learned.MaxFactor : double.NaN,
        GroupMeasure.Link => signals.Learned.Links[group],
        GroupMeasure.LinkShare => ShareOf(signals.Learned.Links, group),
        GroupMeasure.Items => double.LogP1(signals.View.Members.CountOf(group)),
        _ => double.LogP1(signals.Touches.Count),
    };

    private static double ShareOf(SparseScores scores, int group) => scores.Max > 0 ? scores[group] / scores.Max : 0;

    private static double LogHours(long milliseconds) => double.LogP1(Math.Max(0, milliseconds) / (double)TimeSpan.MillisecondsPerHour);
}

/// <summary>How much more the person's value of a segment takes to the group than everybody does: log of the ratio; missing without a value.</summary>
internal sealed class GroupSegmentFeature(string name, string segment) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        column.Fill(float.NaN);
        if (scope.Groups is not { } signals)
        {
            return;
        }

        foreach (var known in signals.Segments)
        {
            for (var i = 0; known.Name == segment && i < column.Length; i++)
            {
                column[i] = (float)Math.Log(signals.LiftOf(known.Weights, GroupView.GroupOf(scope.Items[i])));
            }
        }
    }
}

/// <summary>The group's usual price: its logarithm, or against what the person usually takes to; missing without prices.</summary>
internal sealed class GroupPriceFeature(string name, int priceLevel, int keywordSlot, bool isAgainstUsual) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var levels = scope.Market.PriceLevels[priceLevel];
        var usual = isAgainstUsual ? scope.Groups?.UsualLogPrice ?? double.NaN : 0;
        var items = scope.Items;
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = (float)(Math.Log(levels.MedianOf(items[i].Keywords[keywordSlot])) - usual);
        }
    }
}
