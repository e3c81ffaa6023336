using Vitrina.Kernels.Vectors;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>How vectors are indexed.</summary>
public sealed record VectorIndexOptions
{
    /// <summary>Numbers in a vector, from 1 to <see cref="VectorCheck.MaxDimension"/>.</summary>
    public required int Dimension { get; init; }

    /// <summary>How near two vectors are.</summary>
    public VectorMetric Metric { get; init; } = VectorMetric.Cosine;

    /// <summary>
    /// Whether the graph is built and walked over 8-bit codes, and what it finds is scored again with the vectors themselves.
    /// Twice the speed at equal recall for a quarter more memory (decision 0031), so it is the default.
    /// </summary>
    public bool IsQuantised { get; init; } = true;

    /// <summary>Links that a new vector gets on each layer; the ground layer holds up to twice as many. 16 as in the paper's experiments (section 4.1: 5 to 48).</summary>
    public int M { get; init; } = 16;

    /// <summary>Beam while inserting: larger builds slower and finds more. 200 as in hnswlib's examples.</summary>
    public int EfConstruction { get; init; } = 200;

    /// <summary>
    /// So many vectors at most stand outside the graph and are scanned by every search; more are linked in the background.
    /// 1,024 take about 15 µs. A set that never outgrows it has no graph, and its answers are exact.
    /// </summary>
    public int FlatLimit { get; init; } = 1024;

    /// <summary>Share of removed vectors in the graph at which it is built anew without them. A fifth costs a fifth of the speed.</summary>
    public double RebuildAtDeadShare { get; init; } = 0.2;

    /// <summary>Threads that link. With one the graph depends on the vectors, their order and the seed alone.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Seeds the layers of the vectors.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether linking is done within <see cref="VectorIndex.Freeze"/>, for tests and measurements, instead of beside it.</summary>
    public bool IsLinkingSynchronous { get; init; }
}
