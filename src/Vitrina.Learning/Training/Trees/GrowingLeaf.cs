using Vitrina.Kernels.Histograms;

namespace Vitrina.Learning.Training.Trees;

/// <summary>A leaf of a tree that still grows.</summary>
internal sealed class GrowingLeaf
{
    /// <summary>Its first place in the ordered rows.</summary>
    public required int Start { get; init; }

    /// <summary>Its number of rows.</summary>
    public required int Count { get; init; }

    /// <summary>Splits above it.</summary>
    public required int Depth { get; init; }

    /// <summary>Sum of its rows.</summary>
    public required GradientSum Sum { get; init; }

    /// <summary>Its number in the tree.</summary>
    public required int Number { get; init; }

    /// <summary>Least score that monotone splits above it allow.</summary>
    public double Lower { get; init; } = double.NegativeInfinity;

    /// <summary>Largest score that they allow.</summary>
    public double Upper { get; init; } = double.PositiveInfinity;

    /// <summary>Its histogram while it may be needed.</summary>
    public GradientHistogram? Histogram { get; set; }

    /// <summary>The best way to divide it.</summary>
    public SplitCandidate Best { get; set; } = SplitCandidate.None;
}
