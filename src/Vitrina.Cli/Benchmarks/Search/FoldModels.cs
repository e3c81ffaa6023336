using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Cli.Benchmarks.Search;

/// <summary>A model for each fold of queries, learned and chosen on the other folds alone.</summary>
/// <remarks>
/// For a fold, every setting is trained on three of the other four and judged on the fourth, four times over. The best setting for each kind of target, or
/// both together, whichever did best where it was judged, is kept; its four models are averaged. The fold itself is never looked at.
/// </remarks>
/// <param name="Models">The model of each fold.</param>
/// <param name="Validation">By list: NDCG@10 where the chosen models were judged, mean over the folds for which the list was not the test.</param>
/// <param name="Chosen">What was chosen for each fold, in words.</param>
internal sealed record FoldModels(TreeModel[] Models, double[] Validation, string[] Chosen)
{
    /// <summary>Folds of the cross-validation.</summary>
    public const int FoldCount = 5;

    private const int Places = 10;

    // Shallow trees: a few thousand judgements carry no more. Whether the grade itself or its distance to the query's mean is learned differs: the first
    // also learns which queries are hard, the second only what tells the documents of one query apart.
    private static readonly Setting[] s_settings =
    [
        new(IsCentred: false, Depth: 3, FeatureShare: 0.15, MinRows: 20),
        new(IsCentred: false, Depth: 4, FeatureShare: 0.3, MinRows: 40),
        new(IsCentred: true, Depth: 3, FeatureShare: 0.15, MinRows: 20),
        new(IsCentred: true, Depth: 4, FeatureShare: 0.3, MinRows: 40),
    ];

    private sealed record Setting(bool IsCentred, int Depth, double FeatureShare, int MinRows);

    /// <summary>Draws each list's fold: folds are equally large, and all rows of a list are in one.</summary>
    public static int[] Draw(int listCount, ulong seed)
    {
        var order = Enumerable.Range(0, listCount).ToArray();
        var draws = RandomStream.For(seed, "folds of queries");
        draws.Shuffle(order.AsSpan());
        var folds = new int[listCount];
        for (var place = 0; place < order.Length; place++)
        {
            folds[order[place]] = place % FoldCount;
        }

        return folds;
    }

    /// <summary>Trains the models.</summary>
    /// <param name="rows">Features and grades of every list.</param>
    /// <param name="folds">The fold of each list.</param>
    /// <param name="names">The features' names.</param>
    /// <param name="seed">Seeds the samples.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static FoldModels Train(ListArrays rows, int[] folds, IReadOnlyList<string> names, ulong seed, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var trained = new TreeEnsemble[FoldCount, FoldCount, s_settings.Length];
        var (pairs, done) = (Enumerable.Range(0, FoldCount * FoldCount).Where(pair => pair / FoldCount != pair % FoldCount).ToList(), 0);
        Parallel.ForEach(pairs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken }, pair =>
        {
            var (test, valid) = (pair / FoldCount, pair % FoldCount);
            foreach (var isCentred in new[] { false, true })
            {
                var target = isCentred ? Centred(rows) : rows;
                using var builder = new TreeDatasetBuilder([.. names.Select(name => new TreeInput(name))], new TreeDatasetOptions { Seed = seed, Threads = 1 });
                var set = Build(builder, target, list => folds[list] != test && folds[list] != valid);
                using var later = new TreeDatasetBuilder(set);
                var judge = Build(later, target, list => folds[list] == valid);
                for (var number = 0; number < s_settings.Length; number++)
                {
                    if (s_settings[number].IsCentred == isCentred)
                    {
                        trained[test, valid, number] = TreeTrainer.Train(set, OptionsOf(s_settings[number], seed + (ulong)valid), judge, null, cancellationToken).Model;
                    }
                }
            }

            progress.Report((double)Interlocked.Increment(ref done) / pairs.Count);
        });
        return Choose(rows, folds, trained);
    }

    /// <summary>Scores rows of features, shape [rows x features].</summary>
    public static void Score(TreeModel model, ReadOnlySpan<float> values, Span<float> scores)
    {
        var width = values.Length / scores.Length;
        var matrix = new FeatureMatrix();
        matrix.Reset(scores.Length, width);
        for (var row = 0; row < scores.Length; row++)
        {
            for (var feature = 0; feature < width; feature++)
            {
                matrix[row, feature] = values[(row * width) + feature];
            }
        }

        model.Score(matrix, [.. Enumerable.Range(0, width)], scores);
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

    private static FoldModels Choose(ListArrays rows, int[] folds, TreeEnsemble[,,] trained)
    {
        var models = new TreeModel[FoldCount];
        var chosen = new string[FoldCount];
        var (sums, counts) = (new double[folds.Length], new int[folds.Length]);
        Parallel.For(0, FoldCount, test =>
        {
            int[] others = [.. Enumerable.Range(0, FoldCount).Where(fold => fold != test)];
            float[][] scores = [.. s_settings.Select((_, number) => OutOfFold(rows, folds, others, valid => trained[test, valid, number]))];
            int Best(bool isCentred) => Enumerable.Range(0, s_settings.Length).Where(number => s_settings[number].IsCentred == isCentred)
                .MaxBy(number => Worth(rows, folds, test, scores[number]));
            var (plain, centred) = (Best(false), Best(true));
            int[][] choices = [[plain, centred], [plain], [centred]];
            var best = choices.MaxBy(choice => Worth(rows, folds, test, Sum(scores, choice)))!;
            models[test] = new TreeModel(Average([.. others.SelectMany(valid => best.Select(number => trained[test, valid, number]))]));
            chosen[test] = string.Join(" + ", best.Select(number => $"{(s_settings[number].IsCentred ? "centred" : "grade")} depth {s_settings[number].Depth}"));
            var perList = Metric(rows, Sum(scores, best), relevances => RankingMetrics.Ndcg(relevances, Places, Gain.Exponential));
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

    /// <summary>Half the top of the lists, half their whole order: steadier than either on a few dozen lists.</summary>
    private static double Worth(ListArrays rows, int[] folds, int test, float[] scores)
    {
        var ndcg = Metric(rows, scores, relevances => RankingMetrics.Ndcg(relevances, Places, Gain.Exponential));
        var pairs = Metric(rows, scores, RankingMetrics.PairwiseAccuracy);
        bool IsJudged(int list) => folds[list] != test;
        return ndcg.Where((value, list) => IsJudged(list) && !double.IsNaN(value)).DefaultIfEmpty(0).Average()
            + pairs.Where((value, list) => IsJudged(list) && !double.IsNaN(value)).DefaultIfEmpty(0).Average();
    }

    private static double[] Metric(ListArrays rows, float[] scores, ListMetric metric) => RankingMetrics.PerList(scores, rows.Labels, rows.ListStarts, metric);

    private static float[] OutOfFold(ListArrays rows, int[] folds, int[] others, Func<int, TreeEnsemble> modelOf)
    {
        var scores = new float[rows.Labels.Length];
        foreach (var valid in others)
        {
            var model = new TreeModel(modelOf(valid));
            for (var list = 0; list < folds.Length; list++)
            {
                var (from, end) = (rows.ListStarts[list], rows.ListStarts[list + 1]);
                if (folds[list] == valid)
                {
                    Score(model, rows.Values.AsSpan(from * rows.FeatureCount, (end - from) * rows.FeatureCount), scores.AsSpan(from, end - from));
                }
            }
        }

        return scores;
    }

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
