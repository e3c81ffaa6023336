using Vitrina.Engine.Models.Trees;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Turns a grown tree over bins into a tree over raw values.</summary>
internal static class TreeWriter
{
    /// <summary>Makes the tree.</summary>
    /// <param name="tree">The grown tree.</param>
    /// <param name="set">The dataset whose bins it splits.</param>
    /// <param name="leafValues">Score of each leaf.</param>
    public static DecisionTree Write(GrowingTree tree, TreeDataset set, double[] leafValues)
    {
        int count = tree.Splits.Count;
        int[] input = new int[count], left = [.. tree.Left], right = [.. tree.Right];
        double[] threshold = new double[count];
        SplitRules[] rules = new SplitRules[count];
        List<uint[]> sets = [];
        for (int i = 0; i < count; i++)
        {
            SplitCandidate split = tree.Splits[i];
            FeatureBins feature = set.Features[split.Feature];
            input[i] = feature.Input;
            rules[i] = split.IsMissingLeft ? SplitRules.MissingLeft : SplitRules.None;
            if (feature.Kind == TreeInputKind.Number)
            {
                threshold[i] = Bound(feature, split.Bin);
                continue;
            }

            rules[i] |= SplitRules.Category;
            threshold[i] = sets.Count;
            if (feature.Kind == TreeInputKind.Category)
            {
                sets.Add(SetOf(feature.Categories.Where((_, bin) => split.Members![bin] != 0)));
                continue;
            }

            // A category that training never saw is read as the prior. A set holds what was seen, so when the prior goes left the sides change places.
            double bound = Bound(feature, split.Bin);
            TargetStatistic statistic = feature.Statistic!;
            bool isSwapped = statistic.Unseen <= bound;
            sets.Add(SetOf(Enumerable.Range(0, statistic.CategoryCount).Where(category => statistic.Of(category) <= bound != isSwapped)));
            if (isSwapped)
            {
                (left[i], right[i]) = (right[i], left[i]);
                rules[i] ^= SplitRules.MissingLeft;
            }
        }

        return new DecisionTree
        {
            Input = input,
            Threshold = threshold,
            Rules = rules,
            Left = left,
            Right = right,
            SplitCover = [.. tree.SplitRows.Select(rows => (double)rows)],
            LeafValue = leafValues,
            LeafCover = [.. tree.Leaves.Select(leaf => (double)leaf.Count)],
            CategorySets = sets,
        };
    }

    private static double Bound(FeatureBins feature, int bin) => bin < feature.Bounds.Length ? feature.Bounds[bin] : double.PositiveInfinity;

    private static uint[] SetOf(IEnumerable<int> categories)
    {
        int[] members = [.. categories];
        uint[] words = new uint[members.Length == 0 ? 0 : (members.Max() / 32) + 1];
        foreach (int category in members)
        {
            words[category / 32] |= 1u << (category % 32);
        }

        return words;
    }
}
