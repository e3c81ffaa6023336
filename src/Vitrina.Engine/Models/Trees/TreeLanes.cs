using System.Numerics;
using Vitrina.Kernels.Forests;

namespace Vitrina.Engine.Models.Trees;

/// <summary>The byte lanes of an ensemble: which comparisons of the trees read which lane, and how a block of values fills the lanes.</summary>
/// <remarks>
/// Splits of one input with the same treatment of missing values share lanes of ranks, 255 thresholds each. Every different set of
/// categories has a lane of its own; eight of them come out of one look-up.
/// </remarks>
internal sealed class TreeLanes
{
    /// <summary>Sets of categories beyond this make their tree fall back to the plain walk.</summary>
    public const int MaxCategories = 1 << 16;

    private const int BlockRows = ByteForest.BlockRows;

    private readonly List<RankLane> _ranks = [];
    private readonly List<CategoryLanes> _categories = [];
    private readonly Dictionary<(int Input, MissingRank Missing), float[]> _thresholds = [];
    private readonly Dictionary<(int Input, MissingRank Missing), int> _firstLane = [];
    private readonly Dictionary<(int Input, string Set), int> _setLane = [];

    /// <summary>Lays out the lanes that the trees need.</summary>
    public TreeLanes(IReadOnlyList<DecisionTree> trees)
    {
        AddRanks(trees);
        AddCategories(trees);
    }

    /// <summary>Number of lanes.</summary>
    public int Count { get; private set; }

    /// <summary>The tree over lanes; same splits, same leaves.</summary>
    public ByteTree Translate(DecisionTree tree)
    {
        int[] lanes = new int[tree.Input.Length];
        sbyte[] thresholds = new sbyte[tree.Input.Length];
        for (int split = 0; split < lanes.Length; split++)
        {
            if ((tree.Rules[split] & SplitRules.Category) != 0)
            {
                // A lane of categories holds −1 where the row goes left and 0 where it goes right.
                (lanes[split], thresholds[split]) = (_setLane[(tree.Input[split], SetKey(tree, split))], -1);
                continue;
            }

            (int, MissingRank) key = (tree.Input[split], MissingOf(tree.Rules[split]));
            int rank = Array.BinarySearch(_thresholds[key], FloorToFloat(tree.Threshold[split]));
            lanes[split] = _firstLane[key] + (rank / ByteRanks.MaxThresholds);
            thresholds[split] = (sbyte)((rank % ByteRanks.MaxThresholds) - 128);
        }

        return new ByteTree { Lane = lanes, Threshold = thresholds, Left = tree.Left, Right = tree.Right, LeafValue = tree.LeafValue };
    }

    /// <summary>Fills the lanes for one block of rows.</summary>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="features">Feature values.</param>
    /// <param name="columnOfInput">Column of each input; ignored where an input is fixed.</param>
    /// <param name="firstRow">First row of the block.</param>
    /// <param name="lanes">Receives the lanes, shape [lanes x 64].</param>
    public void Fill(IReadOnlyList<ModelInput> inputs, FeatureMatrix features, ReadOnlySpan<int> columnOfInput, int firstRow, Span<sbyte> lanes)
    {
        int rows = Math.Min(BlockRows, features.Rows - firstRow);
        int padded = (rows + 15) & ~15;
        Span<float> values = stackalloc float[BlockRows];
        values.Clear();
        int loaded = -1;
        foreach (RankLane lane in _ranks)
        {
            if (lane.Input != loaded)
            {
                loaded = lane.Input;
                Load(inputs[loaded].FixedAtServing, features, columnOfInput[loaded], firstRow, values[..rows]);
            }

            lane.Ranks.Rank(values[..padded], lanes.Slice(lane.Lane * BlockRows, BlockRows));
        }

        foreach (CategoryLanes category in _categories)
        {
            if (category.Input != loaded)
            {
                loaded = category.Input;
                Load(inputs[loaded].FixedAtServing, features, columnOfInput[loaded], firstRow, values[..rows]);
            }

            category.Fill(values, lanes);
        }
    }

    private static void Load(float? fixedAtServing, FeatureMatrix features, int column, int firstRow, Span<float> values)
    {
        if (fixedAtServing is { } value)
        {
            values.Fill(value);
        }
        else
        {
            features.Column(column).Slice(firstRow, values.Length).CopyTo(values);
        }
    }

    private void AddRanks(IReadOnlyList<DecisionTree> trees)
    {
        Dictionary<(int Input, MissingRank Missing), SortedSet<float>> found = [];
        foreach (DecisionTree tree in trees)
        {
            for (int split = 0; split < tree.Input.Length; split++)
            {
                if ((tree.Rules[split] & SplitRules.Category) == 0)
                {
                    (int, MissingRank) key = (tree.Input[split], MissingOf(tree.Rules[split]));
                    if (!found.TryGetValue(key, out SortedSet<float>? thresholds))
                    {
                        found.Add(key, thresholds = []);
                    }

                    thresholds.Add(FloorToFloat(tree.Threshold[split]));
                }
            }
        }

        foreach (((int Input, MissingRank Missing) key, SortedSet<float> sorted) in found.OrderBy(pair => pair.Key))
        {
            _thresholds.Add(key, [.. sorted]);
            _firstLane.Add(key, Count);
            foreach (float[] part in _thresholds[key].Chunk(ByteRanks.MaxThresholds))
            {
                _ranks.Add(new RankLane(key.Input, Count++, new ByteRanks(part, key.Missing)));
            }
        }
    }

    private void AddCategories(IReadOnlyList<DecisionTree> trees)
    {
        SortedDictionary<int, List<(DecisionTree Tree, int Split)>> splitsOfInput = [];
        foreach (DecisionTree tree in trees)
        {
            for (int split = 0; split < tree.Input.Length; split++)
            {
                int input = tree.Input[split];
                if ((tree.Rules[split] & SplitRules.Category) != 0 && _setLane.TryAdd((input, SetKey(tree, split)), 0))
                {
                    if (!splitsOfInput.TryGetValue(input, out List<(DecisionTree, int)>? splits))
                    {
                        splitsOfInput.Add(input, splits = []);
                    }

                    splits.Add((tree, split));
                }
            }
        }

        foreach ((int input, List<(DecisionTree Tree, int Split)> splits) in splitsOfInput)
        {
            for (int lane = 0; lane < splits.Count; lane++)
            {
                _setLane[(input, SetKey(splits[lane].Tree, splits[lane].Split))] = Count + lane;
            }

            _categories.Add(new CategoryLanes(input, Count, splits));
            Count += splits.Count;
        }
    }

    private static string SetKey(DecisionTree tree, int split) =>
        $"{(int)tree.Rules[split]}:{string.Join(',', tree.CategorySets[(int)tree.Threshold[split]].Reverse().SkipWhile(word => word == 0))}";

    private static MissingRank MissingOf(SplitRules rules)
    {
        bool isLeft = (rules & SplitRules.MissingLeft) != 0;
        if ((rules & SplitRules.ZeroIsMissing) != 0)
        {
            return isLeft ? MissingRank.LowestWithZero : MissingRank.HighestWithZero;
        }

        return (rules & SplitRules.MissingIsZero) != 0 ? MissingRank.Zero : isLeft ? MissingRank.Lowest : MissingRank.Highest;
    }

    /// <summary>The largest float at most the threshold: for every float x, x ≤ threshold and x ≤ result say the same.</summary>
    private static float FloorToFloat(double threshold)
    {
        float nearest = (float)threshold;
        // Adding zero makes −0 the same threshold as 0.
        return (nearest > threshold ? float.BitDecrement(nearest) : nearest) + 0f;
    }

    private readonly record struct RankLane(int Input, int Lane, ByteRanks Ranks);

    /// <summary>The lanes of one input's sets of categories.</summary>
    private sealed class CategoryLanes
    {
        private readonly int _firstLane;
        private readonly int _laneCount;
        private readonly int _categoryCount;

        // One table per eight lanes: a byte per code, a bit per lane, set where the code goes left.
        private readonly byte[][] _tables;

        public CategoryLanes(int input, int firstLane, List<(DecisionTree Tree, int Split)> splits)
        {
            Input = input;
            _firstLane = firstLane;
            _laneCount = splits.Count;
            _categoryCount = 32 * splits.Max(split => split.Tree.CategorySets[(int)split.Tree.Threshold[split.Split]].Length);
            _tables = new byte[(splits.Count + 7) / 8][];
            for (int table = 0; table < _tables.Length; table++)
            {
                _tables[table] = new byte[_categoryCount + 3];
            }

            for (int lane = 0; lane < splits.Count; lane++)
            {
                for (int code = 0; code < _categoryCount + 3; code++)
                {
                    bool isLeft = splits[lane].Tree.GoesLeft(splits[lane].Split, ValueOf(code));
                    _tables[lane / 8][code] |= (byte)(isLeft ? 1 << (lane % 8) : 0);
                }
            }
        }

        public int Input { get; }

        public void Fill(ReadOnlySpan<float> values, Span<sbyte> lanes)
        {
            Span<int> codes = stackalloc int[BlockRows];
            Span<byte> bits = stackalloc byte[BlockRows];
            for (int row = 0; row < BlockRows; row++)
            {
                codes[row] = CodeOf(values[row]);
            }

            for (int lane = 0; lane < _laneCount; lane++)
            {
                if (lane % 8 == 0)
                {
                    byte[] table = _tables[lane / 8];
                    for (int row = 0; row < BlockRows; row++)
                    {
                        bits[row] = table[codes[row]];
                    }
                }

                Span<sbyte> target = lanes.Slice((_firstLane + lane) * BlockRows, BlockRows);
                Vector<byte> bit = new((byte)(1 << (lane % 8)));
                for (int row = 0; row < BlockRows; row += Vector<byte>.Count)
                {
                    Vector.AsVectorSByte(Vector.Equals(new Vector<byte>(bits[row..]) & bit, bit)).CopyTo(target[row..]);
                }
            }
        }

        // Behind the categories: missing, zero (which may be missing too), and every value that is in no set.
        private int CodeOf(float value)
        {
            if (float.IsNaN(value))
            {
                return _categoryCount;
            }

            if (Math.Abs(value) <= ByteRanks.ZeroBand)
            {
                return _categoryCount + 1;
            }

            return value > -1 && value < _categoryCount ? (int)value : _categoryCount + 2;
        }

        private double ValueOf(int code) => (code - _categoryCount) switch
        {
            0 => double.NaN,
            1 => 0,
            2 => -1,
            _ => code + 0.5,
        };
    }
}
