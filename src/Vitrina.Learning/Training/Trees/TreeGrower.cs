using Vitrina.Kernels.Histograms;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Grows one tree after another over the gradients of a dataset: what both ways of growing share.</summary>
internal abstract class TreeGrower
{
    // Below this many rows a histogram block is filled sooner than a thread is woken.
    private const int LargeRows = 1024;
    private const int LargeBlocks = 4;
    private readonly GradientSum[] _gathered;
    private readonly int[] _scratch;
    private readonly (int First, int End)[] _pieces;

    protected TreeGrower(TreeDataset set, TreeTrainerOptions options, WorkerTeam team)
    {
        Set = set;
        Options = options;
        Team = team;
        Finder = new SplitFinder(set, options, team);
        Pool = new HistogramPool(set.Bins.ColumnCount, options.HistogramBytes);
        Rows = new int[set.RowCount];
        Gradients = new GradientSum[set.RowCount];
        _gathered = new GradientSum[set.RowCount];
        _scratch = new int[set.RowCount];
        _pieces = Pieces((set.Bins.ColumnCount + GradientHistogram.BlockColumns - 1) / GradientHistogram.BlockColumns, team.Threads);
    }

    /// <summary>The rows of the sample, ordered by leaf while a tree grows.</summary>
    public int[] Rows { get; }

    /// <summary>Quantised gradient of every row.</summary>
    public GradientSum[] Gradients { get; }

    /// <summary>Finds splits.</summary>
    public SplitFinder Finder { get; }

    protected TreeDataset Set { get; }

    protected TreeTrainerOptions Options { get; }

    protected WorkerTeam Team { get; }

    protected HistogramPool Pool { get; }

    /// <summary>Grows a tree over the first rows of <see cref="Rows"/>.</summary>
    /// <param name="rowCount">Rows of the sample.</param>
    /// <param name="scores">What sums mean in this tree.</param>
    public GrowingTree Grow(int rowCount, LeafScores scores)
    {
        GradientSum sum = default;
        for (int i = 0; i < rowCount; i++)
        {
            sum += Gradients[Rows[i]];
        }

        GrowingLeaf root = new() { Start = 0, Count = rowCount, Depth = 0, Sum = sum, Number = 0 };
        GrowingTree tree = new(Set, root);
        Grow(tree, scores);
        foreach (GrowingLeaf leaf in tree.Leaves)
        {
            Pool.Return(leaf);
        }

        return tree;
    }

    protected abstract void Grow(GrowingTree tree, LeafScores scores);

    /// <summary>Sums a leaf's rows into a histogram of its own.</summary>
    protected void Fill(GrowingLeaf leaf)
    {
        GradientHistogram histogram = leaf.Histogram ??= Pool.Rent();
        bool isWhole = leaf.Count == Set.RowCount;
        if (!isWhole)
        {
            for (int i = 0; i < leaf.Count; i++)
            {
                _gathered[i] = Gradients[Rows[leaf.Start + i]];
            }
        }

        Team.For(
            _pieces.Length,
            piece =>
            {
                (int first, int end) = _pieces[piece];
                if (isWhole)
                {
                    histogram.FillAll(first, end, Set.Bins, Gradients);
                }
                else
                {
                    histogram.Fill(first, end, Set.Bins, Rows.AsSpan(leaf.Start, leaf.Count), _gathered.AsSpan(0, leaf.Count));
                }
            },
            leaf.Count >= LargeRows);
    }

    /// <summary>Gives one child the parent's histogram less the other's.</summary>
    protected void TakeRest(GrowingLeaf parent, GrowingLeaf filled, GrowingLeaf rest)
    {
        GradientHistogram histogram = parent.Histogram!, other = filled.Histogram!;
        parent.Histogram = null;
        rest.Histogram = histogram;
        Team.For(_pieces.Length, piece => histogram.Subtract(_pieces[piece].First, _pieces[piece].End, other), _pieces[^1].End > LargeBlocks);
    }

    /// <summary>Divides a leaf; the tree gets a split and two leaves.</summary>
    protected (GrowingLeaf Left, GrowingLeaf Right) Divide(GrowingTree tree, GrowingLeaf leaf, SplitCandidate split, LeafScores scores)
    {
        FeatureBins feature = Set.Features[split.Feature];
        byte[] sides = split.Sides(feature);
        Span<int> rows = Rows.AsSpan(leaf.Start, leaf.Count);
        int leftCount = Set.Bins.Divide(rows, feature.Column, sides, _scratch);
        GradientSum rightSum = leaf.Sum - split.Left;
        (double leftLower, double leftUpper, double rightLower, double rightUpper) = scores.Bounds(leaf, split.Left, rightSum, Set.Inputs[feature.Input].Monotone);
        GrowingLeaf left = new()
        {
            Start = leaf.Start,
            Count = leftCount,
            Depth = leaf.Depth + 1,
            Sum = split.Left,
            Number = leaf.Number,
            Lower = leftLower,
            Upper = leftUpper,
        };
        GrowingLeaf right = new()
        {
            Start = leaf.Start + leftCount,
            Count = leaf.Count - leftCount,
            Depth = leaf.Depth + 1,
            Sum = rightSum,
            Number = tree.Leaves.Count,
            Lower = rightLower,
            Upper = rightUpper,
        };
        tree.Split(leaf, split, sides, left, right);
        return (left, right);
    }

    // Each thread's share of the blocks, cut where a line ends.
    private static (int First, int End)[] Pieces(int blocks, int threads)
    {
        const int LineBlocks = BinnedRows.LineColumns / GradientHistogram.BlockColumns;
        List<(int First, int End)> pieces = [];
        for (int first = 0; first < blocks;)
        {
            int share = (int)((long)first * threads / blocks) + 1;
            int end = Math.Min((int)(((long)share * blocks + threads - 1) / threads), Math.Min(blocks, ((first / LineBlocks) + 1) * LineBlocks));
            pieces.Add((first, Math.Max(end, first + 1)));
            first = pieces[^1].End;
        }

        return [.. pieces];
    }
}
