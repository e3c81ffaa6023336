using System.Globalization;

namespace Vitrina.Engine.Verticals;

/// <summary>Reads and writes durations as people write them: <c>50ms</c>, <c>30s</c>, <c>15m</c>, <c>24h</c>, <c>7d</c>.</summary>
public static class Duration
{
    // Longest first, so that the shortest text of a duration is found by the first exact division.
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>Reads a duration: a non-negative decimal number and a unit (ms, s, m, h, d), nothing between them.</summary>
    /// <returns>False when the text is no duration or is longer than ten thousand years.</returns>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
        {
            digits++;
        }

        foreach (var (unit, ticks) in Units)
        {
            if (text.AsSpan(digits).SequenceEqual(unit))
            {
                if (!decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                    || number > 3_650_000m * (TimeSpan.TicksPerDay / ticks))
                {
                    return false;
                }

                value = TimeSpan.FromTicks((long)(number * ticks));
                return true;
            }
        }

        return false;
    }

    /// <summary>The duration in its largest whole unit: seven days is <c>7d</c>, 36 hours <c>36h</c>. Parts below a millisecond are dropped.</summary>
    public static string Format(TimeSpan value)
    {
        foreach (var (unit, ticks) in Units)
        {
            if (value.Ticks != 0 && value.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / ticks}{unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / TimeSpan.TicksPerMillisecond}ms");
    }
}
