namespace Vitrina.Experimentation.Statistics;

/// <summary>Which differences count as evidence.</summary>
public enum Alternative
{
    /// <summary>Any difference from zero.</summary>
    TwoSided,

    /// <summary>The treatment is larger.</summary>
    Greater,

    /// <summary>The treatment is smaller.</summary>
    Less,
}

/// <summary>One estimator's answer: a value with its uncertainty and what it assumes, or the reason why there is none.</summary>
public sealed record Estimate
{
    /// <summary>The estimate; NaN when there is none.</summary>
    public double Value { get; init; } = double.NaN;

    /// <summary>Its standard error; NaN where the method has none.</summary>
    public double StandardError { get; init; } = double.NaN;

    /// <summary>Lower end of the interval; may be minus infinity.</summary>
    public double Low { get; init; } = double.NaN;

    /// <summary>Upper end of the interval; may be infinity.</summary>
    public double High { get; init; } = double.NaN;

    /// <summary>Degrees of freedom; infinity for a normal reference, NaN where there are none.</summary>
    public double DegreesOfFreedom { get; init; } = double.NaN;

    /// <summary>The test statistic.</summary>
    public double Statistic { get; init; } = double.NaN;

    /// <summary>The p-value; never 0 but by underflow, for which <see cref="LogPValue"/> stands.</summary>
    public double PValue { get; init; } = double.NaN;

    /// <summary>The natural logarithm of the p-value, finite where the p-value underflows.</summary>
    public double LogPValue { get; init; } = double.NaN;

    /// <summary>What must hold for the interval and the p-value, in a sentence.</summary>
    public string Assumes { get; init; } = "";

    /// <summary>Why there is no inference, in a sentence beginning with "no inference, because"; null when there is.</summary>
    public string? NoInference { get; init; }

    /// <summary>Further figures by name, such as `theta` or `eValue`.</summary>
    public IReadOnlyDictionary<string, double> Details { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether there is an interval.</summary>
    public bool IsInference => NoInference is null;

    /// <summary>An estimate without inference.</summary>
    /// <param name="because">The reason, without the words "no inference, because".</param>
    /// <param name="value">The value, when there is one to describe.</param>
    public static Estimate None(string because, double value = double.NaN) => new() { Value = value, NoInference = $"no inference, because {because}" };

    /// <summary>An estimate with Student's t as the reference; infinite degrees of freedom make it normal.</summary>
    /// <param name="value">The estimate.</param>
    /// <param name="standardError">Its standard error; without a positive finite one there is no inference.</param>
    /// <param name="df">Degrees of freedom, positive.</param>
    /// <param name="level">Which interval and which alternative.</param>
    /// <param name="assumes">What must hold.</param>
    public static Estimate FromT(double value, double standardError, double df, Level level, string assumes)
    {
        if (!double.IsFinite(value))
        {
            return None("the estimate is not a number: a mean or a denominator is zero or missing");
        }

        if (!(standardError > 0) || !double.IsFinite(standardError))
        {
            return None("the standard error is zero or unknown", value);
        }

        if (!(df > 0))
        {
            return None("no degrees of freedom are left", value);
        }

        var t = value / standardError;
        var log = level.Alternative switch
        {
            Alternative.Greater => Tails.LogStudentUpper(t, df),
            Alternative.Less => Tails.LogStudentUpper(-t, df),
            _ => Math.Min(0, Math.Log(2) + Tails.LogStudentUpper(Math.Abs(t), df)),
        };
        var reach = standardError * Tails.StudentUpperQuantile(level.Alternative == Alternative.TwoSided ? level.Alpha / 2 : level.Alpha, df);
        return new Estimate
        {
            Value = value,
            StandardError = standardError,
            Low = level.Alternative == Alternative.Less ? double.NegativeInfinity : value - reach,
            High = level.Alternative == Alternative.Greater ? double.PositiveInfinity : value + reach,
            DegreesOfFreedom = df,
            Statistic = t,
            PValue = Math.Exp(log),
            LogPValue = log,
            Assumes = assumes,
        };
    }

    /// <summary>A lift from an estimate of the logarithm of a ratio: exp(value) − 1 with the interval carried over, so that it is never below −1.</summary>
    /// <param name="logarithm">The estimate of ln(treatment/control); its p-value is the lift's.</param>
    public static Estimate FromLogarithm(Estimate logarithm)
    {
        ArgumentNullException.ThrowIfNull(logarithm);
        var ratio = Math.Exp(logarithm.Value);
        return (logarithm with
        {
            Value = ratio - 1,
            StandardError = ratio * logarithm.StandardError,
            Low = Math.Exp(logarithm.Low) - 1,
            High = Math.Exp(logarithm.High) - 1,
        }).With(("logRatio", logarithm.Value), ("logStandardError", logarithm.StandardError));
    }

    /// <summary>The same estimate with further figures.</summary>
    public Estimate With(params ReadOnlySpan<(string Name, double Value)> details)
    {
        var all = new Dictionary<string, double>(Details, StringComparer.Ordinal);
        foreach (var (name, value) in details)
        {
            all[name] = value;
        }

        return this with { Details = all };
    }
}

/// <summary>The error rate of tests and intervals, and the alternative.</summary>
/// <param name="Alpha">Error rate in (0, 1): 0.05 gives 95 % intervals.</param>
/// <param name="Alternative">Which differences count.</param>
public readonly record struct Level(double Alpha, Alternative Alternative = Alternative.TwoSided)
{
    /// <summary>5 %, two-sided.</summary>
    public static Level Default => new(0.05);
}
