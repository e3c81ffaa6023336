using Vitrina.Kernels.Selection;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>Inserts vectors into a graph (Malkov and Yashunin 2018, algorithms 1 and 4).</summary>
/// <remarks>
/// One call of <see cref="Link"/> at a time. With one thread the graph is a function of the vectors, their order and the seed; with more,
/// of how the threads meet too. Threads lock a list while they change it and none while they read.
/// </remarks>
internal sealed class HnswLinker
{
    // A batch of parallel insertions; searches see its slots in the graph when all are linked.
    private const int BatchSlots = 512;
    private const int LockCount = 1024;

    private readonly HnswGraph _graph;
    private readonly VectorRows _vectors;
    private readonly int _efConstruction;
    private readonly Worker[] _workers;
    private readonly Lock[] _locks = new Lock[LockCount];
    private readonly Lock _entryLock = new();

    /// <summary>A linker for one graph.</summary>
    public HnswLinker(HnswGraph graph, VectorRows vectors, int efConstruction, int threads)
    {
        _graph = graph;
        _vectors = vectors;
        _efConstruction = Math.Max(efConstruction, graph.M);
        _workers = new Worker[Math.Max(1, threads)];
        for (var index = 0; index < _workers.Length; index++)
        {
            _workers[index] = new Worker(graph.M);
        }

        for (var index = 0; index < LockCount; index++)
        {
            _locks[index] = new Lock();
        }
    }

    /// <summary>Links the slots behind the linked ones up to <paramref name="count"/>.</summary>
    public void Link(int count, CancellationToken cancellationToken = default)
    {
        _graph.Reserve(count);
        for (var slot = _graph.LinkedCount; slot < count;)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // The first vectors must find each other before threads may miss one another.
            var end = _workers.Length == 1 || slot < BatchSlots ? slot + 1 : Math.Min(count, slot + BatchSlots);
            if (end == slot + 1)
            {
                Insert(slot, _workers[0], count);
            }
            else
            {
                var next = slot - 1;
                Parallel.ForEach(_workers, new ParallelOptions { MaxDegreeOfParallelism = _workers.Length }, worker =>
                {
                    for (var own = Interlocked.Increment(ref next); own < end; own = Interlocked.Increment(ref next))
                    {
                        Insert(own, worker, count);
                    }
                });
            }

            _graph.Publish(end);
            slot = end;
        }
    }

    private void Insert(int slot, Worker worker, int count)
    {
        var layer = _graph.LayerOf(slot);
        var (_, top) = _graph.Entry;
        if (top < 0)
        {
            _graph.SetEntry(slot, layer);
            return;
        }

        var scratch = worker.Walk;
        var query = _vectors.Row(slot);
        scratch.Begin(count, 2 * _graph.M);
        var nearest = GraphWalk.Descend(_graph, _vectors, query, layer, scratch);
        var nobody = default(GraphWalk.Nobody);
        for (var current = Math.Min(layer, top); current >= 0; current--)
        {
            scratch.Begin(count, 2 * _graph.M);
            scratch.Nearest.Reset(_efConstruction);
            GraphWalk.Spread(_graph, _vectors, query, nearest, current, scratch, ref nobody);
            nearest = scratch.Nearest.Id(0) == slot && scratch.Nearest.Count > 1 ? scratch.Nearest.Id(1) : scratch.Nearest.Id(0);
            var kept = Select(scratch.Nearest, slot, _graph.M, worker.Chosen, worker.ChosenDistances);
            for (var index = 0; index < kept; index++)
            {
                Connect(slot, worker.Chosen[index], worker.ChosenDistances[index], current, worker);
            }

            for (var index = 0; index < kept; index++)
            {
                Connect(worker.Chosen[index], slot, worker.ChosenDistances[index], current, worker);
            }
        }

        if (layer > top)
        {
            lock (_entryLock)
            {
                if (layer > _graph.Entry.Layer)
                {
                    _graph.SetEntry(slot, layer);
                }
            }
        }
    }

    /// <summary>Adds a link; a full list is chosen anew from what it has and the addition.</summary>
    private void Connect(int from, int to, float distance, int layer, Worker worker)
    {
        lock (_locks[from & (LockCount - 1)])
        {
            var links = _graph.Links(from, layer);
            var count = links.IndexOf(0);
            count = count < 0 ? links.Length : count;
            if (links[..count].Contains(to + 1))
            {
                return;
            }

            if (count < links.Length)
            {
                links[count] = to + 1;
                return;
            }

            var slots = worker.Shrunk.AsSpan(0, count + 1);
            var distances = worker.ShrunkDistances.AsSpan(0, count + 1);
            for (var index = 0; index < count; index++)
            {
                slots[index] = links[index] - 1;
            }

            slots[count] = to;
            _vectors.Distances(_vectors.Row(from), slots[..count], distances);
            distances[count] = distance;
            worker.Shrinking.Reset(count + 1);
            for (var index = 0; index <= count; index++)
            {
                worker.Shrinking.Offer(slots[index], distances[index]);
            }

            var kept = Select(worker.Shrinking, from, links.Length, slots, distances);
            for (var index = 0; index < links.Length; index++)
            {
                links[index] = index < kept ? slots[index] + 1 : 0;
            }
        }
    }

    /// <summary>Algorithm 4: keeps, nearest first, those that are nearer to the vector than to any kept one, so that links lead into all directions.</summary>
    private int Select(NearestPool candidates, int self, int limit, Span<int> kept, Span<float> distances)
    {
        var count = 0;
        for (var rank = 0; rank < candidates.Count && count < limit; rank++)
        {
            var (slot, distance) = (candidates.Id(rank), candidates.Distance(rank));
            if (slot != self && !_vectors.HasNearer(_vectors.Row(slot), kept[..count], distance))
            {
                kept[count] = slot;
                distances[count++] = distance;
            }
        }

        return count;
    }

    /// <summary>Memory of one thread.</summary>
    private sealed class Worker(int m)
    {
        public WalkScratch Walk { get; } = new();

        public int[] Chosen { get; } = new int[m];

        public float[] ChosenDistances { get; } = new float[m];

        public NearestPool Shrinking { get; } = new();

        public int[] Shrunk { get; } = new int[(2 * m) + 1];

        public float[] ShrunkDistances { get; } = new float[(2 * m) + 1];
    }
}
