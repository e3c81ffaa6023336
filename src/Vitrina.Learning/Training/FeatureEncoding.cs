using System.Numerics.Tensors;

namespace Vitrina.Learning.Training;

/// <summary>How one feature is read during training: logarithm, clip range, mean and spread, and why it may be left out.</summary>
internal sealed record FeatureEncoding
{
    public bool LogScale { get; init; }

    public double Low { get; init; } = float.MinValue;

    public double High { get; init; } = float.MaxValue;

    public double Mean { get; init; }

    public double Scale { get; init; } = 1;

    /// <summary>Whether the present values differ, so that a weight can be learned.</summary>
    public bool HasWeight { get; init; }

    /// <summary>Whether some values are missing and some are not, so that a missing-value weight can be learned.</summary>
    public bool HasMissingWeight { get; init; }

    /// <summary>Why there is no weight; null when there is one.</summary>
    public string? UnusedReason { get; init; }

    /// <summary>Turns raw values into standardised ones (0 when missing) and flags the missing ones with 1.</summary>
    public void Encode(ReadOnlySpan<float> raw, Span<double> values, Span<double> isMissing)
    {
        Transform(raw, values);
        for (int i = 0; i < values.Length; i++)
        {
            bool missing = float.IsNaN(raw[i]);
            values[i] = missing ? 0 : (values[i] - Mean) / Scale;
            if (!isMissing.IsEmpty)
            {
                isMissing[i] = missing ? 1 : 0;
            }
        }
    }

    /// <summary>Logarithm and clip; NaN stays NaN.</summary>
    public void Transform(ReadOnlySpan<float> raw, Span<double> values)
    {
        TensorPrimitives.ConvertTruncating<float, double>(raw, values);
        if (LogScale)
        {
            TensorPrimitives.Max(values, 0.0, values);
            TensorPrimitives.LogP1(values, values);
        }

        TensorPrimitives.Max(values, Low, values);
        TensorPrimitives.Min(values, High, values);
    }
}
