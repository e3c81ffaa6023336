using Vitrina.Kernels.Forests;

namespace Vitrina.Engine.Models.Trees;

/// <summary>How a split reads its value.</summary>
[Flags]
public enum SplitRules : byte
{
    /// <summary>A number: at most the threshold goes left; a missing value (NaN) goes right.</summary>
    None = 0,

    /// <summary>A category: members of the split's set go left, everything else right; the value is cut to a whole number.</summary>
    Category = 1,

    /// <summary>A missing value goes left instead of right.</summary>
    MissingLeft = 2,

    /// <summary>No value is missing here: NaN is read as 0 (LightGBM's missing type "None").</summary>
    MissingIsZero = 4,

    /// <summary>A value within 1e-35 (as a float) of 0 counts as missing, like NaN (LightGBM's missing type "Zero").</summary>
    ZeroIsMissing = 8,
}

/// <summary>One decision tree as parallel arrays. The root is split 0; a tree of one leaf has no split.</summary>
/// <remarks>A child that is 0 or more is a split; a negative child c is the leaf ~c. Immutable by convention: whoever makes the arrays lets go of them.</remarks>
public sealed record DecisionTree
{
    /// <summary>Input that each split reads, shape [splits].</summary>
    public required int[] Input { get; init; }

    /// <summary>Numbers: the largest value that goes left. Categories: the index of the set in <see cref="CategorySets"/>. Shape [splits].</summary>
    public required double[] Threshold { get; init; }

    /// <summary>How each split reads its value, shape [splits].</summary>
    public required SplitRules[] Rules { get; init; }

    /// <summary>Left children, shape [splits].</summary>
    public required int[] Left { get; init; }

    /// <summary>Right children, shape [splits].</summary>
    public required int[] Right { get; init; }

    /// <summary>Training weight (rows or hessians) that passed each split, shape [splits]; what explanations average by.</summary>
    public required double[] SplitCover { get; init; }

    /// <summary>Raw score of each leaf, shape [leaves].</summary>
    public required double[] LeafValue { get; init; }

    /// <summary>Training weight that ended in each leaf, shape [leaves].</summary>
    public required double[] LeafCover { get; init; }

    /// <summary>Sets of categories as bits: category k is a member when bit k % 32 of word k / 32 is set.</summary>
    public IReadOnlyList<uint[]> CategorySets { get; init; } = [];

    /// <summary>Whether a value goes left at a split.</summary>
    public bool GoesLeft(int split, double value)
    {
        SplitRules rules = Rules[split];
        if (double.IsNaN(value) && (rules & SplitRules.MissingIsZero) != 0)
        {
            value = 0;
        }

        if (double.IsNaN(value) || ((rules & SplitRules.ZeroIsMissing) != 0 && Math.Abs(value) <= 1e-35f))
        {
            return (rules & SplitRules.MissingLeft) != 0;
        }

        if ((rules & SplitRules.Category) == 0)
        {
            return value <= Threshold[split];
        }

        uint[] set = CategorySets[(int)Threshold[split]];
        return value > -1 && value < set.Length * 32 && (set[(int)value / 32] >> ((int)value % 32) & 1) != 0;
    }

    /// <summary>Decides all splits for a block of rows.</summary>
    /// <param name="block">The block, its values set.</param>
    internal void Decide(ShapleyScratch block)
    {
        block.Reserve(Input.Length);
        for (int split = 0; split < Input.Length; split++)
        {
            SplitRules rules = Rules[split];
            if ((rules & SplitRules.Category) == 0)
            {
                block.Decide(split, Input[split], Threshold[split], (rules & SplitRules.MissingIsZero) != 0, (rules & SplitRules.ZeroIsMissing) != 0, (rules & SplitRules.MissingLeft) != 0);
                continue;
            }

            for (int row = 0; row < ShapleyTree.BlockRows; row++)
            {
                block.Decide(split, row, GoesLeft(split, block.ValueOf(row, Input[split])));
            }
        }
    }

    /// <summary>The leaf in which a row ends: the plain walk that every faster scorer is measured by.</summary>
    /// <param name="row">Values by input; NaN marks a missing value.</param>
    public int LeafOf(ReadOnlySpan<double> row)
    {
        if (Input.Length == 0)
        {
            return 0;
        }

        int node = 0;
        while (node >= 0)
        {
            node = GoesLeft(node, row[Input[node]]) ? Left[node] : Right[node];
        }

        return ~node;
    }
}
