namespace Vitrina.Learning.Training.Trees;

/// <summary>A tree while it grows: its splits over bins, and its leaves with their rows.</summary>
internal sealed class GrowingTree
{
    private readonly TreeDataset _set;
    private readonly List<int> _left = [];
    private readonly List<int> _right = [];
    private readonly List<int> _parentOfLeaf = [-1];

    public GrowingTree(TreeDataset set, GrowingLeaf root)
    {
        _set = set;
        Leaves = [root];
    }

    /// <summary>The leaves, by number.</summary>
    public List<GrowingLeaf> Leaves { get; }

    /// <summary>The splits, in the order in which they were made.</summary>
    public List<SplitCandidate> Splits { get; } = [];

    /// <summary>Sides of each split, by byte of the feature's column.</summary>
    public List<byte[]> Sides { get; } = [];

    /// <summary>Rows that passed each split.</summary>
    public List<int> SplitRows { get; } = [];

    /// <summary>Left children: a split, or ~leaf.</summary>
    public IReadOnlyList<int> Left => _left;

    /// <summary>Right children.</summary>
    public IReadOnlyList<int> Right => _right;

    /// <summary>Turns a leaf into a split: the left child keeps its number, the right one gets the next.</summary>
    public void Split(GrowingLeaf leaf, SplitCandidate split, byte[] sides, GrowingLeaf left, GrowingLeaf right)
    {
        int number = Splits.Count, parent = _parentOfLeaf[leaf.Number];
        if (parent >= 0)
        {
            List<int> children = _left[parent] == ~leaf.Number ? _left : _right;
            children[parent] = number;
        }

        Splits.Add(split);
        Sides.Add(sides);
        SplitRows.Add(leaf.Count);
        _left.Add(~left.Number);
        _right.Add(~right.Number);
        _parentOfLeaf[left.Number] = number;
        _parentOfLeaf.Add(number);
        Leaves[left.Number] = left;
        Leaves.Add(right);
    }

    /// <summary>The leaf in which a row of a dataset with the same bins ends.</summary>
    public int LeafOf(TreeDataset set, int row)
    {
        int node = Splits.Count == 0 ? ~0 : 0;
        while (node >= 0)
        {
            byte value = set.Bins.Column(_set.Features[Splits[node].Feature].Column)[row];
            node = Sides[node][value] != 0 ? _left[node] : _right[node];
        }

        return ~node;
    }
}
