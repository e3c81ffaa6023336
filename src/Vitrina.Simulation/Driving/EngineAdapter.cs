using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Simulation.Driving;

/// <summary>Lets a simulated world be answered by an engine in the same process, in simulated time.</summary>
/// <remarks>
/// Changes pass through the documents of the API, so that what a server would refuse is refused here. While the adapter lives, the engine publishes
/// a snapshot only at the end of <see cref="SendAsync"/>: the same world, seed and signing secret then give the same journal and the same lists.
/// </remarks>
public sealed class EngineAdapter : IMarketplaceAdapter, IDisposable
{
    private readonly EngineRuntime _runtime;
    private readonly DrivenClock _clock;
    private readonly ChangeEntries _changes;
    private readonly List<PendingEntry> _entries = [];

    /// <summary>Takes hold of an engine.</summary>
    /// <param name="runtime">The engine; stays the caller's to dispose.</param>
    /// <param name="clock">The engine's clock.</param>
    /// <exception cref="ArgumentException">The engine runs by another clock.</exception>
    public EngineAdapter(EngineRuntime runtime, DrivenClock clock)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        if (!ReferenceEquals(runtime.Time, clock))
        {
            throw new ArgumentException("The engine runs by another clock.", nameof(clock));
        }

        (_runtime, _clock) = (runtime, clock);
        _changes = new ChangeEntries([.. runtime.Snapshot.Verticals.Values.Select(vertical => vertical.Vertical)], VerticalOf);
        runtime.PublishesOnlyWhenAwaited = true;
    }

    /// <inheritdoc/>
    public async ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        _clock.AdvanceTo(request.At);
        var answer = await _runtime.Ranking.RankAsync(RequestOf(request), cancellationToken).ConfigureAwait(false);
        var items = new List<ShownItem>();
        foreach (var item in answer.Sections[0].Items)
        {
            items.Add(new ShownItem(item.Id, item.Position, item.Token));
        }

        return new ShownList { RankingId = answer.RankingId, Items = items };
    }

    /// <summary>The request as the engine takes it.</summary>
    public static RankRequest RequestOf(SimulatedRequest request) => new()
    {
        Vertical = request.Vertical,
        Surface = request.Surface,
        User = request.User,
        Session = request.Session,
        Query = request.Query,
        Size = request.Size,
        Context = request.Context,
        Filters = request.Filters is null ? [] : [.. request.Filters.Select(filter => new AttributeCondition { Attribute = filter.Key, AnyOf = filter.Value })],

        // Drawn from what the world knows alone: the engine's own seed would also depend on the number of its restarts.
        Seed = Hash.Mix((ulong)request.Key + 1),
    };

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The engine's documents refuse a change; the message names its field.</exception>
    public async ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changesInTimeOrder);
        _entries.Clear();
        foreach (var change in changesInTimeOrder)
        {
            _changes.Add(change, _entries);
        }

        _clock.AdvanceTo(changesInTimeOrder[^1].At);
        var result = await _runtime.Writer.AppendAndWaitAsync(_entries, cancellationToken).ConfigureAwait(false);
        await _runtime.WaitForAsync(result.LastSequence, cancellationToken).ConfigureAwait(false);
    }

    private string? VerticalOf(string id)
    {
        foreach (var (name, vertical) in _runtime.Snapshot.Verticals)
        {
            if (vertical.Find(id)?.Vertical == name)
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Lets go of the engine, which publishes by its own rhythm again.</summary>
    public void Dispose()
    {
        _runtime.PublishesOnlyWhenAwaited = false;
        _changes.Dispose();
    }
}
