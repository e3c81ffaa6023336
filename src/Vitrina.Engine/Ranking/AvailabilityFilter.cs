using Vitrina.Engine.Catalog;

namespace Vitrina.Engine.Ranking;

/// <summary>Removes candidates that cannot be had at this moment.</summary>
internal sealed class AvailabilityFilter
{
    private readonly Func<AvailabilityState, long, string?> _mark;

    private AvailabilityFilter(Func<AvailabilityState, long, string?> mark) => _mark = mark;

    /// <summary>Keeps what is neither hidden nor expired.</summary>
    public static AvailabilityFilter Active { get; } = new((state, nowMs) =>
        state.IsDeleted ? "filter:deleted" : !state.IsActive ? "filter:inactive" : state.ExpiresAtMs <= nowMs ? "filter:expired" : null);

    /// <summary>Keeps what has stock or free slots, or does not count them.</summary>
    public static AvailabilityFilter InStock { get; } = new((state, _) => state.Stock == 0 ? "filter:outOfStock" : null);

    /// <summary>The removal mark, or null when the item stays.</summary>
    public string? MarkOf(in AvailabilityState state, long nowMs) => _mark(state, nowMs);
}
