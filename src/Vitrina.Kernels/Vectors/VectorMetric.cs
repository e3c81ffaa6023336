namespace Vitrina.Kernels.Vectors;

/// <summary>How near two vectors are.</summary>
public enum VectorMetric
{
    /// <summary>The cosine of their angle: vectors are stored at length 1, so the zero vector is none.</summary>
    Cosine,

    /// <summary>Their dot product: longer vectors are nearer.</summary>
    Dot,

    /// <summary>The squared Euclidean distance.</summary>
    L2,
}
