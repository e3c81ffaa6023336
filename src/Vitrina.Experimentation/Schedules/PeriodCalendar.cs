namespace Vitrina.Experimentation.Schedules;

/// <summary>Which period of a schedule an instant lies in, by the wall clock of a cluster's time zone.</summary>
/// <remarks>
/// Boundaries stand at equal steps of the wall clock from the start. So a period in which clocks change is an hour shorter or longer, and a
/// day's periods always start at the same hours. When clocks are set back, the repeated hour belongs to the period that its first pass
/// ended in: indexes never go back. Safe for concurrent use.
/// </remarks>
public sealed class PeriodCalendar
{
    private readonly TimeZoneInfo _zone;
    private readonly DateTime _start;
    private readonly TimeSpan _length;

    /// <summary>A calendar.</summary>
    /// <param name="zone">The cluster's time zone.</param>
    /// <param name="start">The wall-clock time at which period 0 begins, such as midnight of the first day; add an offset here to stagger the boundaries of clusters.</param>
    /// <param name="length">The length of a period by the wall clock: positive.</param>
    public PeriodCalendar(TimeZoneInfo zone, DateTime start, TimeSpan length)
    {
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(length, TimeSpan.Zero);
        (_zone, _start, _length) = (zone, DateTime.SpecifyKind(start, DateTimeKind.Unspecified), length);
    }

    /// <summary>The period of an instant; negative before the start.</summary>
    public long IndexAt(DateTimeOffset instant)
    {
        var local = DateTime.SpecifyKind(TimeZoneInfo.ConvertTime(instant, _zone).DateTime, DateTimeKind.Unspecified);
        if (_zone.IsAmbiguousTime(local) && _zone.GetUtcOffset(instant) == _zone.GetAmbiguousTimeOffsets(local).Min())
        {
            // The second pass of a repeated hour stays where the first one ended.
            var end = new DateTime(local.Ticks - local.Ticks % TimeSpan.TicksPerMinute, DateTimeKind.Unspecified);
            while (_zone.IsAmbiguousTime(end))
            {
                end = end.AddMinutes(1);
            }

            local = end.AddTicks(-1);
        }

        return (long)Math.Floor((local - _start).Ticks / (double)_length.Ticks);
    }

    /// <summary>The instant at which a period begins; a boundary that the clock skips is moved to the first instant behind the gap.</summary>
    public DateTimeOffset StartOf(long period)
    {
        var local = LocalStartOf(period);
        while (_zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(1);
        }

        var offset = _zone.IsAmbiguousTime(local) ? _zone.GetAmbiguousTimeOffsets(local).Max() : _zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }

    /// <summary>The stratum of a period: weekday × time of day of its beginning by the wall clock.</summary>
    public int StratumOf(long period)
    {
        var local = LocalStartOf(period);
        return (int)local.DayOfWeek * 1440 + local.Hour * 60 + local.Minute;
    }

    private DateTime LocalStartOf(long period) => _start.AddTicks(checked(period * _length.Ticks));
}
