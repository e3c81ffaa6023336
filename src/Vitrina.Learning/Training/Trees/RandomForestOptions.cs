using System.ComponentModel.DataAnnotations;

namespace Vitrina.Learning.Training.Trees;

/// <summary>How <see cref="RandomForestTrainer"/> grows trees.</summary>
public sealed record RandomForestOptions
{
    /// <summary>Trees. Default: 100.</summary>
    [Range(1, 100_000)]
    public int Trees { get; init; } = 100;

    /// <summary>Fewest rows in a leaf. Default: 5, the authors' choice for regression.</summary>
    [Range(1, 1_000_000)]
    public int MinRowsInLeaf { get; init; } = 5;

    /// <summary>Share of the features that vary in a node of which it may take one. Default: 0.3.</summary>
    [Range(0.001, 1)]
    public double FeatureShare { get; init; } = 0.3;

    /// <summary>Seeds features and cuts.</summary>
    public ulong Seed { get; init; }
}
