namespace Vitrina.Engine;

/// <summary>A clock that data moves (DESIGN, decision 14): simulated or imported time. Timers and elapsed times stay real.</summary>
/// <param name="start">Its first time.</param>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class DrivenClock(DateTimeOffset start) : TimeProvider
{
    private long _ticks = start.UtcTicks;

    /// <summary>Moves the clock forward; an earlier time changes nothing.</summary>
    public void AdvanceTo(DateTimeOffset time)
    {
        var ticks = time.UtcTicks;
        for (var before = Volatile.Read(ref _ticks); ticks > before;)
        {
            var found = Interlocked.CompareExchange(ref _ticks, ticks, before);
            if (found == before)
            {
                return;
            }

            before = found;
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);
}
