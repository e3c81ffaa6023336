using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Models.Trees;

/// <summary>Random ensembles with every kind of split, and rows that hit every rule of missing values.</summary>
internal static class RandomTrees
{
    // Thresholds and values are drawn from one short list, so that equality, zero and infinity are met often.
    private static readonly float[] s_values = [float.NegativeInfinity, -2, -1, -0.5f, -1e-36f, -0f, 0, 1e-38f, 0.25f, 0.5f, 1, 3, 1e10f, float.PositiveInfinity];

    public static TreeEnsemble Ensemble(ulong seed, int trees, int leaves, int inputs, bool isPlain = false)
    {
        RandomStream random = RandomStream.For(seed, "ensemble");
        DecisionTree[] made = new DecisionTree[trees];
        for (int t = 0; t < trees; t++)
        {
            made[t] = Tree(ref random, leaves, inputs, isPlain);
        }

        return new TreeEnsemble
        {
            Inputs = [.. Enumerable.Range(0, inputs).Select(i => new ModelInput($"input{i}"))],
            Trees = made,
            BaseScore = random.NextGaussian(),
        };
    }

    /// <summary>Leaf-wise growth: a random leaf becomes a split until there are enough leaves; covers are sums.</summary>
    public static DecisionTree Tree(ref RandomStream random, int leaves, int inputs, bool isPlain)
    {
        int splits = leaves - 1;
        DecisionTree tree = new()
        {
            Input = new int[splits],
            Threshold = new double[splits],
            Rules = new SplitRules[splits],
            Left = new int[splits],
            Right = new int[splits],
            SplitCover = new double[splits],
            LeafValue = new double[leaves],
            LeafCover = new double[leaves],
        };
        List<uint[]> sets = [];
        for (int split = 0; split < splits; split++)
        {
            int leaf = random.NextInt(split + 1);
            int left = Array.FindIndex(tree.Left, 0, split, child => child == ~leaf);
            int right = Array.FindIndex(tree.Right, 0, split, child => child == ~leaf);
            if (split > 0)
            {
                (left >= 0 ? ref tree.Left[left] : ref tree.Right[right]) = split;
            }

            (tree.Left[split], tree.Right[split]) = random.NextBool(0.5) ? (~leaf, ~(split + 1)) : (~(split + 1), ~leaf);
            tree.Input[split] = random.NextInt(inputs);
            tree.Rules[split] = isPlain ? SplitRules.None : (SplitRules)random.NextInt(16);
            tree.Threshold[split] = random.NextBool(0.5) ? s_values[random.NextInt(s_values.Length)] : random.NextGaussian();
            if ((tree.Rules[split] & SplitRules.Category) != 0)
            {
                tree.Threshold[split] = sets.Count;
                sets.Add(random.NextBool(0.5) ? [(uint)random.NextUInt64()] : [(uint)random.NextUInt64(), (uint)random.NextUInt64()]);
            }
        }

        for (int leaf = 0; leaf < leaves; leaf++)
        {
            tree.LeafValue[leaf] = random.NextGaussian();
            tree.LeafCover[leaf] = 1 + random.NextInt(100);
        }

        for (int split = splits - 1; split >= 0; split--)
        {
            tree.SplitCover[split] = Cover(tree, tree.Left[split]) + Cover(tree, tree.Right[split]);
        }

        return tree with { CategorySets = sets };
    }

    /// <summary>A tree whose splits of one level are one comparison.</summary>
    public static DecisionTree Symmetric(ref RandomStream random, int depth, int inputs)
    {
        int splits = (1 << depth) - 1;
        DecisionTree tree = new()
        {
            Input = new int[splits],
            Threshold = new double[splits],
            Rules = new SplitRules[splits],
            Left = new int[splits],
            Right = new int[splits],
            SplitCover = new double[splits],
            LeafValue = new double[splits + 1],
            LeafCover = new double[splits + 1],
        };
        for (int level = 0; level < depth; level++)
        {
            int input = random.NextInt(inputs);
            double threshold = random.NextGaussian();
            for (int split = (1 << level) - 1; split < (1 << (level + 1)) - 1; split++)
            {
                (tree.Input[split], tree.Threshold[split], tree.Rules[split]) = (input, threshold, SplitRules.MissingLeft);
                int child = (2 * split) + 1;
                (tree.Left[split], tree.Right[split]) = child < splits ? (child, child + 1) : (~(child - splits), ~(child + 1 - splits));
            }
        }

        for (int leaf = 0; leaf <= splits; leaf++)
        {
            tree.LeafValue[leaf] = random.NextGaussian();
        }

        return tree;
    }

    public static FeatureMatrix Matrix(ulong seed, int rows, int columns)
    {
        RandomStream random = RandomStream.For(seed, "rows");
        FeatureMatrix matrix = new();
        matrix.Reset(rows, columns);
        for (int column = 0; column < columns; column++)
        {
            foreach (ref float value in matrix.Column(column))
            {
                value = random.NextInt(4) switch
                {
                    0 => float.NaN,
                    1 => s_values[random.NextInt(s_values.Length)],
                    2 => random.NextInt(70),
                    _ => (float)random.NextGaussian(),
                };
            }
        }

        return matrix;
    }

    public static double[] Row(FeatureMatrix matrix, int row, IReadOnlyList<ModelInput> inputs) =>
        [.. inputs.Select((input, column) => (double)(input.FixedAtServing ?? matrix[row, column]))];

    private static double Cover(DecisionTree tree, int node) => node >= 0 ? tree.SplitCover[node] : tree.LeafCover[~node];
}
