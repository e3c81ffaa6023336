using System.Diagnostics;
using System.Globalization;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;

namespace Vitrina.Benchmarks;

/// <summary>What does a row cost by compiled lanes, against the plain walk? Both in one run, on random leaf-wise ensembles, as ratios.</summary>
internal static class TreeScoringBenchmark
{
    private const int Columns = 100;

    // Distinct thresholds of a column, as training with 255 bins leaves them.
    private const int ThresholdsPerColumn = 200;

    /// <summary>Prints a table in Markdown.</summary>
    /// <param name="trees">Trees of each ensemble.</param>
    /// <param name="rounds">Timed passes; the median counts.</param>
    public static void Run(int trees, int rounds)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{trees} trees, {Columns} columns, {ThresholdsPerColumn} thresholds a column, µs per row"));
        Console.WriteLine();
        Console.WriteLine("| leaves | rows | plain walk | lanes | ratio | bytes allocated |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (int leaves in new[] { 31, 63, 255 })
        {
            TreeModel model = new(RandomEnsemble(trees, leaves));
            foreach (int rows in new[] { 20, 200, 2000 })
            {
                Measure(model, leaves, rows, rounds);
            }
        }
    }

    private static void Measure(TreeModel model, int leaves, int rows, int rounds)
    {
        var random = RandomStream.For(2, "rows");
        FeatureMatrix matrix = new();
        matrix.Reset(rows, Columns);
        for (int column = 0; column < Columns; column++)
        {
            foreach (ref float value in matrix.Column(column))
            {
                value = random.NextBool(0.02) ? float.NaN : (float)random.NextGaussian();
            }
        }

        int[] columns = [.. Enumerable.Range(0, Columns)];
        float[] scores = new float[rows];
        double walk = Median(Math.Min(rounds, 5), () => Walk(model.Ensemble, matrix, scores)) / rows;
        model.Score(matrix, columns, scores);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        model.Score(matrix, columns, scores);
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        double lanes = Median(rounds, () => model.Score(matrix, columns, scores)) / rows;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {leaves} | {rows} | {walk:0.00} | {lanes:0.000} | {walk / lanes:0.0} | {bytes} |"));
    }

    private static void Walk(TreeEnsemble ensemble, FeatureMatrix matrix, float[] scores)
    {
        Span<double> row = stackalloc double[Columns];
        for (int r = 0; r < scores.Length; r++)
        {
            for (int column = 0; column < Columns; column++)
            {
                row[column] = matrix[r, column];
            }

            scores[r] = (float)ensemble.Score(row);
        }
    }

    private static double Median(int rounds, Action work)
    {
        double[] times = new double[rounds];

        // The compiler settles on its last version after some hundreds of milliseconds.
        for (long start = Stopwatch.GetTimestamp(); rounds > 1 && Stopwatch.GetElapsedTime(start).TotalMilliseconds < 400;)
        {
            work();
        }

        for (int round = 0; round < rounds; round++)
        {
            long startedAt = Stopwatch.GetTimestamp();
            work();
            times[round] = Stopwatch.GetElapsedTime(startedAt).TotalMicroseconds;
        }

        Array.Sort(times);
        return times[rounds / 2];
    }

    private static TreeEnsemble RandomEnsemble(int trees, int leaves)
    {
        var random = RandomStream.For(1, "trees");
        DecisionTree[] made = new DecisionTree[trees];
        for (int t = 0; t < trees; t++)
        {
            made[t] = RandomTree(ref random, leaves);
        }

        return new TreeEnsemble { Inputs = [.. Enumerable.Range(0, Columns).Select(c => new ModelInput($"column{c}"))], Trees = made };
    }

    /// <summary>Leaf-wise growth: a random leaf becomes a split until there are enough leaves.</summary>
    private static DecisionTree RandomTree(ref RandomStream random, int leaves)
    {
        int splits = leaves - 1;
        int[] left = new int[splits], right = new int[splits], input = new int[splits];
        double[] threshold = new double[splits];
        SplitRules[] rules = new SplitRules[splits];
        for (int split = 0; split < splits; split++)
        {
            if (split > 0)
            {
                int leaf = random.NextInt(split + 1);
                // The split takes the place of the leaf, wherever that hangs; the leaf moves to its left.
                int parent = Array.FindIndex(left, 0, split, child => child == ~leaf) is >= 0 and var found ? found : ~Array.FindIndex(right, 0, split, child => child == ~leaf);
                (parent >= 0 ? ref left[parent] : ref right[~parent]) = split;
                left[split] = ~leaf;
            }
            else
            {
                left[split] = ~0;
            }

            right[split] = ~(split + 1);
            input[split] = random.NextInt(Columns);
            threshold[split] = ((2.0 * random.NextInt(ThresholdsPerColumn) / ThresholdsPerColumn) - 1) * 1.5;
            rules[split] = input[split] % 2 == 0 ? SplitRules.MissingLeft : SplitRules.None;
        }

        double[] values = new double[leaves];
        foreach (ref double value in values.AsSpan())
        {
            value = 0.1 * random.NextGaussian();
        }

        return new DecisionTree
        {
            Input = input,
            Threshold = threshold,
            Rules = rules,
            Left = left,
            Right = right,
            SplitCover = new double[splits],
            LeafValue = values,
            LeafCover = new double[leaves],
        };
    }
}
