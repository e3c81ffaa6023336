using Vitrina.Engine.Models.Factors;
using Vitrina.Learning.Recommending.Measuring;
using Vitrina.Learning.Recommending.Sources;
using Vitrina.Learning.Replay;

namespace Vitrina.Learning.Recommending.Factors;

/// <summary>How well factors and links foretell the first later step of people: NDCG@10 among all groups, ties at their middle.</summary>
/// <param name="Steps">People who were judged.</param>
/// <param name="Factors">By factors.</param>
/// <param name="Links">By links.</param>
/// <param name="Popularity">By how often groups were stepped into before.</param>
public sealed record GroupFactorFigures(int Steps, double Factors, double Links, double Popularity);

/// <summary>Learns factors and links of groups from people's steps between them.</summary>
/// <remarks>
/// How strongly both are held back is chosen on the latest steps, which a first fit has not seen; then both are fitted to all. Deterministic. Cost: six
/// small fits; a fit of factors is ten passes over each person's different groups, one of links a system of the groups' number in closed form.
/// </remarks>
public static class GroupFactorTrainer
{
    // A person's newest steps; a program that steps everywhere is one person with so many.
    private const int MostSteps = 256;
    private const int MostJudged = 20_000;

    // The share of the steps, by time, that the first fit learns from.
    private const double LearnedShare = 0.85;
    private static readonly FactorOptions s_factors = new() { Dimensions = 16, Iterations = 10, Unobserved = 0.1 };
    private static readonly double[] s_factorRidges = [0.01, 0.03, 0.1, 0.3];
    private static readonly double[] s_linkRidges = [50, 500];

    /// <summary>Learns from what was done before a moment.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="beforeMs">Later steps are not looked at, Unix milliseconds.</param>
    /// <returns>What was learned, and how well the first fit foretold the steps that it had not seen; null when nobody took two steps before the moment.</returns>
    public static (GroupFactors Factors, GroupFactorFigures Figures)? Fit(PersonSteps steps, long beforeMs = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var all = SequencesOf(steps, beforeMs);
        if (all.LongestLength < 2)
        {
            return null;
        }

        var times = steps.People.SelectMany(person => person).Select(step => step.AtMs).Where(atMs => atMs < beforeMs).Order().ToArray();
        var (factorRidge, linkRidge, figures) = Choose(steps, times[(int)(LearnedShare * times.Length)], beforeMs);
        var links = LinksOf(all, linkRidge);
        return (new GroupFactors(steps.Groups, FactorsOf(all, factorRidge), links.RowStarts, links.Columns, links.Values), figures);
    }

    private static ItemSequences SequencesOf(PersonSteps steps, long beforeMs) =>
        new(steps.Groups.Count, [.. steps.People.Select(person => person.TakeWhile(step => step.AtMs < beforeMs).Select(step => step.Group).TakeLast(MostSteps).ToArray())]);

    private static (double FactorRidge, double LinkRidge, GroupFactorFigures Figures) Choose(PersonSteps steps, long fromMs, long beforeMs)
    {
        var known = SequencesOf(steps, fromMs);
        var judge = new List<(int Person, int Next)>();
        for (var person = 0; person < known.Count && judge.Count < MostJudged; person++)
        {
            var later = steps.People[person].SkipWhile(step => step.AtMs < fromMs).TakeWhile(step => step.AtMs < beforeMs);
            if (known[person].Length > 0 && later.Select(step => step.Group).DefaultIfEmpty(-1).First() is >= 0 and var next)
            {
                judge.Add((person, next));
            }
        }

        var (factorRidge, byFactors) = Best(s_factorRidges, ridge => ByFactors(FactorsOf(known, ridge)));
        var (linkRidge, byLinks) = known.ItemCount > GroupTransitions.MaxGroups ? (s_linkRidges[0], 0) : Best(s_linkRidges, ridge => new GroupTransitions(known, Identity(known.ItemCount), ridge).Score);
        var counts = Enumerable.Range(0, known.ItemCount).Select(group => (float)known.CountOf(group)).ToArray();
        return (factorRidge, linkRidge, new GroupFactorFigures(judge.Count, byFactors, byLinks, Mean((_, scores) => counts.CopyTo(scores))));

        (double Ridge, double Ndcg) Best(double[] ridges, Func<double, Score> fit) => ridges.Select(ridge => (ridge, Mean(fit(ridge)))).MaxBy(tried => tried.Item2);

        double Mean(Score score)
        {
            var (scores, rank, none, sum) = (new float[known.ItemCount], new double[1], new int[known.ItemCount], 0.0);
            foreach (var (person, next) in judge)
            {
                score(known[person], scores);
                TargetRanks.Fill(scores, none, [next], float.NegativeInfinity, rank);
                sum += rank[0] <= 10 ? 1 / Math.Log2(rank[0] + 1) : 0;
            }

            return judge.Count == 0 ? 0 : sum / judge.Count;
        }
    }

    private delegate void Score(ReadOnlySpan<int> history, Span<float> scores);

    private static Score ByFactors(FactorModel model)
    {
        var system = new FactorSystem(model.Dimensions);
        return (history, scores) =>
        {
            Span<int> last = stackalloc int[GroupFactors.MostFoldedIn];
            var count = 0;
            for (var back = 1; back <= history.Length && count < last.Length; back++)
            {
                if (!last[..count].Contains(history[^back]))
                {
                    last[count++] = history[^back];
                }
            }

            GroupFactors.ScoreByFactors(model, last[..count], system, scores);
        };
    }

    private static FactorModel FactorsOf(ItemSequences known, double ridge)
    {
        var rows = CsrRows.Build(known.Count, known.ItemCount, int.MaxValue, (sequence, sums) =>
        {
            foreach (var group in known[sequence])
            {
                if (sums[group] == 0)
                {
                    sums.Add(group, 1);
                }
            }
        });
        return ImplicitFactors.Fit(rows.RowStarts, rows.Columns, [], known.ItemCount, s_factors with { Ridge = ridge });
    }

    // Each "item" of a sequence is its own group.
    private static CsrMatrix Identity(int count) => CsrRows.Build(count, count, 1, (group, sums) => sums.Add(group, 1));

    private static CsrMatrix LinksOf(ItemSequences known, double ridge)
    {
        if (known.ItemCount > GroupTransitions.MaxGroups)
        {
            return CsrRows.Build(known.ItemCount, known.ItemCount, 0, (_, _) => { });
        }

        var transitions = new GroupTransitions(known, Identity(known.ItemCount), ridge);
        return CsrRows.Build(known.ItemCount, known.ItemCount, GroupFactors.MostLinks, (group, sums) =>
        {
            var coefficients = transitions.CoefficientsOf(group);
            for (var other = 0; other < coefficients.Length; other++)
            {
                if (coefficients[other] != 0)
                {
                    sums.Add(other, coefficients[other]);
                }
            }
        });
    }
}
