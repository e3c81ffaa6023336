namespace Vitrina.Engine.Statistics;

/// <summary>Days and hours in a vertical's time zone.</summary>
/// <remarks>Not thread-safe: remembers the offset of the last quarter of an hour (no zone changes its offset inside one).</remarks>
public sealed class DayClock(TimeZoneInfo zone)
{
    private const long QuarterMs = 15 * TimeSpan.MillisecondsPerMinute;
    private long _quarter = long.MinValue;
    private long _offsetMs;

    /// <summary>The day's number since 1970-01-01 in the zone.</summary>
    public int DayOf(long unixMs) => (int)Math.Floor((double)LocalMs(unixMs) / TimeSpan.MillisecondsPerDay);

    /// <summary>The hour of the day, 0 to below 24, with minutes as its fraction.</summary>
    public float HourOf(long unixMs)
    {
        var local = LocalMs(unixMs);
        var ofDay = ((local % TimeSpan.MillisecondsPerDay) + TimeSpan.MillisecondsPerDay) % TimeSpan.MillisecondsPerDay;
        return (float)(ofDay / TimeSpan.MillisecondsPerMinute) / 60;
    }

    /// <summary>When a day begins in the zone, Unix milliseconds.</summary>
    public long StartOf(int day)
    {
        var local = DateTime.UnixEpoch.AddDays(day);
        var unspecified = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        while (zone.IsInvalidTime(unspecified))
        {
            unspecified = unspecified.AddMinutes(15);
        }

        return new DateTimeOffset(unspecified, zone.GetUtcOffset(unspecified)).ToUnixTimeMilliseconds();
    }

    private long LocalMs(long unixMs)
    {
        var quarter = Math.DivRem(unixMs, QuarterMs, out var rest) - (rest < 0 ? 1 : 0);
        if (quarter != _quarter)
        {
            _offsetMs = (long)zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(unixMs)).TotalMilliseconds;
            _quarter = quarter;
        }

        return unixMs + _offsetMs;
    }
}
