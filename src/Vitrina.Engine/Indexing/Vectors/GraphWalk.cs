using Vitrina.Kernels.Vectors;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>Is told of every slot that a walk meets; implemented by structs, so that the walk calls nothing through an interface.</summary>
internal interface IWalkObserver
{
    /// <summary>The walk met these slots at these distances.</summary>
    void Meet(ReadOnlySpan<int> slots, ReadOnlySpan<float> distances);
}

/// <summary>Searches one layer after another (Malkov and Yashunin 2018, algorithms 2 and 5).</summary>
internal static class GraphWalk
{
    /// <summary>Goes down greedily from the entry: the nearest slot that is found above a layer.</summary>
    /// <param name="graph">The graph; not empty.</param>
    /// <param name="vectors">What its slots hold.</param>
    /// <param name="query">An encoded vector.</param>
    /// <param name="toLayer">Layers above this one are walked.</param>
    /// <param name="scratch">Memory to work in; begun.</param>
    public static int Descend(HnswGraph graph, VectorRows vectors, ReadOnlySpan<byte> query, int toLayer, WalkScratch scratch)
    {
        var (nearest, top) = graph.Entry;
        var distance = DistanceOf(vectors, query, nearest, scratch);
        for (var layer = top; layer > toLayer; layer--)
        {
            while (true)
            {
                var from = nearest;
                var count = 0;
                foreach (var link in graph.Links(from, layer))
                {
                    if (link == 0)
                    {
                        break;
                    }

                    scratch.Slots[count++] = link - 1;
                }

                vectors.Distances(query, scratch.Slots.AsSpan(0, count), scratch.Distances);
                for (var index = 0; index < count; index++)
                {
                    if (scratch.Distances[index] < distance)
                    {
                        (nearest, distance) = (scratch.Slots[index], scratch.Distances[index]);
                    }
                }

                if (nearest == from)
                {
                    break;
                }
            }
        }

        return nearest;
    }

    /// <summary>Fills the scratch's pool with the nearest slots of a layer, beginning from one: a best-first walk that ends when all in the pool were looked around.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="vectors">What its slots hold.</param>
    /// <param name="query">An encoded vector.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="scratch">Memory to work in; begun, and its pool reset to the width of the beam.</param>
    /// <param name="observer">Is told of every slot met, in their order.</param>
    /// <remarks>Cost: about the beam's width times the links of a slot. Slots that are linked while the walk goes on may be left out.</remarks>
    public static void Spread<TObserver>(
        HnswGraph graph, VectorRows vectors, ReadOnlySpan<byte> query, int start, int layer, WalkScratch scratch, ref TObserver observer)
        where TObserver : struct, IWalkObserver
    {
        var pool = scratch.Nearest;
        var (visits, visit) = (scratch.Visits, scratch.Visit);
        var (slots, distances) = (scratch.Slots, scratch.Distances);
        visits[start] = visit;
        pool.Offer(start, DistanceOf(vectors, query, start, scratch));
        observer.Meet(slots.AsSpan(0, 1), distances.AsSpan(0, 1));
        while (pool.TryTakeNext(out var slot))
        {
            // Most often the next one stays the next: its links arrive while this one's neighbours are looked at.
            var next = pool.PeekNext();
            if (layer == 0 && next >= 0)
            {
                graph.Prefetch(next);
            }

            var count = 0;
            foreach (var link in graph.Links(slot, layer))
            {
                var neighbour = link - 1;
                if ((uint)neighbour >= (uint)visits.Length)
                {
                    if (link == 0)
                    {
                        break;
                    }

                    continue;
                }

                if (visits[neighbour] != visit)
                {
                    visits[neighbour] = visit;
                    vectors.Prefetch(neighbour);
                    slots[count++] = neighbour;
                }
            }

            var met = slots.AsSpan(0, count);
            vectors.Distances(query, met, distances);
            for (var index = 0; index < met.Length; index++)
            {
                pool.Offer(met[index], distances[index]);
            }

            if (layer == 0 && pool.PeekNext() is >= 0 and var nearer && nearer != next)
            {
                graph.Prefetch(nearer);
            }

            observer.Meet(met, distances.AsSpan(0, count));
        }
    }

    private static float DistanceOf(VectorRows vectors, ReadOnlySpan<byte> query, int slot, WalkScratch scratch)
    {
        scratch.Slots[0] = slot;
        vectors.Distances(query, scratch.Slots.AsSpan(0, 1), scratch.Distances);
        return scratch.Distances[0];
    }

    /// <summary>Observes nothing.</summary>
    internal struct Nobody : IWalkObserver
    {
        public readonly void Meet(ReadOnlySpan<int> slots, ReadOnlySpan<float> distances)
        {
        }
    }
}
