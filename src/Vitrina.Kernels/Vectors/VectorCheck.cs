using System.Globalization;
using System.Numerics.Tensors;

namespace Vitrina.Kernels.Vectors;

/// <summary>What a vector must be to be stored or asked.</summary>
public static class VectorCheck
{
    /// <summary>Most numbers in a vector.</summary>
    public const int MaxDimension = 4096;

    /// <summary>Largest magnitude of a number: squares of it, added up over the largest dimension, stay finite.</summary>
    public const float MaxMagnitude = 1e15f;

    /// <summary>Shortest length under cosine: below it the direction is rounding noise.</summary>
    public const float MinLength = 1e-15f;

    /// <summary>Says what is wrong with a vector; null when nothing is.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="dimension">Numbers that it must have.</param>
    /// <param name="metric">How near two vectors are.</param>
    public static string? ProblemOf(ReadOnlySpan<float> vector, int dimension, VectorMetric metric)
    {
        if (vector.Length != dimension)
        {
            return string.Create(CultureInfo.InvariantCulture, $"has {vector.Length} numbers; the dimension is {dimension}");
        }

        for (var index = 0; index < vector.Length; index++)
        {
            // Also true for NaN.
            if (!(Math.Abs(vector[index]) <= MaxMagnitude))
            {
                return string.Create(CultureInfo.InvariantCulture, $"holds {vector[index]} at place {index}; numbers must be finite and at most {MaxMagnitude} in magnitude");
            }
        }

        return metric == VectorMetric.Cosine && !(TensorPrimitives.Norm(vector) >= MinLength)
            ? "is a zero vector, which has no direction for cosine"
            : null;
    }

    /// <summary>Writes the vector at length 1.</summary>
    /// <param name="vector">Not zero, shape [n].</param>
    /// <param name="unit">Receives the result, shape [n]; may be the same memory.</param>
    public static void Normalise(ReadOnlySpan<float> vector, Span<float> unit) => TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), unit);
}
