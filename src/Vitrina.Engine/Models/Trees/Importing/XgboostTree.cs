using System.Text.Json;

namespace Vitrina.Engine.Models.Trees.Importing;

/// <summary>One tree of an XGBoost model: nodes by number, of which only those below node 0 count.</summary>
internal sealed class XgboostTree
{
    // XGBoost's own limit of a category (common/categorical.h); far above it no set of bits is sensible.
    private const int MaxCategory = 1 << 24;

    private readonly int[] _left;
    private readonly int[] _right;
    private readonly int[] _input;
    private readonly float[] _condition;
    private readonly bool[] _defaultLeft;
    private readonly float[] _cover;
    private readonly double _weight;
    private readonly Dictionary<int, uint[]> _sets;

    public XgboostTree(JsonElement tree, double weight)
    {
        _weight = weight;
        _left = [.. XgboostFile.Property(tree, "left_children").EnumerateArray().Select(value => value.GetInt32())];
        _right = Of(tree, "right_children", value => value.GetInt32());
        _input = Of(tree, "split_indices", value => value.GetInt32());
        _condition = Of(tree, "split_conditions", XgboostFile.Single);
        _cover = Of(tree, "sum_hessian", XgboostFile.Single);

        // A list of booleans until 1.5, of 0 and 1 since.
        _defaultLeft = Of(tree, "default_left", value => value.ValueKind == JsonValueKind.Number ? value.GetInt32() != 0 : value.GetBoolean());
        _sets = SetsOf(tree);
    }

    /// <summary>The same tree with splits and leaves numbered from the root.</summary>
    public DecisionTree Convert()
    {
        List<int> splits = [], leaves = [];
        Dictionary<int, int> place = Number(splits, leaves);
        List<uint[]> sets = [];
        DecisionTree tree = new()
        {
            Input = [.. splits.Select(node => _input[node])],
            Threshold = new double[splits.Count],
            Rules = new SplitRules[splits.Count],
            Left = [.. splits.Select(node => place[_left[node]])],
            Right = [.. splits.Select(node => place[_right[node]])],
            SplitCover = [.. splits.Select(node => (double)_cover[node])],
            LeafValue = [.. leaves.Select(node => _condition[node] * _weight)],
            LeafCover = [.. leaves.Select(node => (double)_cover[node])],
        };
        for (int split = 0; split < splits.Count; split++)
        {
            int node = splits[split];
            if (!_sets.TryGetValue(node, out uint[]? set))
            {
                tree.Rules[split] = _defaultLeft[node] ? SplitRules.MissingLeft : SplitRules.None;
                tree.Threshold[split] = LargestBelow(_condition[node]);
                continue;
            }

            // Members go right in XGBoost and left here: the children change places, and with them the side of a missing value.
            tree.Rules[split] = SplitRules.Category | (_defaultLeft[node] ? SplitRules.None : SplitRules.MissingLeft);
            tree.Threshold[split] = sets.Count;
            sets.Add(set);
            (tree.Left[split], tree.Right[split]) = (tree.Right[split], tree.Left[split]);
        }

        return tree with { CategorySets = sets };
    }

    /// <summary>The largest double that rounds to a float below the given one.</summary>
    internal static double LargestBelow(float threshold)
    {
        if (float.IsNaN(threshold) || float.IsNegativeInfinity(threshold))
        {
            throw new FormatException($"a split compares with {threshold}");
        }

        float below = float.BitDecrement(threshold);
        double middle = (Finite(below) + Finite(threshold)) / 2;

        // Halfway between two floats a double goes to the one whose last bit is 0 (IEEE 754, ties to even).
        bool tieGoesBelow = (BitConverter.SingleToUInt32Bits(below) & 1) == 0;
        return tieGoesBelow ? middle : double.BitDecrement(middle);
    }

    // Rounding goes to infinity from the middle of the largest float and what would be the next one, 2^128.
    private static double Finite(float value) => float.IsInfinity(value) ? Math.CopySign(Math.ScaleB(1, 128), value) : value;

    private Dictionary<int, int> Number(List<int> splits, List<int> leaves)
    {
        Dictionary<int, int> place = [];
        Stack<int> waiting = new([0]);
        while (waiting.TryPop(out int node))
        {
            if ((uint)node >= (uint)_left.Length || place.ContainsKey(node))
            {
                throw new FormatException($"a child points to node {node}, which is {(place.ContainsKey(node) ? "reached twice" : "not there")}");
            }

            if (_left[node] == -1)
            {
                place[node] = ~leaves.Count;
                leaves.Add(node);
                continue;
            }

            place[node] = splits.Count;
            splits.Add(node);
            waiting.Push(_right[node]);
            waiting.Push(_left[node]);
        }

        return place;
    }

    private T[] Of<T>(JsonElement tree, string name, Func<JsonElement, T> read)
    {
        T[] values = [.. XgboostFile.Property(tree, name).EnumerateArray().Select(read)];
        return values.Length == _left.Length ? values : throw new FormatException($"'{name}' has {values.Length} values for {_left.Length} nodes");
    }

    private static Dictionary<int, uint[]> SetsOf(JsonElement tree)
    {
        Dictionary<int, uint[]> sets = [];
        if (!tree.TryGetProperty("categories_nodes", out JsonElement nodes) || nodes.GetArrayLength() == 0)
        {
            return sets;
        }

        int[] categories = Whole(tree, "categories"), starts = Whole(tree, "categories_segments"), sizes = Whole(tree, "categories_sizes");
        int[] numbers = Whole(tree, "categories_nodes");
        for (int n = 0; n < numbers.Length; n++)
        {
            ReadOnlySpan<int> members = categories.AsSpan(starts[n], sizes[n]);
            uint[] set = [];
            foreach (int category in members)
            {
                if (category is < 0 or >= MaxCategory)
                {
                    throw new FormatException($"a split names the category {category}");
                }

                if (category / 32 >= set.Length)
                {
                    Array.Resize(ref set, (category / 32) + 1);
                }

                set[category / 32] |= 1u << (category % 32);
            }

            sets[numbers[n]] = set;
        }

        return sets;
    }

    private static int[] Whole(JsonElement tree, string name) => [.. XgboostFile.Property(tree, name).EnumerateArray().Select(value => value.GetInt32())];
}
