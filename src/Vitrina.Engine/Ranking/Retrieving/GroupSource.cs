using Vitrina.Engine.Features;
using Vitrina.Engine.Statistics.Groups;

namespace Vitrina.Engine.Ranking.Retrieving;

/// <summary>Why a group is offered.</summary>
internal enum GroupOffer
{
    /// <summary>The person took to it before.</summary>
    Own,

    /// <summary>It often follows the person's last groups.</summary>
    Following,

    /// <summary>It often comes next after the person's last one or two groups.</summary>
    Next,

    /// <summary>Everybody takes to it; behind those stand all that nobody knows yet.</summary>
    Popular,

    /// <summary>People with the person's attributes take to it.</summary>
    Likely,

    /// <summary>More take to it today than usually.</summary>
    Rising,

    /// <summary>People whose groups are like the person's take to it: factors that were learned ahead, into which the person is folded. Needs <c>candidates.factors</c>.</summary>
    Factor,

    /// <summary>The person's last steps foretell it, weighed against each other by a regression that was learned ahead. Needs <c>candidates.factors</c>.</summary>
    Linked,
}

/// <summary>Groups that one of the request's signals offers, best first.</summary>
internal sealed class GroupSource(string kind, int limit, GroupOffer offer) : CandidateSource(kind, limit)
{
    public override bool IsOfGroups => true;

    /// <summary>True when it has nothing to offer without learned factors.</summary>
    public bool NeedsFactors => offer is GroupOffer.Factor or GroupOffer.Linked;

    public override ValueTask RetrieveAsync(RankingContext context, int index, CancellationToken cancellationToken)
    {
        var signals = context.Scope.Groups!;
        switch (offer)
        {
            case GroupOffer.Own:
                Add(context, index, signals, signals.Interest);
                break;
            case GroupOffer.Following:
                Add(context, index, signals, signals.Following);
                break;
            case GroupOffer.Next:
                Add(context, index, signals, signals.Next);
                break;
            case GroupOffer.Rising:
                AddRising(context, index, signals);
                break;
            case GroupOffer.Factor:
                AddByFactors(context, index, signals);
                break;
            case GroupOffer.Linked:
                Add(context, index, signals, signals.Learned.Links);
                break;
            case GroupOffer.Likely:
                AddLikely(context, index, signals);
                break;
            default:
                AddPopular(context, index, signals);
                break;
        }

        return ValueTask.CompletedTask;
    }

    private void Add(RankingContext context, int index, GroupSignals signals, SparseScores scores)
    {
        var found = 0;
        foreach (var group in scores.Ranked())
        {
            if (found == Limit)
            {
                break;
            }

            Add(context, index, signals, group, ref found, scores[group]);
        }
    }

    private void AddByFactors(RankingContext context, int index, GroupSignals signals)
    {
        var (found, (groups, scores)) = (0, context.Found(Limit));
        var count = signals.Learned.Best(signals.View, Limit, groups, scores);
        for (var i = 0; i < count; i++)
        {
            Add(context, index, signals, groups[i], ref found, scores[i]);
        }
    }

    private void AddRising(RankingContext context, int index, GroupSignals signals)
    {
        var found = 0;
        var rising = signals.View.Rising;
        for (var i = 0; i < rising.Length && found < Limit; i++)
        {
            Add(context, index, signals, rising[i], ref found, signals.RiseOf(rising[i]));
        }
    }

    // The heaviest groups of each of the person's segments, in turn: the ranker weighs them against each other.
    private void AddLikely(RankingContext context, int index, GroupSignals signals)
    {
        var found = 0;
        for (var rank = 0; found < Limit; rank++)
        {
            var isAny = false;
            foreach (var segment in signals.Segments)
            {
                if (rank < segment.Weights.Ranked.Length && found < Limit)
                {
                    isAny = true;
                    var group = segment.Weights.Ranked[rank];
                    if (context.IndexOf(GroupingDeclaration.FirstOrdinal + group) is var known && (known < 0 || context.SourceRanks[index][known] == 0))
                    {
                        Add(context, index, signals, group, ref found, signals.LikelyOf(group));
                    }
                }
            }

            if (!isAny)
            {
                break;
            }
        }
    }

    // Whoever asks for more groups than there are gets all of them: this source's limit gives way to the page.
    private void AddPopular(RankingContext context, int index, GroupSignals signals)
    {
        var (found, limit, ranked) = (0, Math.Max(Limit, context.PageSize + context.ShownBefore), signals.Everybody.Ranked);
        for (var i = 0; i < ranked.Length && found < limit; i++)
        {
            Add(context, index, signals, ranked[i], ref found, signals.Everybody.ShareOf(ranked[i]));
        }

        for (var group = 0; group < signals.View.GroupCount && found < limit; group++)
        {
            if (signals.Everybody.SlowOf(group) <= 0)
            {
                Add(context, index, signals, group, ref found, 0);
            }
        }
    }

    // A group without active items takes nobody's place.
    private static void Add(RankingContext context, int index, GroupSignals signals, int group, ref int found, double score)
    {
        if (signals.View.Members.CountOf(group) > 0 && signals.View.CandidateOf(group) is { } candidate)
        {
            context.Add(candidate, index, ++found, (float)score);
        }
    }
}
