using System.Globalization;
using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Reports;

/// <summary>Figures and findings as people read them.</summary>
public static class Words
{
    /// <summary>A number with four significant digits.</summary>
    public static string Number(double value)
        => double.IsNaN(value) ? "–" : double.IsInfinity(value) ? (value > 0 ? "∞" : "−∞")
            : value != 0 && Math.Abs(value) is < 1e-4 or >= 1e7 ? value.ToString("0.###e+0", CultureInfo.InvariantCulture)
            : value.ToString(Math.Abs(value) >= 1000 ? "#,0.#" : Math.Abs(value) >= 1 ? "0.###" : "0.#####", CultureInfo.InvariantCulture);

    /// <summary>A share as a percentage with its sign.</summary>
    public static string Percent(double value)
        => double.IsFinite(value) ? (100 * value).ToString("+0.##;−0.##;0", CultureInfo.InvariantCulture) + " %" : Number(value);

    /// <summary>A p-value, never 0.</summary>
    public static string PValue(Estimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        return double.IsNaN(estimate.PValue) ? "–"
            : estimate.PValue >= 1e-4 ? estimate.PValue.ToString("0.####", CultureInfo.InvariantCulture)
            : estimate.LogPValue > -690 ? estimate.PValue.ToString("0.#e+0", CultureInfo.InvariantCulture)
            : $"1e{Math.Floor(estimate.LogPValue / Math.Log(10)).ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>An interval.</summary>
    public static string Interval(Estimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        return double.IsNaN(estimate.Low) ? "–" : $"{Number(estimate.Low)} … {Number(estimate.High)}";
    }

    /// <summary>What an estimate says about an effect, and when nothing, what it could have found.</summary>
    public static string Verdict(string metric, Estimate estimate, double alpha, double minimalDetectable, double minimalLift)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        if (!estimate.IsInference)
        {
            return $"{metric}: {estimate.NoInference}";
        }

        var isFound = double.IsNaN(estimate.PValue) ? estimate.Low > 0 || estimate.High < 0 : estimate.PValue < alpha;
        var range = $"{Number(estimate.Value)} ({Number(100 * (1 - alpha))} % interval {Interval(estimate)}, p {PValue(estimate)})";
        if (isFound)
        {
            return $"{metric}: {(estimate.Value > 0 ? "higher" : "lower")} by {range}";
        }

        var could = double.IsNaN(minimalDetectable) ? "the smallest detectable effect is unknown"
            : $"an effect of {Number(minimalDetectable)}{(double.IsFinite(minimalLift) ? $" ({Percent(Math.Abs(minimalLift))})" : "")} would have been found with 80 % power";
        return $"{metric}: no effect found, {range}; {could}";
    }
}
