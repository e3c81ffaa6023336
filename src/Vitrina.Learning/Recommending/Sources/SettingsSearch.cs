using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Recommending.Sources;

/// <summary>Chooses the settings of the sources on the latest learning fold: one after the other, each from a few values.</summary>
/// <remarks>Settings that hardly matter are not searched. The test is never looked at.</remarks>
public static class SettingsSearch
{
    private const int MostQueries = 6000;
    private const int MostDenseItems = 3000;

    /// <summary>Chooses.</summary>
    /// <param name="task">The task.</param>
    /// <param name="seed">Seeds the queries that are drawn when there are many.</param>
    /// <param name="progress">Receives the done share.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static SourceOptions Choose(RecommendTask task, ulong seed, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
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

        progress?.Report(0.3);
        options = options with
        {
            UserKnn = Best(options.UserKnn, chosen => judge.Judge(new UserKnnSource(known, chosen, 1)), cancellationToken, task.IsOrdered
                ? [chosen => Each([1.5, 6, 12], decay => chosen with { QueryDecay = decay })]
                : [chosen => Each([75, 300], neighbours => chosen with { Neighbours = neighbours })]),
        };
        progress?.Report(0.4);
        options = options with { Factors = Factors(task, options, known, judge, cancellationToken) };
        progress?.Report(0.6);
        if (known.ItemCount <= options.MostDenseItems)
        {
            ReducedCatalogue reduced = new(fold, task.Attributes, MostDenseItems);
            options = reduced.Queries.Count == 0 ? options : WithDense(task, options, reduced, metric, cancellationToken);
        }

        progress?.Report(1);
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

    private static FactorSourceOptions Factors(RecommendTask task, SourceOptions options, ItemSequences known, SourceJudge judge, CancellationToken cancellationToken)
    {
        double[] unobserved = task.IsOrdered ? [0.01, 0.1] : [0.1, 0.5];
        return Best(
            options.Factors,
            chosen => judge.Judge(new FactorSource(known, chosen, 1)),
            cancellationToken,
            chosen => Each(unobserved, weight => chosen with { Training = chosen.Training with { Unobserved = weight } }),
            chosen => Each([0.003, 0.03], ridge => chosen with { Training = chosen.Training with { Ridge = ridge } }));
    }

    private static SequenceKnnOptions SequenceKnn(SourceOptions options, ItemSequences known, SourceJudge judge, CancellationToken cancellationToken)
        => Best(
            options.SequenceKnn,
            chosen => judge.Judge(new SequenceKnnSource(known, chosen, 1)),
            cancellationToken,
            chosen => Each([1.5, 6], decay => chosen with { QueryDecay = decay }),
            chosen => Each([0, 1.0], exponent => chosen with { LengthExponent = exponent }),
            chosen => Each([1, 10.0], decay => chosen with { StepDecay = decay }));

    private static SourceOptions WithDense(RecommendTask task, SourceOptions options, ReducedCatalogue reduced, string metric, CancellationToken cancellationToken)
    {
        SourceJudge judge = new([.. Enumerable.Range(0, reduced.Known.ItemCount).Select(reduced.Known.CountOf)], reduced.Queries, task.AllowsRepeats, metric);
        options = options with { Ease = Ease(task, options.Ease, reduced, judge, cancellationToken) };
        return task.IsOrdered ? options with { SequenceRidge = SequenceRidge(task, options.SequenceRidge, reduced, judge, cancellationToken) } : options;
    }

    private static SequenceRidgeOptions SequenceRidge(RecommendTask task, SequenceRidgeOptions start, ReducedCatalogue reduced, SourceJudge judge, CancellationToken cancellationToken)
    {
        double[] weights = task.Attributes is null ? [] : [0, 0.01, 0.1];
        return Best(
            start,
            chosen => judge.Judge(SequenceRidgeSource.Fit(reduced.Known, reduced.Attributes, chosen, 1)),
            cancellationToken,
            chosen => Each([start.Ridge / 3, start.Ridge * 3], ridge => chosen with { Ridge = ridge }),
            chosen => Each([1.5, 3.0], decay => chosen with { BeforeDecay = decay }),
            chosen => Each(weights, weight => chosen with { AttributeWeight = weight }));
    }

    private static EaseOptions Ease(RecommendTask task, EaseOptions start, ReducedCatalogue reduced, SourceJudge judge, CancellationToken cancellationToken)
    {
        double[] weights = task.Attributes is null ? [] : [0, 0.03, 0.3];
        double[] decays = task.IsOrdered ? [1.2, 4] : [];
        return Best(
            start,
            chosen => judge.Judge(EaseSource.Fit(reduced.Known, reduced.Attributes, chosen, 1)),
            cancellationToken,
            chosen => Each(task.IsOrdered ? (double[])[0.5] : [0, 0.5, 0.85, 1.0], exponent => chosen with { LengthExponent = exponent }),
            chosen => Each(task.IsOrdered ? (double[])[0.2] : [0, 0.1, 0.3], exponent => chosen with { CountExponent = exponent }),
            chosen => Each(task.IsOrdered ? (double[])[0.3] : [0, 0.3, 0.6], share => chosen with { Dropout = share }),
            chosen => Each([start.Ridge / 3, start.Ridge * 3], ridge => chosen with { Ridge = ridge }),
            chosen => Each(weights, weight => chosen with { AttributeWeight = weight }),
            chosen => Each(decays, decay => chosen with { QueryDecay = decay }));
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
