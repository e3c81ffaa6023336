using System.Globalization;

namespace Vitrina.Simulation.Driving;

/// <summary>What came of a drive.</summary>
public abstract record WorldReport
{
    /// <summary>Lists shown.</summary>
    public required long RankingCount { get; init; }

    /// <summary>Events of all types.</summary>
    public required long EventCount { get; init; }

    /// <summary>How the world compares to real marketplaces; empty when nothing is known of those.</summary>
    public IReadOnlyList<CalibrationTarget> Calibration { get; init; } = [];

    /// <summary>The figures that matter most, in one line.</summary>
    public abstract string Summary();

    /// <summary>Figures with their names, for printing.</summary>
    public abstract IReadOnlyList<(string Name, string Value)> Rows();

    /// <summary>A whole number with thousands.</summary>
    private protected static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A share in percent; a dash without a whole.</summary>
    private protected static string Percent(double part, double whole) => whole > 0 ? (part / whole).ToString("0.0 %", CultureInfo.InvariantCulture) : "–";

    /// <summary>A quotient; a dash without a whole.</summary>
    private protected static string Ratio(double part, double whole, string format) =>
        whole > 0 ? (part / whole).ToString(format, CultureInfo.InvariantCulture) : "–";
}

/// <summary>A figure of the world beside what is known of real marketplaces.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Value">What the world has; NaN when nothing happened.</param>
/// <param name="Low">Smallest value that still fits.</param>
/// <param name="High">Largest value that still fits.</param>
/// <param name="Source">Where the target is from.</param>
public sealed record CalibrationTarget(string Name, double Value, double Low, double High, string Source)
{
    /// <summary>Whether the world has it.</summary>
    public bool IsMet => Value >= Low && Value <= High;
}
