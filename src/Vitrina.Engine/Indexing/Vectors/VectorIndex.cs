using Vitrina.Kernels.Vectors;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>The writer of an index over the vectors of items; readers search the snapshots that <see cref="Freeze"/> returns.</summary>
/// <remarks>
/// For one thread. A put or a removal is visible in the next snapshot: vectors that are not linked yet are scanned. Linking, about 0.1 ms a
/// vector, and building anew without the removed ones go on beside the writer.
/// </remarks>
public sealed class VectorIndex
{
    private readonly VectorIndexOptions _options;
    private readonly float[] _unit;

    // Items that changed while the next generation is built.
    private readonly HashSet<int> _changed = [];

    private VectorGeneration _generation;
    private Task? _linking;
    private Task<VectorGeneration>? _rebuilding;
    private VectorSnapshot? _last;
    private (VectorGeneration? Generation, int LinkedCount) _saved;

    /// <summary>An empty index.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public VectorIndex(VectorIndexOptions options)
        : this(options, new VectorGeneration(Checked(options)))
    {
    }

    internal VectorIndex(VectorIndexOptions options, VectorGeneration generation)
    {
        _options = options;
        _generation = generation;
        NoteSaved();
        _unit = new float[options.Dimension];
    }

    /// <summary>How vectors are indexed.</summary>
    public VectorIndexOptions Options => _options;

    /// <summary>Items that have a vector now.</summary>
    public int Count => _generation.SlotCount - _generation.DeadCount;

    /// <summary>Memory held, in bytes, without a generation that is being built.</summary>
    public long Bytes => _generation.Bytes;

    /// <summary>Whether vectors are being linked beside the writer.</summary>
    public bool IsLinking => _linking is not null || _rebuilding is not null;

    /// <summary>Whether the graph has links that no file holds.</summary>
    public bool HasUnsavedLinks => (_generation, _generation.Graph.LinkedCount) != _saved && _generation.Graph.LinkedCount > 0;

    internal VectorGeneration Generation => _generation;

    /// <summary>Sets the vector of an item; the one that it had before no longer counts.</summary>
    /// <param name="itemOrdinal">The item, from 0.</param>
    /// <param name="vector">Shape [Dimension].</param>
    /// <exception cref="ArgumentException">The vector cannot be stored; the message says why.</exception>
    public void Put(int itemOrdinal, ReadOnlySpan<float> vector)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(itemOrdinal);
        if (VectorCheck.ProblemOf(vector, _options.Dimension, _options.Metric) is { } problem)
        {
            throw new ArgumentException($"The vector {problem}.", nameof(vector));
        }

        if (_options.Metric == VectorMetric.Cosine)
        {
            VectorCheck.Normalise(vector, _unit);
            vector = _unit;
        }

        if (_generation.Put(itemOrdinal, vector))
        {
            NoteChange(itemOrdinal);
        }
    }

    /// <summary>Takes an item out; nothing happens when it has no vector.</summary>
    public void Remove(int itemOrdinal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(itemOrdinal);
        if (_generation.Remove(itemOrdinal))
        {
            NoteChange(itemOrdinal);
        }
    }

    /// <summary>The content of this moment, for any number of readers; the same object as before when nothing changed.</summary>
    /// <exception cref="AggregateException">Linking failed: a fault of this program.</exception>
    public VectorSnapshot Freeze()
    {
        AdoptFinished();
        if (_last is not null)
        {
            return _last;
        }

        _last = _generation.Freeze();
        var generation = _generation;
        var linked = generation.Graph.LinkedCount;
        if (_rebuilding is null && _linking is null && generation.DeadCount > _options.FlatLimit
            && generation.DeadCount > _options.RebuildAtDeadShare * generation.SlotCount)
        {
            var snapshot = _last;
            _changed.Clear();
            _rebuilding = Begin(() => VectorGeneration.Rebuilt(snapshot, _options));
        }
        else if (_rebuilding is null && _linking is null && generation.SlotCount - linked > _options.FlatLimit)
        {
            var count = generation.SlotCount;
            _linking = Begin(() =>
            {
                generation.Link(count);
                return generation;
            });
        }

        if (_options.IsLinkingSynchronous && (_rebuilding is not null || _linking is not null))
        {
            AwaitLinking();
            AdoptFinished();
            _last ??= _generation.Freeze();
        }

        return _last;
    }

    /// <summary>Waits until what goes on beside the writer is done, so that the next freeze adopts it.</summary>
    public void AwaitLinking() => Task.WaitAll([.. new[] { _linking, _rebuilding }.OfType<Task>()]);

    /// <summary>Notes that a file holds the links of now.</summary>
    internal void NoteSaved() => _saved = (_generation, _generation.Graph.LinkedCount);

    private static VectorIndexOptions Checked(VectorIndexOptions options)
    {
        if (options.Dimension is < 1 or > VectorCheck.MaxDimension || options.M is < 2 or > 256 || options.EfConstruction < 1
            || options.FlatLimit < 0 || options.Threads < 1 || !(options.RebuildAtDeadShare > 0))
        {
            throw new ArgumentException(
                $"Dimension must be from 1 to {VectorCheck.MaxDimension}, M from 2 to 256, EfConstruction and Threads at least 1, FlatLimit at least 0, RebuildAtDeadShare above 0.",
                nameof(options));
        }

        return options;
    }

    private static Task<T> Begin<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void NoteChange(int itemOrdinal)
    {
        _last = null;
        if (_rebuilding is not null)
        {
            _changed.Add(itemOrdinal);
        }
    }

    private void AdoptFinished()
    {
        if (_linking is { IsCompleted: true } linking)
        {
            linking.Wait();
            _linking = null;
        }

        if (_rebuilding is not { IsCompleted: true } rebuilding)
        {
            return;
        }

        var (old, next) = (_generation, rebuilding.Result);
        foreach (var item in _changed.Order())
        {
            if (old.SlotOf(item) is >= 0 and var slot)
            {
                next.Put(item, old.Vectors.Vector(slot));
            }
            else
            {
                next.Remove(item);
            }
        }

        _generation = next;
        _rebuilding = null;
        _changed.Clear();
        _last = null;
    }
}
