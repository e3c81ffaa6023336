using System.Globalization;
using System.Numerics.Tensors;
using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Cli.Benchmarks.Search;

/// <summary>A model for each fold of queries, learned and chosen on the other folds alone.</summary>
/// <remarks>
/// The queries of the other folds are split into four parts, several times anew where judgements are few. Every setting is trained on three of the parts
/// and judged on the fourth, in turn; what is said of a query is the mean of the models that did not see it. A few dozen queries cannot tell settings
/// apart: the first one with a little of the text score stays unless another one, or two together, or another weight, are better where they were judged by
/// more than chance explains. The models of what is chosen are averaged.
/// The fold itself is never looked at.
/// </remarks>
/// <param name="Models">The model of each fold.</param>
/// <param name="Validation">By list: NDCG@10 where the chosen models were judged, mean over the folds for which the list was not the test.</param>
/// <param name="Chosen">What was chosen for each fold, in words.</param>
internal sealed record FoldModels(BlendedModel[] Models, double[] Validation, string[] Chosen)
{
    /// <summary>Folds of the cross-validation.</summary>
    public const int FoldCount = 5;

    private const int Places = 10;
    private const int Parts = 4;

    // Standard errors to the end of a 95 % interval.
    private const double IntervalEnd = 1.96;

    // Which queries are held out decides when boosting stops and what is chosen. On a few thousand judgements that is chance, which the mean over three
    // splits takes out of both; on ten times as many one split is enough, and three would take as many times longer.
    private const int MostSplits = 3;
    private const int RowsOfSplits = 40_000;
    private const float UsualWeight = 0.2f;
    private static readonly float[] s_textWeights = [0, 0.1f, UsualWeight, 0.4f];

    // Shallow trees: a few thousand judgements carry no more. Whether the grade itself or its distance to the query's mean is learned differs: the first
    // also learns which queries are hard, the second only what tells the documents of one query apart.
    private static readonly Setting[] s_settings =
    [
        new(IsCentred: false, Depth: 3, FeatureShare: 0.15, MinRows: 20),
        new(IsCentred: false, Depth: 4, FeatureShare: 0.3, MinRows: 40),
        new(IsCentred: true, Depth: 4, FeatureShare: 0.3, MinRows: 40),
    ];

    private sealed record Setting(bool IsCentred, int Depth, double FeatureShare, int MinRows)
    {
        public override string ToString() => $"{(IsCentred ? "centred" : "grade")} depth {Depth}";
    }

    /// <summary>Draws each list's fold: folds are equally large, and all rows of a list are in one.</summary>
    public static int[] Draw(int listCount, ulong seed)
    {
        var folds = new int[listCount];
        Deal([.. Enumerable.Range(0, listCount)], FoldCount, RandomStream.For(seed, "folds of queries"), folds);
        return folds;
    }

    /// <summary>Trains the models.</summary>
    /// <param name="rows">Features and grades of every list.</param>
    /// <param name="text">The text score of every row.</param>
    /// <param name="folds">The fold of each list.</param>
    /// <param name="names">The features' names.</param>
    /// <param name="seed">Seeds the samples.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static FoldModels Train(
        ListArrays rows, float[] text, int[] folds, IReadOnlyList<string> names, ulong seed, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var splits = Math.Clamp(RowsOfSplits / rows.Labels.Length, 1, MostSplits);
        var held = Enumerable.Range(0, FoldCount).Select(test => Enumerable.Range(0, splits).Select(split => Split(folds, test, split, seed)).ToArray()).ToArray();
        var trained = new TreeEnsemble[FoldCount, splits, Parts, s_settings.Length];
        var (centred, jobs, done) = (Centred(rows), FoldCount * splits * Parts, 0);
        Parallel.For(0, jobs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken }, job =>
        {
            var (test, split, part) = (job / Parts / splits, job / Parts % splits, job % Parts);
            var parts = held[test][split];
            foreach (var isCentred in new[] { false, true })
            {
                var target = isCentred ? centred : rows;
                using var builder = new TreeDatasetBuilder([.. names.Select(name => new TreeInput(name))], new TreeDatasetOptions { Seed = seed, Threads = 1 });
                var set = Build(builder, target, list => parts[list] >= 0 && parts[list] != part);
                using var later = new TreeDatasetBuilder(set);
                var judge = Build(later, target, list => parts[list] == part);
                for (var number = 0; number < s_settings.Length; number++)
                {
                    if (s_settings[number].IsCentred == isCentred)
                    {
                        trained[test, split, part, number] = TreeTrainer.Train(set, OptionsOf(s_settings[number], seed + (ulong)(split * Parts) + (ulong)part), judge, null, cancellationToken).Model;
                    }
                }
            }

            progress.Report((double)Interlocked.Increment(ref done) / jobs);
        });
        return Choose(rows, text, folds, held, trained);
    }

    private static void Deal(int[] lists, int count, RandomStream draws, int[] places)
    {
        draws.Shuffle(lists.AsSpan());
        for (var place = 0; place < lists.Length; place++)
        {
            places[lists[place]] = place % count;
        }
    }

    /// <summary>The part of each list that is not of the test fold; -1 for those of the test fold.</summary>
    private static int[] Split(int[] folds, int test, int split, ulong seed)
    {
        var parts = new int[folds.Length];
        Array.Fill(parts, -1);
        Deal([.. Enumerable.Range(0, folds.Length).Where(list => folds[list] != test)], Parts, RandomStream.For(seed, "parts of the training folds", (ulong)((split * FoldCount) + test)), parts);
        return parts;
    }

    private static TreeTrainerOptions OptionsOf(Setting setting, ulong seed) => new()
    {
        Objective = TreeObjective.SquaredError,
        Trees = 600,
        LearningRate = 0.05,
        MaxDepth = setting.Depth,
        MaxLeaves = 1 << setting.Depth,
        MinRowsInLeaf = setting.MinRows,
        FeatureShare = setting.FeatureShare,
        RowShare = 0.7,
        EarlyStoppingTrees = 40,
        Seed = seed,
        Threads = 1,
    };

    private static FoldModels Choose(ListArrays rows, float[] text, int[] folds, int[][][] held, TreeEnsemble[,,,] trained)
    {
        var models = new BlendedModel[FoldCount];
        var chosen = new string[FoldCount];
        var (sums, counts) = (new double[folds.Length], new int[folds.Length]);
        Parallel.For(0, FoldCount, test =>
        {
            float[][] scores = [.. s_settings.Select((_, number) => OutOfPart(rows, held[test], (split, part) => trained[test, split, part, number]))];
            float[] Blended((int[] Settings, float Weight) choice) => Blend(rows, Sum(scores, choice.Settings), text, choice.Weight);
            int[][] plain = [.. Enumerable.Range(0, s_settings.Length).Where(number => !s_settings[number].IsCentred).Select(number => (int[])[number])];
            int[][] centred = [.. Enumerable.Range(0, s_settings.Length).Where(number => s_settings[number].IsCentred).Select(number => (int[])[number])];
            var together = from one in plain from other in centred select (int[])[.. one, .. other];
            (int[] Settings, float Weight) usual = ([0], UsualWeight);
            var usualQuality = Quality(rows, Blended(usual));
            var (best, mostGain) = (usual, 0.0);
            foreach (var choice in from settings in (int[][])[.. plain, .. centred, .. together] from weight in s_textWeights select (Settings: settings, Weight: weight))
            {
                var gain = SureGain(Quality(rows, Blended(choice)), usualQuality, list => folds[list] != test);
                (best, mostGain) = gain > mostGain ? (choice, gain) : (best, mostGain);
            }

            var trees = new TreeModel(Average([.. PlacesOf(held[test].Length).SelectMany(place => best.Settings.Select(number => trained[test, place.Split, place.Part, number]))]));
            models[test] = new BlendedModel(trees, best.Weight);
            chosen[test] = string.Create(CultureInfo.InvariantCulture, $"{string.Join(" + ", best.Settings.Select(number => s_settings[number]))}, text {best.Weight}");
            var perList = Metric(rows, Blended(best), relevances => RankingMetrics.Ndcg(relevances, Places, Gain.Exponential));
            lock (sums)
            {
                for (var list = 0; list < folds.Length; list++)
                {
                    (sums[list], counts[list]) = folds[list] == test ? (sums[list], counts[list]) : (sums[list] + perList[list], counts[list] + 1);
                }
            }
        });
        return new FoldModels(models, [.. sums.Select((sum, list) => sum / counts[list])], chosen);
    }

    /// <summary>By list: half its top, half its whole order: steadier than either on a few dozen lists.</summary>
    private static double[] Quality(ListArrays rows, float[] scores)
    {
        var ndcg = Metric(rows, scores, relevances => RankingMetrics.Ndcg(relevances, Places, Gain.Exponential));
        return [.. Metric(rows, scores, RankingMetrics.PairwiseAccuracy).Select((pairs, list) => (ndcg[list] + pairs) / 2)];
    }

    /// <summary>The lower end of the interval of the mean gain over lists.</summary>
    private static double SureGain(double[] quality, double[] baseline, Predicate<int> isJudged)
    {
        double[] gains = [.. Enumerable.Range(0, quality.Length).Where(list => isJudged(list)).Select(list => quality[list] - baseline[list]).Where(double.IsFinite)];
        if (gains.Length == 0)
        {
            return 0;
        }

        var mean = gains.Average();
        return mean - (IntervalEnd * Math.Sqrt(gains.Sum(gain => (gain - mean) * (gain - mean)) / gains.Length / gains.Length));
    }

    private static double[] Metric(ListArrays rows, float[] scores, ListMetric metric) => RankingMetrics.PerList(scores, rows.Labels, rows.ListStarts, metric);

    /// <summary>By row: the mean over the splits of what the model says that did not see its list; 0 for lists of the test fold.</summary>
    private static float[] OutOfPart(ListArrays rows, int[][] splits, Func<int, int, TreeEnsemble> modelOf)
    {
        var (scores, row) = (new float[rows.Labels.Length], new float[rows.Labels.Length]);
        foreach (var (split, part) in PlacesOf(splits.Length))
        {
            var model = new TreeModel(modelOf(split, part));
            for (var list = 0; list < rows.ListCount; list++)
            {
                var (from, end) = (rows.ListStarts[list], rows.ListStarts[list + 1]);
                if (splits[split][list] == part)
                {
                    BlendedModel.Score(model, rows.Values.AsSpan(from * rows.FeatureCount, (end - from) * rows.FeatureCount), row.AsSpan(from, end - from));
                    TensorPrimitives.MultiplyAdd(row.AsSpan(from, end - from), 1f / splits.Length, scores.AsSpan(from, end - from), scores.AsSpan(from, end - from));
                }
            }
        }

        return scores;
    }

    private static float[] Blend(ListArrays rows, float[] scores, float[] text, float weight)
    {
        for (var list = 0; list < rows.ListCount; list++)
        {
            var (from, count) = (rows.ListStarts[list], rows.ListStarts[list + 1] - rows.ListStarts[list]);
            BlendedModel.Blend(text.AsSpan(from, count), weight, scores.AsSpan(from, count));
        }

        return scores;
    }

    private static IEnumerable<(int Split, int Part)> PlacesOf(int splits) =>
        from split in Enumerable.Range(0, splits) from part in Enumerable.Range(0, Parts) select (split, part);

    private static float[] Sum(float[][] scores, int[] numbers) => [.. Enumerable.Range(0, scores[0].Length).Select(row => numbers.Sum(number => scores[number][row]))];

    private static ListArrays Centred(ListArrays rows)
    {
        var labels = new float[rows.Labels.Length];
        for (var list = 0; list < rows.ListCount; list++)
        {
            var (from, end) = (rows.ListStarts[list], rows.ListStarts[list + 1]);
            var mean = rows.Labels[from..end].Average();
            for (var row = from; row < end; row++)
            {
                labels[row] = rows.Labels[row] - mean;
            }
        }

        return rows with { Labels = labels };
    }

    private static TreeDataset Build(TreeDatasetBuilder builder, ListArrays rows, Func<int, bool> isKept)
    {
        for (var list = 0; list < rows.ListCount; list++)
        {
            for (var row = rows.ListStarts[list]; row < rows.ListStarts[list + 1] && isKept(list); row++)
            {
                builder.Add(rows.Row(row), rows.Labels[row], 1, list);
            }
        }

        return builder.Build();
    }

    private static TreeEnsemble Average(TreeEnsemble[] models) => models[0] with
    {
        BaseScore = models.Average(model => model.BaseScore),
        Trees = [.. models.SelectMany(model => model.Trees).Select(tree => tree with { LeafValue = [.. tree.LeafValue.Select(value => value / models.Length)] })],
    };
}
