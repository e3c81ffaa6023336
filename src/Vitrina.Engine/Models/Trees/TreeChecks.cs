namespace Vitrina.Engine.Models.Trees;

/// <summary>Refuses trees that no trainer makes: indices that lead nowhere, numbers that are not finite, loops.</summary>
internal static class TreeChecks
{
    /// <summary>Most splits between the root and a leaf; leaf-wise growth stays far below, and a walk by recursion stays on its stack.</summary>
    public const int MaxDepth = 512;

    private const SplitRules KnownRules = SplitRules.Category | SplitRules.MissingLeft | SplitRules.MissingIsZero | SplitRules.ZeroIsMissing;

    /// <summary>Checks an ensemble.</summary>
    /// <exception cref="ArgumentException">What is wrong, with the number of the tree.</exception>
    public static void Require(TreeEnsemble ensemble)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        if (!double.IsFinite(ensemble.BaseScore) || !Enum.IsDefined(ensemble.Link.Function) || !(ensemble.Link.Scale > 0) || !double.IsFinite(ensemble.Link.Scale))
        {
            throw new ArgumentException("The base score is not finite, or the link function is unknown or has no positive scale.");
        }

        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (ModelInput input in ensemble.Inputs)
        {
            if (!names.Add(input.Name))
            {
                throw new ArgumentException($"Feature '{input.Name}' appears twice.");
            }

            if (input.FixedAtServing is { } value && !float.IsFinite(value))
            {
                throw new ArgumentException($"Feature '{input.Name}' is fixed at a value that is not finite.");
            }
        }

        for (int t = 0; t < ensemble.Trees.Count; t++)
        {
            if (MistakeOf(ensemble.Trees[t], ensemble.Inputs.Count) is { } mistake)
            {
                throw new ArgumentException($"Tree {t}: {mistake}.");
            }
        }
    }

    private static string? MistakeOf(DecisionTree tree, int inputCount)
    {
        int splits = tree.Input.Length;
        if (tree.Threshold.Length != splits || tree.Rules.Length != splits || tree.Left.Length != splits || tree.Right.Length != splits || tree.SplitCover.Length != splits)
        {
            return "its arrays of splits differ in length";
        }

        if (tree.LeafValue.Length != splits + 1 || tree.LeafCover.Length != splits + 1)
        {
            return $"{splits} splits need {splits + 1} leaves, there are {tree.LeafValue.Length}";
        }

        if (Array.Exists(tree.LeafValue, value => !double.IsFinite(value)))
        {
            return "a leaf is not finite";
        }

        if (!tree.SplitCover.Concat(tree.LeafCover).All(cover => cover >= 0 && double.IsFinite(cover)))
        {
            return "a cover is negative or not finite";
        }

        for (int split = 0; split < splits; split++)
        {
            if ((uint)tree.Input[split] >= (uint)inputCount)
            {
                return $"split {split} reads input {tree.Input[split]} of {inputCount}";
            }

            if ((tree.Rules[split] & ~KnownRules) != 0)
            {
                return $"split {split} has unknown rules";
            }

            bool isSet = tree.Threshold[split] >= 0 && tree.Threshold[split] < tree.CategorySets.Count && tree.Threshold[split] == Math.Floor(tree.Threshold[split]);
            if (double.IsNaN(tree.Threshold[split]) || ((tree.Rules[split] & SplitRules.Category) != 0 && !isSet))
            {
                return $"split {split} has no threshold or no set of categories";
            }
        }

        return splits == 0 ? null : ShapeMistakeOf(tree);
    }

    /// <summary>Every split and every leaf is reached once; then there are no loops either.</summary>
    private static string? ShapeMistakeOf(DecisionTree tree)
    {
        bool[] isReached = new bool[(2 * tree.Input.Length) + 1];
        Stack<(int Node, int Depth)> waiting = new([(0, 0)]);
        int reached = 0;
        while (waiting.TryPop(out (int Node, int Depth) at))
        {
            int place = at.Node >= 0 ? at.Node : tree.Input.Length + ~at.Node;
            bool isThere = at.Node >= 0 ? at.Node < tree.Input.Length : ~at.Node < tree.LeafValue.Length;
            if (!isThere || isReached[place])
            {
                return isThere ? "a node is reached twice" : $"a child points to node {at.Node}";
            }

            if (at.Depth > MaxDepth)
            {
                return $"it is deeper than {MaxDepth} splits";
            }

            isReached[place] = true;
            reached++;
            if (at.Node >= 0)
            {
                waiting.Push((tree.Left[at.Node], at.Depth + 1));
                waiting.Push((tree.Right[at.Node], at.Depth + 1));
            }
        }

        return reached == isReached.Length ? null : "some nodes are not reached";
    }
}
