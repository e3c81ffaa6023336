using Vitrina.Kernels.Selection;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>Memory of one search. For one thread at a time; allocates only while it grows.</summary>
public sealed class VectorSearchScratch
{
    /// <summary>Slots or items that a batch of a scan holds.</summary>
    internal const int BatchSlots = 256;

    /// <summary>Of the walk.</summary>
    internal WalkScratch Walk { get; } = new();

    /// <summary>The best so far, by slot while codes are compared, by item otherwise.</summary>
    internal TopK Best { get; } = new();

    /// <summary>The query as given, or at length 1.</summary>
    internal float[] Query { get; private set; } = [];

    /// <summary>The query as the vectors are stored.</summary>
    internal byte[] Exact { get; private set; } = [];

    /// <summary>The query as the graph is walked.</summary>
    internal byte[] Encoded { get; private set; } = [];

    /// <summary>Slots of a batch.</summary>
    internal int[] Slots { get; private set; } = [];

    /// <summary>Their distances or scores.</summary>
    internal float[] Distances { get; private set; } = [];

    /// <summary>Makes room for a query.</summary>
    internal void ReserveQuery(int dimension, int exactBytes, int encodedBytes)
    {
        if (Query.Length != dimension || Exact.Length != exactBytes || Encoded.Length != encodedBytes)
        {
            Query = new float[dimension];
            Exact = new byte[exactBytes];
            Encoded = new byte[encodedBytes];
        }
    }

    /// <summary>Makes room for a batch.</summary>
    internal void ReserveBatch(int count)
    {
        count = Math.Max(count, BatchSlots);
        if (Slots.Length < count)
        {
            Slots = new int[count];
            Distances = new float[count];
        }
    }
}
