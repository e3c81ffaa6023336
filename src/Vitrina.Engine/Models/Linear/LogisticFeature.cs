namespace Vitrina.Engine.Models.Linear;

/// <summary>How a linear model reads one feature, and what it pays for it.</summary>
/// <remarks>
/// A present value x adds (clip(t(x), Low, High) − Mean) / Scale · Weight log-odds, where t is ln(1 + max(x, 0)) when
/// <see cref="LogScale"/> is set and x otherwise. A missing value (NaN) adds <see cref="MissingWeight"/>.
/// </remarks>
public sealed record LogisticFeature
{
    /// <summary>The feature's name, unique within the model.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the value is read as ln(1 + x); negative values then count as 0.</summary>
    public bool LogScale { get; init; }

    /// <summary>Smallest value after the logarithm; smaller ones are raised to it, −∞ included. Finite.</summary>
    public double Low { get; init; } = float.MinValue;

    /// <summary>Largest value after the logarithm; larger ones are lowered to it, +∞ included. Finite.</summary>
    public double High { get; init; } = float.MaxValue;

    /// <summary>Mean of the clipped value over the training set: the value that contributes nothing.</summary>
    public double Mean { get; init; }

    /// <summary>Standard deviation of the clipped value over the training set; above 0.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Log-odds per standard deviation.</summary>
    public double Weight { get; init; }

    /// <summary>Log-odds that a missing value adds.</summary>
    public double MissingWeight { get; init; }

    /// <summary>The value that every candidate gets at serving whatever the column holds; null for an ordinary feature.</summary>
    /// <remarks>
    /// Position bias: the model learns what a place is worth from the recorded positions, and serving holds the position at one value
    /// (usually 1), so that the rest of the score is free of it.
    /// </remarks>
    public float? FixedAtServing { get; init; }

    /// <summary>Log-odds that a raw value of this feature adds.</summary>
    public double Contribution(float value)
    {
        if (float.IsNaN(value))
        {
            return MissingWeight;
        }

        double read = LogScale ? Math.Log(1 + Math.Max((double)value, 0)) : value;
        return (Math.Min(Math.Max(read, Low), High) * Slope) + Offset;
    }

    internal double Slope => Weight / Scale;

    internal double Offset => -Mean * Slope;

    internal void Validate()
    {
        bool isReadable = Low <= High && double.IsFinite(Low) && double.IsFinite(High) && Scale > 0 && double.IsFinite(Scale) && double.IsFinite(Mean);
        if (!isReadable || !double.IsFinite(Weight) || !double.IsFinite(MissingWeight) || (FixedAtServing is { } value && !float.IsFinite(value)))
        {
            throw new ArgumentException($"Feature '{Name}' has an encoding that is not finite, an empty clip range or a scale that is not above 0.");
        }
    }
}
