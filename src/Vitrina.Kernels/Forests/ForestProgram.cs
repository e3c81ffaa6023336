namespace Vitrina.Kernels.Forests;

/// <summary>One comparison: rows whose byte in the lane is above the threshold keep only some of eight leaves.</summary>
/// <param name="Lane">Offset of the lane in bytes.</param>
/// <param name="Threshold">The threshold's byte, four times.</param>
/// <param name="Keep">The leaves that stay, a bit each, four times. In a symmetric tree: the bit of the leaf's number.</param>
internal readonly record struct LaneTest(int Lane, uint Threshold, uint Keep);

/// <summary>How one tree is evaluated.</summary>
/// <param name="PlaneCount">Planes of eight leaves; 0 for a symmetric tree.</param>
/// <param name="LevelCount">Levels of a symmetric tree; 0 for any other.</param>
/// <param name="LeafOffset">Place of the first leaf in the tables of leaf values.</param>
/// <param name="LeafCount">Number of leaves, 1 to 256.</param>
internal readonly record struct TreeStep(int PlaneCount, int LevelCount, int LeafOffset, int LeafCount);

/// <summary>Lays trees out for the kernels: comparisons plane by plane, leaves from left to right.</summary>
/// <remarks>
/// QuickScorer (Lucchese et al., SIGIR 2015): with the leaves numbered from left to right, a comparison that sends a row to the right
/// strikes out the leaves of the left subtree, and the first leaf left is the row's. Here the leaves of a tree are cut into planes of eight,
/// so that a plane of 64 rows is one register and takes only the comparisons that strike out one of its leaves. Of two subtrees the smaller
/// one is put to the left: where that turns a comparison around, it reads the complement of its lane.
/// </remarks>
internal sealed class ForestProgram
{
    private const int PlaneLeaves = 8;

    private readonly int _laneCount;
    private readonly List<LaneTest> _tests = [];
    private readonly List<int> _planeEnds = [];
    private readonly List<double> _leaves = [];

    // Scratch of one tree: leaves below each split, first leaf of each node, whether a split is turned around, the leaves' new order.
    private int[] _leavesBelow = [];

    public ForestProgram(int laneCount) => _laneCount = laneCount;

    public IReadOnlyList<LaneTest> Tests => _tests;

    /// <summary>End of each plane's comparisons; the planes of a tree stand from the last to the first.</summary>
    public IReadOnlyList<int> PlaneEnds => _planeEnds;

    public IReadOnlyList<double> Leaves => _leaves;

    public TreeStep Add(ByteTree tree) => SymmetricLevels(tree) is { } levels ? AddSymmetric(tree, levels) : AddPlanes(tree);

    private TreeStep AddPlanes(ByteTree tree)
    {
        var leafOffset = _leaves.Count;
        CountLeaves(tree);
        var planes = new List<LaneTest>[(tree.LeafValue.Length + PlaneLeaves - 1) / PlaneLeaves];
        for (var plane = 0; plane < planes.Length; plane++)
        {
            planes[plane] = [];
        }
        Stack<int> waiting = new([tree.Lane.Length == 0 ? ~0 : 0]);
        while (waiting.TryPop(out var node))
        {
            if (node < 0)
            {
                _leaves.Add(tree.LeafValue[~node]);
                continue;
            }
            var (left, right) = (tree.Left[node], tree.Right[node]);
            var isTurned = LeavesBelow(right) < LeavesBelow(left);
            if (isTurned)
            {
                (left, right) = (right, left);
            }
            // Everything to the left of this node has its place already.
            var first = _leaves.Count - leafOffset;
            AddTests(planes, TestOf(tree, node, isTurned), first, first + LeavesBelow(left));
            waiting.Push(right);
            waiting.Push(left);
        }
        for (var plane = planes.Length - 1; plane >= 0; plane--)
        {
            _tests.AddRange(planes[plane]);
            _planeEnds.Add(_tests.Count);
        }
        return new TreeStep(planes.Length, 0, leafOffset, tree.LeafValue.Length);
    }

    /// <summary>x ≤ t is ~x > ~t − 1, so a turned comparison reads the complements, which stand behind the lanes.</summary>
    private LaneTest TestOf(ByteTree tree, int split, bool isTurned)
    {
        var lane = isTurned ? tree.Lane[split] + _laneCount : tree.Lane[split];
        var threshold = isTurned ? ~tree.Threshold[split] - 1 : tree.Threshold[split];
        return new LaneTest(lane * ByteForest.BlockRows, FourTimes((byte)threshold), 0);
    }

    private static void AddTests(List<LaneTest>[] planes, LaneTest test, int firstLeaf, int endLeaf)
    {
        for (var plane = firstLeaf / PlaneLeaves; plane * PlaneLeaves < endLeaf; plane++)
        {
            var start = Math.Max(firstLeaf - (plane * PlaneLeaves), 0);
            var end = Math.Min(endLeaf - (plane * PlaneLeaves), PlaneLeaves);
            var struck = ((1 << end) - 1) & ~((1 << start) - 1);
            planes[plane].Add(test with { Keep = FourTimes((byte)~struck) });
        }
    }

    private static uint FourTimes(byte value) => value * 0x01010101u;

    private int LeavesBelow(int node) => node < 0 ? 1 : _leavesBelow[node];

    private void CountLeaves(ByteTree tree)
    {
        _leavesBelow = new int[tree.Lane.Length];
        // Parents before children in this order, so children are summed before parents when it is walked backwards.
        List<int> order = tree.Lane.Length == 0 ? [] : [0];
        for (var i = 0; i < order.Count; i++)
        {
            AddSplit(order, tree.Left[order[i]]);
            AddSplit(order, tree.Right[order[i]]);
        }
        for (var i = order.Count - 1; i >= 0; i--)
        {
            _leavesBelow[order[i]] = LeavesBelow(tree.Left[order[i]]) + LeavesBelow(tree.Right[order[i]]);
        }
    }

    private static void AddSplit(List<int> order, int node)
    {
        if (node >= 0)
        {
            order.Add(node);
        }
    }

    private TreeStep AddSymmetric(ByteTree tree, List<int> levels)
    {
        var leafOffset = _leaves.Count;
        for (var level = 0; level < levels.Count; level++)
        {
            // The root decides the highest bit of the leaf's number.
            _tests.Add(TestOf(tree, levels[level], isTurned: false) with { Keep = FourTimes((byte)(1 << (levels.Count - 1 - level))) });
        }
        for (var leaf = 0; leaf < 1 << levels.Count; leaf++)
        {
            var node = 0;
            for (var bit = levels.Count - 1; bit >= 0; bit--)
            {
                node = (leaf >> bit & 1) == 0 ? tree.Left[node] : tree.Right[node];
            }
            _leaves.Add(tree.LeafValue[~node]);
        }
        return new TreeStep(0, levels.Count, leafOffset, tree.LeafValue.Length);
    }

    /// <summary>One split of each level when all splits of a level are the same comparison and all leaves are equally deep; else null.</summary>
    private static List<int>? SymmetricLevels(ByteTree tree)
    {
        if (tree.Lane.Length < 3 || (tree.Lane.Length & (tree.Lane.Length + 1)) != 0)
        {
            return null;
        }
        List<int> levels = [];
        List<int> level = [0];
        while (level[0] >= 0)
        {
            levels.Add(level[0]);
            List<int> next = [];
            foreach (var split in level)
            {
                if (split < 0 || tree.Lane[split] != tree.Lane[level[0]] || tree.Threshold[split] != tree.Threshold[level[0]])
                {
                    return null;
                }
                next.Add(tree.Left[split]);
                next.Add(tree.Right[split]);
            }
            level = next;
        }
        return level.TrueForAll(node => node < 0) ? levels : null;
    }
}
