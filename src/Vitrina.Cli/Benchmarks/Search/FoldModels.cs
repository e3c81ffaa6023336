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
/// apart: the usual one stays unless another one, or two together, or another weight of the text score, are better where they were judged by more than
/// chance explains. The fewer the queries, the more the usual one leans on what follows them less closely: a forest of random trees, and the text score.
/// The models of what is chosen are averaged.
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

    // As a mean of few values is drawn towards what is known without them, by a weight of so many values: the text score counts like trees learned from 20
    // queries, and a forest like boosted trees learned from 66. From 100 queries on the forest takes more than it gives. Decision 0048.
    private const double TextQueries = 20;
    private const double ForestQueries = 66;
    private const int MostForestQueries = 100;
    private const int ForestTrees = 40;
    private static readonly float[] s_textWeights = [0, 0.1f, 0.2f, 0.4f];

    // Shallow trees: a few thousand judgements carry no more. Whether the grade itself or its distance to the query's mean is learned differs: the first
    // also learns which queries are hard, the second only what tells the documents of one query apart.
    private static readonly Setting[] s_boosted =
    [
        new("grade depth 3", IsCentred: false, Depth: 3, FeatureShare: 0.15, MinRows: 20),
        new("grade depth 4", IsCentred: false, Depth: 4, FeatureShare: 0.3, MinRows: 40),
        new("centred depth 4", IsCentred: true, Depth: 4, FeatureShare: 0.3, MinRows: 40),
    ];

    private sealed record Setting(string Name, bool IsCentred, int Depth, double FeatureShare, int MinRows);

    /// <param name="Shares">How much of each boosted setting, and of the forest behind them.</param>
    /// <param name="TextWeight">The text score's weight.</param>
    private sealed record Choice(double[] Shares, float TextWeight)
    {
        public override string ToString()
        {
            string[] names = [.. s_boosted.Select(setting => setting.Name), "forest"];
            var trees = Shares.Select((share, number) => (share, number)).Where(part => part.share > 0)
                .Select(part => part.share == 1 ? names[part.number] : string.Create(CultureInfo.InvariantCulture, $"{part.share:0.##} {names[part.number]}"));
            return string.Create(CultureInfo.InvariantCulture, $"{string.Join(" + ", trees)}, text {TextWeight:0.##}");
        }
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
        var trained = new TreeEnsemble?[FoldCount, splits, Parts, s_boosted.Length + 1];
        var hasForest = splits > 1 && folds.Length * (FoldCount - 1) / FoldCount < MostForestQueries;
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
                for (var number = 0; number < s_boosted.Length; number++)
                {
                    if (s_boosted[number].IsCentred == isCentred)
                    {
                        trained[test, split, part, number] = TreeTrainer.Train(set, OptionsOf(s_boosted[number], SeedOf(split, part)), judge, null, cancellationToken).Model;
                    }
                }
            }

            if (hasForest)
            {
                trained[test, split, part, s_boosted.Length] = RandomForestTrainer.Train(
                    names, rows.Values, rows.Labels, RowsOf(rows, list => parts[list] >= 0 && parts[list] != part), new RandomForestOptions { Trees = ForestTrees, Seed = SeedOf(split, part) }, cancellationToken);
            }

            progress.Report((double)Interlocked.Increment(ref done) / jobs);
        });
        return Choose(rows, text, folds, held, trained, hasForest);

        ulong SeedOf(int split, int part) => seed + (ulong)(split * Parts) + (ulong)part;
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

    private static FoldModels Choose(ListArrays rows, float[] text, int[] folds, int[][][] held, TreeEnsemble?[,,,] trained, bool hasForest)
    {
        var models = new BlendedModel[FoldCount];
        var chosen = new string[FoldCount];
        var (sums, counts) = (new double[folds.Length], new int[folds.Length]);
        Parallel.For(0, FoldCount, test =>
        {
            float[][] scores = [.. Enumerable.Range(0, trained.GetLength(3)).Select(number => OutOfPart(rows, held[test], (split, part) => trained[test, split, part, number]))];
            float[] Blended(Choice choice) => Blend(rows, Sum(scores, choice.Shares), text, choice.TextWeight);
            var choices = Choices(folds.Count(fold => fold != test), hasForest);
            var usualQuality = Quality(rows, Blended(choices[0]));
            var (best, mostGain) = (choices[0], 0.0);
            foreach (var choice in choices)
            {
                var gain = SureGain(Quality(rows, Blended(choice)), usualQuality, list => folds[list] != test);
                (best, mostGain) = gain > mostGain ? (choice, gain) : (best, mostGain);
            }

            var parts = PlacesOf(held[test].Length).ToList();
            models[test] = new BlendedModel(new TreeModel(TreeEnsemble.SumOf([.. best.Shares.SelectMany((share, number) => share > 0
                ? parts.Select(place => (trained[test, place.Split, place.Part, number]!, share / parts.Count))
                : [])])), best.TextWeight);
            chosen[test] = best.ToString();
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

    /// <summary>What can be chosen from so many queries; the usual choice comes first.</summary>
    private static List<Choice> Choices(int queries, bool hasForest)
    {
        double[] Only(params int[] numbers) => [.. Enumerable.Range(0, s_boosted.Length + 1).Select(number => numbers.Contains(number) ? 1.0 : 0)];
        var usual = Only(0);
        if (hasForest)
        {
            usual[s_boosted.Length] = ForestQueries / queries;
        }

        var usualWeight = (float)Math.Min(s_textWeights[^1], TextQueries / queries);
        return [.. from shares in (double[][])[usual, Only(0), Only(1), Only(2), Only(0, 2), Only(1, 2)] from weight in (float[])[usualWeight, .. s_textWeights] select new Choice(shares, weight)];
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
    private static float[] OutOfPart(ListArrays rows, int[][] splits, Func<int, int, TreeEnsemble?> modelOf)
    {
        var (scores, row) = (new float[rows.Labels.Length], new float[rows.Labels.Length]);
        foreach (var (split, part) in PlacesOf(splits.Length))
        {
            if (modelOf(split, part) is not { } trees)
            {
                continue;
            }

            var model = new TreeModel(trees);
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

    private static float[] Sum(float[][] scores, double[] shares) => [.. Enumerable.Range(0, scores[0].Length).Select(row => (float)shares.Select((share, number) => share * scores[number][row]).Sum())];

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

    private static IEnumerable<int> RowsOf(ListArrays rows, Func<int, bool> isKept) =>
        Enumerable.Range(0, rows.ListCount).Where(isKept).SelectMany(list => Enumerable.Range(rows.ListStarts[list], rows.ListStarts[list + 1] - rows.ListStarts[list]));

    private static TreeDataset Build(TreeDatasetBuilder builder, ListArrays rows, Func<int, bool> isKept)
    {
        foreach (var list in Enumerable.Range(0, rows.ListCount).Where(isKept))
        {
            for (var row = rows.ListStarts[list]; row < rows.ListStarts[list + 1]; row++)
            {
                builder.Add(rows.Row(row), rows.Labels[row], 1, list);
            }
        }

        return builder.Build();
    }
}
