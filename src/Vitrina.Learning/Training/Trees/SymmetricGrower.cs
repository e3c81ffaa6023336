using System.Numerics.Tensors;
using Vitrina.Kernels.Histograms;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Gives all leaves of a level the split whose gains add up to most.</summary>
internal sealed class SymmetricGrower : TreeGrower
{
    private readonly double[] _gains;
    private readonly int[][] _order;
    private readonly bool[] _hasMissing;

    public SymmetricGrower(TreeDataset set, TreeTrainerOptions options, WorkerTeam team)
        : base(set, options, team)
    {
        _gains = new double[set.Features.Length * 2 * GradientHistogram.Bins];
        _order = new int[set.Features.Length][];
        _hasMissing = new bool[set.Features.Length];
    }

    protected override void Grow(GrowingTree tree, LeafScores scores)
    {
        int depth = Options.MaxDepth > 0 ? Options.MaxDepth : (int)Math.Ceiling(Math.Log2(Options.MaxLeaves));
        for (int level = 0; level < depth; level++)
        {
            Array.Clear(_gains);
            foreach (GrowingLeaf leaf in tree.Leaves)
            {
                if (leaf.Histogram is null)
                {
                    Fill(leaf);
                }

                Team.For(Set.Features.Length, feature => AddGains(feature, leaf, scores, level == 0));
                if (Pool.IsTight)
                {
                    Pool.Return(leaf);
                }
            }

            SplitCandidate split = Best();
            if (split.Feature < 0)
            {
                return;
            }

            foreach (GrowingLeaf leaf in tree.Leaves.ToArray())
            {
                DivideOne(tree, leaf, split, scores, level + 1 < depth);
            }
        }
    }

    private void DivideOne(GrowingTree tree, GrowingLeaf leaf, SplitCandidate split, LeafScores scores, bool goesOn)
    {
        (GrowingLeaf left, GrowingLeaf right) = Divide(tree, leaf, split with { Left = LeftOf(leaf, split) }, scores);
        if (goesOn && leaf.Histogram is not null && !Pool.IsTight)
        {
            (GrowingLeaf small, GrowingLeaf large) = left.Count <= right.Count ? (left, right) : (right, left);
            Fill(small);
            TakeRest(leaf, small, large);
        }

        Pool.Return(leaf);
    }

    // The sum over the rows that go left, from the leaf's rows: its histogram may be gone.
    private GradientSum LeftOf(GrowingLeaf leaf, SplitCandidate split)
    {
        FeatureBins feature = Set.Features[split.Feature];
        byte[] sides = split.Sides(feature);
        ReadOnlySpan<byte> column = Set.Bins.Column(feature.Column);
        GradientSum left = default;
        foreach (int row in Rows.AsSpan(leaf.Start, leaf.Count))
        {
            left += sides[column[row]] != 0 ? Gradients[row] : default;
        }

        return left;
    }

    private void AddGains(int index, GrowingLeaf leaf, LeafScores scores, bool isRoot)
    {
        if (!Finder.IsActive[index] || leaf.Count == 0)
        {
            return;
        }

        FeatureBins feature = Set.Features[index];
        ReadOnlySpan<GradientSum> sums = SplitFinder.BinsOf(leaf.Histogram!, feature, stackalloc GradientSum[GradientHistogram.Bins]);
        Span<double> cuts = stackalloc double[GradientHistogram.Bins];
        double parent = scores.Gain(leaf.Sum, leaf.Lower, leaf.Upper);
        if (feature.Kind == TreeInputKind.Category)
        {
            Span<int> order = stackalloc int[GradientHistogram.Bins];
            _order[index] = isRoot ? order[..Finder.CategoryOrder(feature, sums, scores, order)].ToArray() : _order[index];
            Span<GradientSum> sorted = stackalloc GradientSum[GradientHistogram.Bins];
            for (int place = 0; place < _order[index].Length; place++)
            {
                sorted[place] = sums[_order[index][place]];
            }

            Finder.Write(sorted[.._order[index].Length], default, leaf, scores, MonotoneDirection.None, Options.CategoryL2, cuts);
            Add(cuts[.._order[index].Length], parent, index, 0);
            return;
        }

        MonotoneDirection direction = Set.Inputs[feature.Input].Monotone;
        GradientSum missing = sums[feature.MissingBin];
        _hasMissing[index] = isRoot ? missing.Count > 0 : _hasMissing[index];
        int cutCount = _hasMissing[index] ? feature.ValueBins : feature.ValueBins - 1;
        Finder.Write(sums[..cutCount], default, leaf, scores, direction, 0, cuts);
        Add(cuts[..cutCount], parent, index, 0);
        if (_hasMissing[index])
        {
            Finder.Write(sums[..(cutCount - 1)], missing, leaf, scores, direction, 0, cuts);
            Add(cuts[..(cutCount - 1)], parent, index, 1);
        }
    }

    // A cut that is not allowed in a leaf is no reason for it, nor against it.
    private void Add(ReadOnlySpan<double> cuts, double parent, int feature, int direction)
    {
        Span<double> gains = _gains.AsSpan(((feature * 2) + direction) * GradientHistogram.Bins, cuts.Length);
        for (int cut = 0; cut < cuts.Length; cut++)
        {
            gains[cut] += double.IsNegativeInfinity(cuts[cut]) ? 0 : cuts[cut] - parent;
        }
    }

    private SplitCandidate Best()
    {
        int best = TensorPrimitives.IndexOfMax<double>(_gains);
        if (_gains[best] <= Options.MinGain)
        {
            return SplitCandidate.None;
        }

        int index = best / (2 * GradientHistogram.Bins), cut = best % GradientHistogram.Bins;
        byte[]? members = Set.Features[index].Kind == TreeInputKind.Category ? SplitFinder.MembersOf(_order[index].AsSpan(0, cut + 1)) : null;
        return new SplitCandidate(_gains[best], index, cut, best / GradientHistogram.Bins % 2 == 1, default, members);
    }
}
