using System.Collections.Concurrent;

namespace Vitrina.Engine.Catalog;

/// <summary>Whether an item can be had at this moment.</summary>
/// <param name="Vertical">The item's vertical.</param>
/// <param name="ExpiresAtMs">When it stops being shown, Unix milliseconds.</param>
/// <param name="Stock">Pieces or slots left; -1 = not counted.</param>
/// <param name="IsActive">False while hidden or after a delete.</param>
/// <param name="IsDeleted">True after a delete.</param>
public readonly record struct AvailabilityState(string Vertical, long ExpiresAtMs, int Stock, bool IsActive, bool IsDeleted);

/// <summary>The live table outside the snapshot (DESIGN, decision 7): changed before a change is acknowledged, read last, before mixing.</summary>
/// <remarks>One writer, any number of readers, no locks for readers. It also says which item ids are known at all.</remarks>
public sealed class Availability
{
    private const int SmallestCapacity = 1024;
    private readonly ConcurrentDictionary<string, LiveState> _states;

    /// <summary>An empty table.</summary>
    /// <param name="items">How many items are expected at first.</param>
    public Availability(int items = 0) => _states = new(concurrencyLevel: 1, capacity: Math.Max(SmallestCapacity, items + (items / 4)), StringComparer.Ordinal);

    /// <summary>How many items are known, deleted ones included.</summary>
    public int Count => _states.Count;

    /// <summary>The state of an item, or null when its id is not known.</summary>
    public AvailabilityState? Find(string id) => _states.TryGetValue(id, out var live) ? live.Read() : null;

    /// <summary>The state of an item, or null when its id is not known. The item remembers where it stands: its id is looked up once.</summary>
    internal AvailabilityState? Of(Item item)
    {
        if (item.Live is { } live)
        {
            return live.Read();
        }

        return _states.TryGetValue(item.Id.Value, out live) ? (item.Live = live).Read() : null;
    }

    /// <summary>The vertical of a known item that is not deleted, or null.</summary>
    public string? VerticalOf(string id) => Find(id) is { IsDeleted: false } state ? state.Vertical : null;

    /// <summary>Applies an acknowledged change.</summary>
    public void Apply(ItemChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var id = change.Id.Value;
        var isKnown = _states.TryGetValue(id, out var live);
        var before = live?.Read() ?? default;
        switch (change.Kind)
        {
            case ItemChangeKind.Put:
                Set(id, live, new AvailabilityState(change.Vertical ?? before.Vertical ?? "", change.ExpiresAtMs ?? long.MaxValue, change.Stock ?? -1, change.IsActive ?? true, false));
                break;
            case ItemChangeKind.Patch when isKnown && !before.IsDeleted:
                Set(id, live, before with
                {
                    ExpiresAtMs = change.ExpiresAtMs ?? before.ExpiresAtMs,
                    Stock = change.Stock ?? before.Stock,
                    IsActive = change.IsActive ?? before.IsActive,
                });
                break;
            case ItemChangeKind.Delete when isKnown:
                Set(id, live, before with { IsActive = false, IsDeleted = true });
                break;
            default:
                break;
        }
    }

    /// <summary>Takes over an item from the catalogue at start.</summary>
    public void Restore(Item item)
    {
        ArgumentNullException.ThrowIfNull(item);
        item.Live = Set(item.Id.Value, _states.GetValueOrDefault(item.Id.Value), new AvailabilityState(item.Vertical, item.ExpiresAtMs, item.Stock, item.IsActive, item.IsDeleted));
    }

    private LiveState Set(string id, LiveState? known, in AvailabilityState state)
    {
        if (known is null)
        {
            return _states[id] = new LiveState(state);
        }

        known.Write(state);
        return known;
    }
}

/// <summary>The availability of one item, for ever at the same place. One writer, any number of readers.</summary>
internal sealed class LiveState
{
    // Odd while a state is being written: then, and when it changed meanwhile, a reader looks again (Lameter, Effective synchronization on Linux/NUMA systems, 2005: seqlocks).
    private int _version;
    private AvailabilityState _state;

    public LiveState(in AvailabilityState state) => _state = state;

    public AvailabilityState Read()
    {
        var spin = default(SpinWait);
        while (true)
        {
            var version = Volatile.Read(ref _version);
            var state = _state;
            Thread.MemoryBarrier();
            if ((version & 1) == 0 && version == Volatile.Read(ref _version))
            {
                return state;
            }

            spin.SpinOnce();
        }
    }

    public void Write(in AvailabilityState state)
    {
        Volatile.Write(ref _version, _version + 1);
        Thread.MemoryBarrier();
        _state = state;
        Volatile.Write(ref _version, _version + 1);
    }
}
