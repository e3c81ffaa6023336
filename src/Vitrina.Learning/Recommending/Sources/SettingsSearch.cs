using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Recommending.Sources;

/// <summary>Chooses the settings of the sources on the latest learning fold: one after the other, each from a few values.</summary>
/// <remarks>Settings that hardly matter are not searched. The test is never looked at.</remarks>
public static class SettingsSearch
{
    private const int MostQueries = 6000;

    /// <summary>Chooses.</summary>
    /// <param name="task">The task.</param>
    /// <param name="seed">Seeds the queries that are drawn when there are many.</param>
    /// <param name="settled">Receives the done share.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static SourceOptions Choose(RecommendTask task, ulong seed, Action<double> settled, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(settled);
        SourceOptions options = task.IsOrdered ? new SourceOptions() : SourceOptions.ForSets;
        RecommendFold fold = task.Learning[0] with { Queries = Draw(task.Learning[0].Queries, seed) };
        ItemSequences known = fold.Known;
        string metric = task.IsOrdered ? "ndcg@10" : "ndcg@20";
        SourceJudge judge = new([.. Enumerable.Range(0, known.ItemCount).Select(known.CountOf)], fold.Queries, task.AllowsRepeats, metric);
        if (task.IsOrdered)
        {
            options = options with
            {
                CoVisitation = CoVisitation(options, known, judge, cancellationToken),
                SequenceKnn = SequenceKnn(options, known, judge, cancellationToken),
            };
        }

        settled(0.3);
        options = options with
        {
            UserKnn = Best(options.UserKnn, chosen => judge.Judge(new UserKnnSource(known, chosen, 1)), cancellationToken, task.IsOrdered
                ? [chosen => Each([1.5, 6, 12], decay => chosen with { QueryDecay = decay })]
                : [chosen => Each([75, 300], neighbours => chosen with { Neighbours = neighbours })]),
        };
        settled(0.4);
        options = options with { Factors = Factors(options, known, judge, cancellationToken) };
        settled(0.6);
        options = options with { Ease = Ease(task, options.Ease, known, judge, cancellationToken) };
        settled(0.8);
        options = task.IsOrdered
            ? options with { SequenceRidge = SequenceRidge(task, options.SequenceRidge, known, judge, cancellationToken) }
            : options with { Sum = Sum(task, options, known, judge, cancellationToken) };
        settled(1);
        return options;
    }

    private static CoVisitationOptions CoVisitation(SourceOptions options, ItemSequences known, SourceJudge judge, CancellationToken cancellationToken)
        => Best(
            options.CoVisitation,
            chosen => judge.Judge(new MatrixSource("co-visitation", 1, FittedSources.CoVisitation(known, chosen, options.RowLimit), chosen.QueryDecay)),
            cancellationToken,
            chosen => Each([0.05, 0.1, 0.3, 0.5], exponent => chosen with { TargetExponent = exponent }),
            chosen => Each([0, 1.0], back => chosen with { Back = back }),
            chosen => Each([1, 4, double.PositiveInfinity], decay => chosen with { QueryDecay = decay }));

    // The pull towards zero is λ · (unobserved · items)^exponent. Too much of it leaves nothing of the factors, whatever else is set: it begins low.
    private static FactorSourceOptions Factors(SourceOptions options, ItemSequences known, SourceJudge judge, CancellationToken cancellationToken)
    {
        FactorSourceOptions start = options.Factors;
        FactorSourceOptions Of((double Unobserved, double Pull, int Dimensions) chosen) => start with
        {
            Training = start.Training with
            {
                Unobserved = chosen.Unobserved,
                Ridge = chosen.Pull / Math.Pow(chosen.Unobserved * known.ItemCount, start.Training.RidgeExponent),
                Dimensions = chosen.Dimensions,
            },
        };
        (double, double, int) best = Best(
            (start.Training.Unobserved, Pull: 1.0, start.Training.Dimensions),
            chosen => judge.Judge(new FactorSource(known, Of(chosen), 1)),
            cancellationToken,
            chosen => Each([2, 4, 8, 16], pull => chosen with { Pull = pull }),
            chosen => Each([128, 256], dimensions => chosen with { Dimensions = dimensions }),
            chosen => Each(
                [(1.0 / 3, 1), (1.0 / 3, 0.7), (0.6, 1), (0.6, 0.7), (1.7, 1), (1.7, 1.4)],
                ((double Of, double Pull) factor) => chosen with { Unobserved = factor.Of * chosen.Unobserved, Pull = factor.Pull * chosen.Pull }),
            chosen => Each([0.7, 1.4], factor => chosen with { Pull = factor * chosen.Pull }));
        return Of(best);
    }

    private static SumOptions Sum(RecommendTask task, SourceOptions options, ItemSequences known, SourceJudge judge, CancellationToken cancellationToken)
    {
        (ItemSource ease, ItemSource factors, ItemSource people) =
            (EaseSource.Fit(known, task.Attributes, options.Ease, 1), new FactorSource(known, options.Factors, 1), new UserKnnSource(known, options.UserKnn, 1));
        return Best(
            options.Sum,
            chosen => judge.Judge(new SumSource(1, [(ease, 1), (factors, chosen.Factors), (people, chosen.UserKnn)])),
            cancellationToken,
            chosen => Each([0.25, 0.5, 2, 4], weight => chosen with { Factors = weight }),
            chosen => Each([0.25, 0.5, 1], weight => chosen with { UserKnn = weight }));
    }

    private static SequenceKnnOptions SequenceKnn(SourceOptions options, ItemSequences known, SourceJudge judge, CancellationToken cancellationToken)
        => Best(
            options.SequenceKnn,
            chosen => judge.Judge(new SequenceKnnSource(known, chosen, 1)),
            cancellationToken,
            chosen => Each([1.5, 6], decay => chosen with { QueryDecay = decay }),
            chosen => Each([0, 1.0], exponent => chosen with { LengthExponent = exponent }),
            chosen => Each([1, 10.0], decay => chosen with { StepDecay = decay }));

    private static SequenceRidgeOptions SequenceRidge(RecommendTask task, SequenceRidgeOptions start, ItemSequences known, SourceJudge judge, CancellationToken cancellationToken)
    {
        double[] weights = task.Attributes is null ? [] : [0, 0.01, 0.1];
        return Best(
            start,
            chosen => judge.Judge(SequenceRidgeSource.Fit(known, task.Attributes, chosen, 1)),
            cancellationToken,
            chosen => Each([start.Ridge / 3, start.Ridge * 3], ridge => chosen with { Ridge = ridge }),
            chosen => Each([1.5, 3.0], decay => chosen with { BeforeDecay = decay }),
            chosen => Each(weights, weight => chosen with { AttributeWeight = weight }));
    }

    private static EaseOptions Ease(RecommendTask task, EaseOptions start, ItemSequences known, SourceJudge judge, CancellationToken cancellationToken)
    {
        double[] weights = task.Attributes is null ? [] : [0, 0.03, 0.3];
        double[] decays = task.IsOrdered ? [1.2, 4] : [];
        return Best(
            start,
            chosen => judge.Judge(EaseSource.Fit(known, task.Attributes, chosen, 1)),
            cancellationToken,
            chosen => Each(task.IsOrdered ? (double[])[0.5] : [0, 0.5, 0.85, 1.0], exponent => chosen with { LengthExponent = exponent }),
            chosen => Each(task.IsOrdered ? (double[])[0.2] : [0, 0.1, 0.3], exponent => chosen with { CountExponent = exponent }),
            chosen => Each(task.IsOrdered ? (double[])[0.3] : [0, 0.3, 0.6], share => chosen with { Dropout = share }),
            chosen => Each([start.Ridge / 3, start.Ridge * 3], ridge => chosen with { Ridge = ridge }),
            chosen => Each(weights, weight => chosen with { AttributeWeight = weight }),
            chosen => Each(decays, decay => chosen with { QueryDecay = decay }),
            chosen => Each(task.IsOrdered ? (int[])[] : [400], neighbours => chosen with { Neighbours = neighbours }));
    }

    private static RecommendQuery[] Draw(IReadOnlyList<RecommendQuery> queries, ulong seed)
    {
        RecommendQuery[] drawn = [.. queries];
        RandomStream random = RandomStream.For(seed, "queries for settings");
        random.Shuffle<RecommendQuery>(drawn);
        return drawn[..Math.Min(MostQueries, drawn.Length)];
    }

    private static IEnumerable<T> Each<TValue, T>(TValue[] values, Func<TValue, T> setting) => values.Select(setting);

    // The best of the start and, knob by knob, of its variants. Of equals the earlier stays.
    private static T Best<T>(T start, Func<T, double> judge, CancellationToken cancellationToken, params Func<T, IEnumerable<T>>[] knobs)
    {
        (T best, double value) = (start, judge(start));
        foreach (Func<T, IEnumerable<T>> knob in knobs)
        {
            foreach (T variant in knob(best).ToArray())
            {
                cancellationToken.ThrowIfCancellationRequested();
                double found = judge(variant);
                (best, value) = found > value ? (variant, found) : (best, value);
            }
        }

        return best;
    }
}
