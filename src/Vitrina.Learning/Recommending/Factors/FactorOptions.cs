using System.ComponentModel.DataAnnotations;

namespace Vitrina.Learning.Recommending.Factors;

/// <summary>How factors are trained. Defaults after Rendle et al. 2022 (see <see cref="Engine.Models.Factors.FactorModel"/>) for middling data.</summary>
public sealed record FactorOptions
{
    /// <summary>Factors of a row. Default 64.</summary>
    [Range(1, 2048)]
    public int Dimensions { get; init; } = 64;

    /// <summary>Passes over users and items. Default 8.</summary>
    [Range(1, 1000)]
    public int Iterations { get; init; } = 8;

    /// <summary>Weight of a pair without an interaction, above 0. Default 0.1.</summary>
    [Range(1e-9, 1e9)]
    public double Unobserved { get; init; } = 0.1;

    /// <summary>The ridge λ. Default 0.01.</summary>
    [Range(0, 1e9)]
    public double Ridge { get; init; } = 0.01;

    /// <summary>How the ridge grows with the interactions of a row, 0 to 1. Default 1.</summary>
    [Range(0, 1)]
    public double RidgeExponent { get; init; } = 1;

    /// <summary>Steps of conjugate gradients for each row and pass; 0 solves every row exactly. Default 3.</summary>
    [Range(0, 1000)]
    public int Steps { get; init; } = 3;

    /// <summary>Standard deviation of the length of a first row. Default 0.1.</summary>
    [Range(1e-9, 10)]
    public double Spread { get; init; } = 0.1;

    /// <summary>Seed of the first factors.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads at most; 0 takes one per processor. The factors do not depend on it.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }
}
