namespace Vitrina.Engine.Verticals;

/// <summary>Reads moments as documents write them: RFC 3339, such as <c>2026-11-05T14:30:00+03:00</c>.</summary>
public static class Timestamp
{
    /// <summary>The last moment that is accepted, 9999-12-31T23:59:59.999Z, Unix milliseconds.</summary>
    public const long Latest = 253_402_300_799_999;

    // Milliseconds below this are before March 1973; seconds of this century are below it. Nobody's events are that old.
    private const long SmallestPlausibleMs = 100_000_000_000;

    /// <summary>Whether a number that should be Unix milliseconds looks like Unix seconds.</summary>
    public static bool LooksLikeSeconds(long value) => value is > 0 and < SmallestPlausibleMs;

    /// <summary>Reads a moment.</summary>
    /// <param name="text">ASCII.</param>
    /// <param name="allowDateOnly">Whether <c>2026-11-05</c> is accepted, as midnight UTC.</param>
    /// <param name="unixMs">Unix milliseconds; finer parts are dropped.</param>
    /// <returns>False when the text is no such moment or lies before 1970.</returns>
    /// <remarks>Letter case of T and Z does not matter, and a space may stand for T (RFC 3339, section 5.6). A leap second counts as the next second.</remarks>
    public static bool TryParse(ReadOnlySpan<byte> text, bool allowDateOnly, out long unixMs)
    {
        unixMs = 0;
        if (text.Length < 10 || text[4] != '-' || text[7] != '-'
            || !Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..10], out var day)
            || year is < 1970 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        var milliseconds = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerMillisecond
            - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMillisecond);
        if (text.Length == 10)
        {
            unixMs = milliseconds;
            return allowDateOnly;
        }

        if (!TryParseTime(text[10..], out var timeMs))
        {
            return false;
        }

        unixMs = milliseconds + timeMs;
        return unixMs is >= 0 and <= Latest;
    }

    /// <summary>Reads a moment from characters.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, bool allowDateOnly, out long unixMs)
    {
        Span<byte> ascii = stackalloc byte[48];
        unixMs = 0;
        if (text.Length > ascii.Length)
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] > 127)
            {
                return false;
            }

            ascii[i] = (byte)text[i];
        }

        return TryParse(ascii[..text.Length], allowDateOnly, out unixMs);
    }

    // Thh:mm:ss[.fff…](Z|±hh:mm); the result includes the offset.
    private static bool TryParseTime(ReadOnlySpan<byte> text, out long milliseconds)
    {
        milliseconds = 0;
        if (text.Length < 10 || (text[0] is not ((byte)'T' or (byte)'t' or (byte)' ')) || text[3] != ':' || text[6] != ':'
            || !Digits(text[1..3], out var hour) || !Digits(text[4..6], out var minute) || !Digits(text[7..9], out var second)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        milliseconds = (((hour * 60L) + minute) * 60 + second) * 1000;
        var at = 9;
        if (text[at] == '.')
        {
            var scale = 100;
            var first = ++at;
            for (; at < text.Length && char.IsAsciiDigit((char)text[at]); at++, scale /= 10)
            {
                milliseconds += (text[at] - '0') * scale;
            }

            if (at == first)
            {
                return false;
            }
        }

        var zone = text[at..];
        if (zone.Length == 1)
        {
            return zone[0] is (byte)'Z' or (byte)'z';
        }

        if (zone.Length != 6 || zone[0] is not ((byte)'+' or (byte)'-') || zone[3] != ':'
            || !Digits(zone[1..3], out var hours) || !Digits(zone[4..6], out var minutes) || hours > 23 || minutes > 59)
        {
            return false;
        }

        var offset = ((hours * 60L) + minutes) * 60_000;
        milliseconds -= zone[0] == '+' ? offset : -offset;
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            number = (number * 10) + digit - '0';
        }

        return true;
    }
}
