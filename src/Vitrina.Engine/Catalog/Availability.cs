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
    private readonly ConcurrentDictionary<string, AvailabilityState> _states = new(concurrencyLevel: 1, capacity: 1024, StringComparer.Ordinal);

    /// <summary>How many items are known, deleted ones included.</summary>
    public int Count => _states.Count;

    /// <summary>The state of an item, or null when its id is not known.</summary>
    public AvailabilityState? Find(string id) => _states.TryGetValue(id, out var state) ? state : null;

    /// <summary>The vertical of a known item that is not deleted, or null.</summary>
    public string? VerticalOf(string id) => _states.TryGetValue(id, out var state) && !state.IsDeleted ? state.Vertical : null;

    /// <summary>Applies an acknowledged change.</summary>
    public void Apply(ItemChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var id = change.Id.Value;
        var isKnown = _states.TryGetValue(id, out var before);
        switch (change.Kind)
        {
            case ItemChangeKind.Put:
                _states[id] = new AvailabilityState(change.Vertical ?? before.Vertical ?? "", change.ExpiresAtMs ?? long.MaxValue, change.Stock ?? -1, change.IsActive ?? true, false);
                break;
            case ItemChangeKind.Patch when isKnown && !before.IsDeleted:
                _states[id] = before with
                {
                    ExpiresAtMs = change.ExpiresAtMs ?? before.ExpiresAtMs,
                    Stock = change.Stock ?? before.Stock,
                    IsActive = change.IsActive ?? before.IsActive,
                };
                break;
            case ItemChangeKind.Delete when isKnown:
                _states[id] = before with { IsActive = false, IsDeleted = true };
                break;
            default:
                break;
        }
    }

    /// <summary>Takes over an item from the catalogue at start.</summary>
    public void Restore(Item item)
    {
        ArgumentNullException.ThrowIfNull(item);
        _states[item.Id.Value] = new AvailabilityState(item.Vertical, item.ExpiresAtMs, item.Stock, item.IsActive, item.IsDeleted);
    }
}
