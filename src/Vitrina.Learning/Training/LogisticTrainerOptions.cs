using System.ComponentModel.DataAnnotations;

namespace Vitrina.Learning.Training;

/// <summary>What the linear trainer minimises.</summary>
public enum LinearObjective
{
    /// <summary>Cross-entropy per row: scores are log-odds. Labels between 0 and 1.</summary>
    Logistic,

    /// <summary>
    /// Softmax cross-entropy per list (conditional logit): scores order a list, their level means nothing. Labels at least 0; each positive
    /// row is one choice, weighed by label x weight; lists without a positive row, or of one row, say nothing and are skipped.
    /// </summary>
    Listwise,
}

/// <summary>How the linear trainer works.</summary>
public sealed record LogisticTrainerOptions
{
    /// <summary>What is minimised. Default: logistic.</summary>
    public LinearObjective Objective { get; init; } = LinearObjective.Logistic;

    /// <summary>Penalty λ: the mean loss per unit of weight gets λ/2 · Σ w² over standardised weights, the intercept excepted. Default: 0.001.</summary>
    /// <remarks>Above 0, so that perfectly separable data keeps finite weights. Not used when a grid is tried on a validation set.</remarks>
    [Range(1e-12, 1e6)]
    public double L2 { get; init; } = 1e-3;

    /// <summary>Penalties to try when a validation set is given; the one with the least validation loss is kept. Default: none, L2 is used.</summary>
    public IReadOnlyList<double> L2Grid { get; init; } = [];

    /// <summary>Most Newton or L-BFGS steps. Default: 200; Newton converges in about ten.</summary>
    [Range(1, 100_000)]
    public int MaxIterations { get; init; } = 200;

    /// <summary>The run has converged when no component of the gradient of the mean objective is larger. Default: 1e-8.</summary>
    [Range(0, 1)]
    public double Tolerance { get; init; } = 1e-8;

    /// <summary>Above this many parameters Newton's Hessian costs more than it saves, and L-BFGS runs instead. Default: 200.</summary>
    [Range(0, 5_000)]
    public int NewtonLimit { get; init; } = 200;

    /// <summary>Seed of the row sample from which quantiles are taken.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether non-negative columns with a long right tail are read as ln(1 + x). Default: true.</summary>
    public bool AutoLog { get; init; } = true;

    /// <summary>Share of the values at each end that is clipped. Default: 0.001; 0 clips to the range seen.</summary>
    /// <remarks>A column of which the quantiles coincide (a rare flag) keeps its range.</remarks>
    [Range(0, 0.25)]
    public double ClipQuantile { get; init; } = 0.001;

    /// <summary>Features held at one raw value when the model serves, by name: `position` → 1.</summary>
    public IReadOnlyDictionary<string, float> FixedAtServing { get; init; } = new Dictionary<string, float>();

    /// <summary>Threads; 0 takes one per processor. The result is the same to the bit whatever the number.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }
}
