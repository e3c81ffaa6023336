using System.Text.Json;

namespace Vitrina.Simulation.Writing;

/// <summary>Writes moments as 2026-01-01T00:00:00Z, with milliseconds when there are any. Faster than the general formatter, which dominated the profile.</summary>
internal static class Timestamp
{
    /// <summary>Writes a property with a moment.</summary>
    public static void Write(Utf8JsonWriter writer, JsonEncodedText name, DateTimeOffset at)
    {
        Span<byte> text = stackalloc byte[24];
        DateTime utc = at.UtcDateTime;
        utc.Deconstruct(out DateOnly date, out TimeOnly time);
        date.Deconstruct(out int year, out int month, out int day);
        Digits(text, 0, year / 100);
        Digits(text, 2, year % 100);
        text[4] = (byte)'-';
        Digits(text, 5, month);
        text[7] = (byte)'-';
        Digits(text, 8, day);
        text[10] = (byte)'T';
        Digits(text, 11, time.Hour);
        text[13] = (byte)':';
        Digits(text, 14, time.Minute);
        text[16] = (byte)':';
        Digits(text, 17, time.Second);
        int length = 19;
        int millisecond = time.Millisecond;
        if (millisecond != 0)
        {
            text[19] = (byte)'.';
            text[20] = (byte)('0' + millisecond / 100);
            Digits(text, 21, millisecond % 100);
            length = 23;
        }

        text[length] = (byte)'Z';
        writer.WriteString(name, text[..(length + 1)]);
    }

    private static void Digits(Span<byte> text, int at, int value)
    {
        text[at] = (byte)('0' + value / 10);
        text[at + 1] = (byte)('0' + value % 10);
    }
}
