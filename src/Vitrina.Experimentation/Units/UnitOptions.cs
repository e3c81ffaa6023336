using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Units;

/// <summary>A metric of an A/B analysis: a mean of a column, or a ratio of two columns' sums.</summary>
/// <param name="Name">How it is called in the report.</param>
/// <param name="Numerator">The column.</param>
/// <param name="Denominator">The column below; null for a mean.</param>
public sealed record UnitMetric(string Name, string Numerator, string? Denominator = null);

/// <summary>A quantile of a column's rows.</summary>
/// <param name="Column">The column.</param>
/// <param name="Quantile">In (0, 1).</param>
public sealed record UnitQuantile(string Column, double Quantile);

/// <summary>What an A/B analysis is asked.</summary>
public sealed record UnitOptions
{
    /// <summary>The metrics, primary first; empty: every numeric column that has no other role.</summary>
    public IReadOnlyList<UnitMetric> Metrics { get; init; } = [];

    /// <summary>Metrics that the treatment must not harm; each names one of the metrics.</summary>
    public IReadOnlyList<Guardrail> Guardrails { get; init; } = [];

    /// <summary>Quantiles.</summary>
    public IReadOnlyList<UnitQuantile> Quantiles { get; init; } = [];

    /// <summary>The pre-exposure column for CUPED; null for none.</summary>
    public string? Covariate { get; init; }

    /// <summary>The covariate's denominator, where it is a ratio itself.</summary>
    public string? CovariateDenominator { get; init; }

    /// <summary>Planned shares in the order of the arms' names, or by name; empty: equal.</summary>
    public IReadOnlyList<(string Arm, double Weight)> Weights { get; init; } = [];

    /// <summary>The control; null: the first arm by name.</summary>
    public string? Control { get; init; }

    /// <summary>Whether people look while the test runs: the always-valid interval is then the headline.</summary>
    public bool IsSequential { get; init; }

    /// <summary>Units for which the confidence sequence is narrowest; fixed before the start.</summary>
    public double TuningSize { get; init; } = Sequential.DefaultTuningSize;

    /// <summary>Mixture variance τ² of the mSPRT; NaN: the pooled unit variance divided by the tuning size.</summary>
    public double MixtureVariance { get; init; } = double.NaN;

    /// <summary>Information fractions of planned looks up to now, the last one being this; empty: no group-sequential test.</summary>
    public IReadOnlyList<double> Looks { get; init; } = [];

    /// <summary>φ of the spending function.</summary>
    public double SpendingPower { get; init; } = 2;

    /// <summary>Mean and variance of the Bayesian prior on the lift; infinite variance: flat.</summary>
    public (double Mean, double Variance) Prior { get; init; } = (0, double.PositiveInfinity);

    /// <summary>Error rate and alternative.</summary>
    public Level Level { get; init; } = Level.Default;

    /// <summary>Each row is another unit: then only sums are kept, and no unit can be seen twice.</summary>
    public bool RowsAreUnits { get; init; }

    /// <summary>A column by which a sample ratio mismatch is broken down; null for none.</summary>
    public string? Slice { get; init; }

    /// <summary>Threads that parse.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
