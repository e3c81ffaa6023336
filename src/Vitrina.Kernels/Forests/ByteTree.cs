namespace Vitrina.Kernels.Forests;

/// <summary>One decision tree over byte lanes, as parallel arrays. The root is split 0; a tree of one leaf has no split.</summary>
/// <remarks>A child that is 0 or more is a split; a negative child c is the leaf ~c. Every split and leaf is reached exactly once from the root.</remarks>
public sealed class ByteTree
{
    /// <summary>Lane that each split reads, shape [splits].</summary>
    public required int[] Lane { get; init; }

    /// <summary>A row goes right where its byte in the lane is above this, shape [splits]; below 127.</summary>
    public required sbyte[] Threshold { get; init; }

    /// <summary>Left children, shape [splits].</summary>
    public required int[] Left { get; init; }

    /// <summary>Right children, shape [splits].</summary>
    public required int[] Right { get; init; }

    /// <summary>Value of each leaf, shape [leaves]; finite.</summary>
    public required double[] LeafValue { get; init; }
}
