namespace Vitrina.Learning.Training.Trees;

/// <summary>Splits the leaf with the largest gain until there are enough leaves.</summary>
internal sealed class LeafWiseGrower(TreeDataset set, TreeTrainerOptions options, WorkerTeam team) : TreeGrower(set, options, team)
{
    protected override void Grow(GrowingTree tree, LeafScores scores)
    {
        GrowingLeaf root = tree.Leaves[0];
        if (CanSplit(root))
        {
            Fill(root);
            Search(root, scores);
        }

        while (tree.Leaves.Count < Options.MaxLeaves)
        {
            GrowingLeaf best = root = tree.Leaves[0];
            foreach (GrowingLeaf leaf in tree.Leaves)
            {
                best = leaf.Best.Gain > best.Best.Gain ? leaf : best;
            }

            if (best.Best.Feature < 0)
            {
                return;
            }

            (GrowingLeaf left, GrowingLeaf right) = Divide(tree, best, best.Best, scores);
            if (tree.Leaves.Count < Options.MaxLeaves)
            {
                Prepare(best, left, right, scores);
            }

            Pool.Return(best);
        }
    }

    private void Prepare(GrowingLeaf parent, GrowingLeaf left, GrowingLeaf right, LeafScores scores)
    {
        (GrowingLeaf small, GrowingLeaf large) = left.Count <= right.Count ? (left, right) : (right, left);
        bool needsSmall = CanSplit(small), needsLarge = CanSplit(large);
        if (needsSmall || (needsLarge && parent.Histogram is not null))
        {
            Fill(small);
        }

        if (needsSmall)
        {
            Search(small, scores, parent.Histogram is null || !needsLarge);
        }

        if (needsLarge)
        {
            if (parent.Histogram is not null)
            {
                TakeRest(parent, small, large);
            }
            else
            {
                Fill(large);
            }

            Search(large, scores);
        }

        if (!needsSmall || Pool.IsTight)
        {
            Pool.Return(small);
        }
    }

    private void Search(GrowingLeaf leaf, LeafScores scores, bool mayReturn = true)
    {
        leaf.Best = Finder.Find(leaf, scores);
        if (mayReturn && (Pool.IsTight || leaf.Best.Feature < 0))
        {
            Pool.Return(leaf);
        }
    }

    private bool CanSplit(GrowingLeaf leaf)
        => leaf.Count >= 2 * Options.MinRowsInLeaf && (Options.MaxDepth == 0 || leaf.Depth < Options.MaxDepth);
}
