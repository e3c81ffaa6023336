using Vitrina.Engine.Indexing.Text;
using Vitrina.Kernels.Collections;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>A state of the index: finds the items whose vectors are nearest to one, and scores given items. Safe for concurrent use.</summary>
/// <remarks>
/// Which items have which vectors never changes in a snapshot. The graph below is shared with the writer and grows, so that a search over it,
/// which is approximate, may find a little more later on; a set without a graph, and every score, is exact.
/// Scores: cosine, dot product, or minus the squared distance; larger is nearer.
/// </remarks>
public sealed class VectorSnapshot
{
    // What a step of a walk costs in scanned vectors: about twelve distances to slots anywhere in memory, and the upkeep of the pool.
    private const double ScannedPerStep = 48;

    // What it costs to ask a filter about an item, which stands anywhere in memory, in scanned vectors.
    private const double ScannedPerFilter = 3;
    private const int SampledSlots = 1024;

    // Codes misplace a vector by a few ranks; so many times the wanted ones are scored again.
    private const int RescoredPerWanted = 3;

    private readonly VectorGeneration _generation;
    private readonly PagedView<int> _itemSlots;
    private readonly int _deadCount;

    internal VectorSnapshot(VectorGeneration generation, PagedView<int> slotItems, PagedView<int> itemSlots)
    {
        _generation = generation;
        SlotItems = slotItems;
        _itemSlots = itemSlots;
        _deadCount = generation.DeadCount;
    }

    /// <summary>Items that have a vector.</summary>
    public int Count => SlotItems.Count - _deadCount;

    /// <summary>Numbers in a vector.</summary>
    public int Dimension => Vectors.Dimension;

    internal FloatVectorRows Vectors => _generation.Vectors;

    internal PagedView<int> SlotItems { get; }

    private ByteVectorRows? Codes => _generation.Codes;

    private VectorRows Walked => _generation.Walked;

    private HnswGraph Graph => _generation.Graph;

    /// <summary>Finds the nearest items; of equal scores the smaller ordinal comes first.</summary>
    /// <param name="query">Shape [Dimension].</param>
    /// <param name="filter">Says which items may be answered.</param>
    /// <param name="limit">How many at most; the spans must hold so many.</param>
    /// <param name="ef">Width of the beam; at least the limit is used. 64 finds 98 to 99 % of the nearest ten, 200 all but one in a thousand (decision 0031).</param>
    /// <param name="scratch">Memory to work in.</param>
    /// <param name="ordinals">Receives the items, best first.</param>
    /// <param name="scores">Receives their scores.</param>
    /// <returns>How many were found: all that the filter accepts, when they are fewer than the limit.</returns>
    /// <exception cref="ArgumentException">The vector cannot be asked; the message says why.</exception>
    /// <remarks>
    /// With a filter the beam widens by its selectivity, estimated on a sample; where scanning the accepted items is cheaper, or where the walk
    /// saw too few of them near the query, they are scanned. Allocates nothing once the scratch has grown.
    /// </remarks>
    public int Search<TFilter>(ReadOnlySpan<float> query, TFilter filter, int limit, int ef, VectorSearchScratch scratch, Span<int> ordinals, Span<float> scores)
        where TFilter : struct, IItemFilter
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        Encode(query, scratch);
        if (limit == 0 || Count == 0)
        {
            return 0;
        }

        var linked = Math.Min(Graph.LinkedCount, SlotItems.Count);
        limit = Math.Min(limit, Count);
        var collected = Codes is null ? limit : RescoredPerWanted * limit;
        scratch.Best.Reset(collected);
        scratch.ReserveBatch(collected);
        var isScanned = linked == 0;
        if (!isScanned)
        {
            var isPlain = typeof(TFilter) == typeof(AnyItem) && _deadCount == 0;
            var share = isPlain ? 1 : ShareOf(filter, linked);
            var beam = Math.Ceiling(Math.Max(ef, collected) / Math.Max(share, 1.0 / SampledSlots));
            isScanned = !isPlain && (share + ScannedPerFilter) * linked < (ScannedPerStep + ScannedPerFilter) * beam;
            if (!isScanned)
            {
                isScanned = !Walk(filter, isPlain, linked, (int)Math.Min(beam, linked), collected, limit, scratch);
            }
        }

        if (isScanned)
        {
            scratch.Best.Reset(collected);
        }

        Scan(filter, isScanned ? 0 : linked, scratch);
        return Codes is null ? scratch.Best.DrainDescending(ordinals, scores) : Rescored(limit, scratch, ordinals, scores);
    }

    /// <summary>Scores given items exactly; NaN for an item without a vector.</summary>
    /// <param name="query">Shape [Dimension].</param>
    /// <param name="itemOrdinals">The items.</param>
    /// <param name="scratch">Memory to work in.</param>
    /// <param name="scores">Receives the scores, shape [itemOrdinals].</param>
    /// <exception cref="ArgumentException">The vector cannot be asked; the message says why.</exception>
    public void Score(ReadOnlySpan<float> query, ReadOnlySpan<int> itemOrdinals, VectorSearchScratch scratch, Span<float> scores)
    {
        Encode(query, scratch);
        scratch.ReserveBatch(0);
        for (var first = 0; first < itemOrdinals.Length; first += VectorSearchScratch.BatchSlots)
        {
            var batch = itemOrdinals[first..Math.Min(itemOrdinals.Length, first + VectorSearchScratch.BatchSlots)];
            var count = 0;
            foreach (var item in batch)
            {
                if (SlotOf(item) is >= 0 and var slot)
                {
                    scratch.Slots[count++] = slot;
                }
            }

            Vectors.Distances(scratch.Exact, scratch.Slots.AsSpan(0, count), scratch.Distances);
            count = 0;
            for (var index = 0; index < batch.Length; index++)
            {
                scores[first + index] = SlotOf(batch[index]) >= 0 ? -scratch.Distances[count++] : float.NaN;
            }
        }
    }

    /// <summary>Copies the vector of an item, at length 1 under cosine; false when it has none.</summary>
    public bool TryCopyVector(int itemOrdinal, Span<float> vector)
    {
        if (SlotOf(itemOrdinal) is not (>= 0 and var slot))
        {
            return false;
        }

        Vectors.Vector(slot).CopyTo(vector);
        return true;
    }

    private int SlotOf(int itemOrdinal) => (uint)itemOrdinal < (uint)_itemSlots.Count ? _itemSlots[itemOrdinal] - 1 : -1;

    private void Encode(ReadOnlySpan<float> query, VectorSearchScratch scratch)
    {
        if (VectorCheck.ProblemOf(query, Vectors.Dimension, Vectors.Metric) is { } problem)
        {
            throw new ArgumentException($"The vector {problem}.", nameof(query));
        }

        scratch.ReserveQuery(Vectors.Dimension, Vectors.RowBytes, Walked.RowBytes);
        if (Vectors.Metric == VectorMetric.Cosine)
        {
            VectorCheck.Normalise(query, scratch.Query);
        }
        else
        {
            query.CopyTo(scratch.Query);
        }

        Vectors.Encode(scratch.Query, scratch.Exact);
        Walked.Encode(scratch.Query, scratch.Encoded);
    }

    private bool IsAccepted<TFilter>(TFilter filter, int slot)
        where TFilter : struct, IItemFilter
        => SlotItems[slot] is >= 0 and var item && filter.Accepts(item);

    /// <summary>The share of linked slots that may be answered, on an even sample of them.</summary>
    private double ShareOf<TFilter>(TFilter filter, int linked)
        where TFilter : struct, IItemFilter
    {
        var (samples, accepted) = (Math.Min(SampledSlots, linked), 0);
        for (var sample = 0; sample < samples; sample++)
        {
            accepted += IsAccepted(filter, (int)((long)sample * linked / samples)) ? 1 : 0;
        }

        return (double)accepted / samples;
    }

    /// <summary>Walks the graph; false when the walk did not see enough accepted items to trust what it found.</summary>
    private bool Walk<TFilter>(TFilter filter, bool isPlain, int linked, int beam, int collected, int limit, VectorSearchScratch scratch)
        where TFilter : struct, IItemFilter
    {
        var walk = scratch.Walk;
        walk.Begin(linked, 2 * Graph.M);
        walk.Nearest.Reset(beam);
        var start = GraphWalk.Descend(Graph, Walked, scratch.Encoded, 0, walk);
        if (start >= linked)
        {
            return false;
        }

        var nobody = default(GraphWalk.Nobody);
        GraphWalk.Spread(Graph, Walked, scratch.Encoded, start, 0, walk, ref nobody);
        var found = 0;
        for (var rank = 0; rank < walk.Nearest.Count && found < collected; rank++)
        {
            var slot = walk.Nearest.Id(rank);
            if (isPlain || IsAccepted(filter, slot))
            {
                scratch.Best.Offer(Codes is null ? SlotItems[slot] : slot, -walk.Nearest.Distance(rank));
                found++;
            }
        }

        // Everything nearer than the end of the beam was seen, as far as the graph leads; with fewer hits than wanted, more stand behind it.
        return found >= limit;
    }

    /// <summary>Compares every accepted slot from one on.</summary>
    private void Scan<TFilter>(TFilter filter, int first, VectorSearchScratch scratch)
        where TFilter : struct, IItemFilter
    {
        for (var slot = first; slot < SlotItems.Count;)
        {
            var count = 0;
            for (; slot < SlotItems.Count && count < VectorSearchScratch.BatchSlots; slot++)
            {
                if (IsAccepted(filter, slot))
                {
                    scratch.Slots[count++] = slot;
                }
            }

            Walked.Distances(scratch.Encoded, scratch.Slots.AsSpan(0, count), scratch.Distances);
            for (var index = 0; index < count; index++)
            {
                var id = scratch.Slots[index];
                scratch.Best.Offer(Codes is null ? SlotItems[id] : id, -scratch.Distances[index]);
            }
        }
    }

    /// <summary>The best by codes, scored by the vectors themselves.</summary>
    private int Rescored(int limit, VectorSearchScratch scratch, Span<int> ordinals, Span<float> scores)
    {
        var count = scratch.Best.DrainDescending(scratch.Slots, scratch.Distances);
        Vectors.Distances(scratch.Exact, scratch.Slots.AsSpan(0, count), scratch.Distances);
        scratch.Best.Reset(limit);
        for (var index = 0; index < count; index++)
        {
            scratch.Best.Offer(SlotItems[scratch.Slots[index]], -scratch.Distances[index]);
        }

        return scratch.Best.DrainDescending(ordinals, scores);
    }
}
