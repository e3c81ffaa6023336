using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Reports;

/// <summary>What one analysis found: checks first, one headline, the other estimates below.</summary>
public sealed class AnalysisReport
{
    /// <summary>`ab`, `switchback`, `ope` or `interleaving`.</summary>
    public required string Kind { get; init; }

    /// <summary>Where the data came from, for people.</summary>
    public required string Source { get; init; }

    /// <summary>1 − confidence.</summary>
    public required double Alpha { get; init; }

    /// <summary>Seed of everything drawn.</summary>
    public ulong Seed { get; init; }

    /// <summary>The one answer; set last.</summary>
    public Headline Headline { get; set; } = new("", "", Estimate.None("nothing was estimated"), "", "");

    /// <summary>What was checked, in order of weight.</summary>
    public IList<Check> Checks { get; } = [];

    /// <summary>One per metric and pair of arms.</summary>
    public IList<Comparison> Comparisons { get; } = [];

    /// <summary>Counts that describe the data, by name.</summary>
    public IDictionary<string, double> Counts { get; } = new OrderedDictionary<string, double>(StringComparer.Ordinal);

    /// <summary>The arms of a switchback for its calendar: a string of 0, 1 and · (no cell) per cluster.</summary>
    public IDictionary<string, string> Calendar { get; } = new OrderedDictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>The one answer of a report.</summary>
/// <param name="Metric">Of which metric.</param>
/// <param name="Estimator">Its stable name.</param>
/// <param name="Estimate">The estimate.</param>
/// <param name="Reason">Why this estimator, by the design.</param>
/// <param name="Sentence">The answer in words; a failed check stands at its beginning.</param>
public sealed record Headline(string Metric, string Estimator, Estimate Estimate, string Reason, string Sentence);

/// <summary>One check of the experiment itself.</summary>
/// <param name="Name">Its stable name, such as `srm`.</param>
/// <param name="IsPassed">Whether it passed; null when it could not be made.</param>
/// <param name="Message">What was found, in words.</param>
/// <param name="IsFatal">Whether failing forbids inference.</param>
public sealed record Check(string Name, bool? IsPassed, string Message, bool IsFatal = false)
{
    /// <summary>Figures by name.</summary>
    public IReadOnlyDictionary<string, double> Figures { get; init; } = new Dictionary<string, double>();
}

/// <summary>A point of a curve, with an interval where there is one.</summary>
/// <param name="X">Where it stands: units, lag, hours.</param>
/// <param name="Label">What it is, when it is no number.</param>
/// <param name="Value">The value.</param>
/// <param name="Low">Lower end; NaN without an interval.</param>
/// <param name="High">Upper end.</param>
public readonly record struct CurvePoint(double X, string Label, double Value, double Low = double.NaN, double High = double.NaN);

/// <summary>One metric between two arms, or one policy's value.</summary>
public sealed class Comparison
{
    /// <summary>The metric.</summary>
    public required string Metric { get; init; }

    /// <summary>`mean`, `ratio`, `quantile`, `value` or `preference`.</summary>
    public required string Type { get; init; }

    /// <summary>The control's name; empty where there is none.</summary>
    public string Control { get; init; } = "";

    /// <summary>The treatment's name; empty where there is none.</summary>
    public string Treatment { get; init; } = "";

    /// <summary>All estimates by stable name.</summary>
    public IDictionary<string, Estimate> Estimates { get; } = new OrderedDictionary<string, Estimate>(StringComparer.Ordinal);

    /// <summary>Plain figures by stable name.</summary>
    public IDictionary<string, double> Figures { get; } = new OrderedDictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Curves by stable name.</summary>
    public IDictionary<string, IReadOnlyList<CurvePoint>> Curves { get; } = new OrderedDictionary<string, IReadOnlyList<CurvePoint>>(StringComparer.Ordinal);

    /// <summary>The smallest difference that is found with 80 % power; NaN when unknown.</summary>
    public double MinimalDetectable { get; set; } = double.NaN;

    /// <summary>The same relative to the control.</summary>
    public double MinimalDetectableLift { get; set; } = double.NaN;

    /// <summary>What follows, in words; a null result comes with the smallest detectable effect.</summary>
    public string Verdict { get; set; } = "";
}
