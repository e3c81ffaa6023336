using System.Globalization;
using System.Text;

namespace Vitrina.Cli.Importing;

/// <summary>Reads Russian words about delivery: <c>Завтра доставит Ozon</c>, <c>24 мая доставит продавец</c>, <c>За 2 часа курьером</c>.</summary>
internal static class RussianDelivery
{
    // A date without a year that lies further back than this is next year's; one that lies less far back is a stale page.
    private const int StaleDays = 31;

    private static readonly string[] Months =
        ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"];

    /// <summary>Days until delivery.</summary>
    /// <param name="utf8">The words.</param>
    /// <param name="baseDay">The day they were read on, as <see cref="DateOnly.DayNumber"/>; null when it is not known.</param>
    /// <param name="year">The year of dates; null: the base day's.</param>
    /// <returns>Days, fractions for hours; NaN when the words do not tell: unknown is not slow.</returns>
    public static double ParseDays(ReadOnlySpan<byte> utf8, int? baseDay, int? year)
    {
        Span<Range> words = stackalloc Range[8];
        Span<char> text = stackalloc char[128];
        if (!TrySplit(utf8, text, words, out var count))
        {
            return double.NaN;
        }

        ReadOnlySpan<char> first = text[words[0]];
        switch (first)
        {
            case "сегодня":
                return 0;
            case "завтра":
                return 1;
            case "послезавтра":
                return 2;
            case "на" when count > 2 && text[words[1]].StartsWith("эл") && text[words[2]].StartsWith("почт"):
                return 0;
            case "за" or "через" when count > 1:
                return Span(text, words[1..count]);
            default:
                break;
        }

        if (!TryReadDate(text, words[..count], out var month, out var day) || (baseDay ?? year) is null)
        {
            return double.NaN;
        }

        return baseDay is { } known && Day(year ?? DateOnly.FromDayNumber(known).Year, month, day) is { } date
            ? date - known < -StaleDays ? (Day(DateOnly.FromDayNumber(date).Year + 1, month, day) ?? date) - known
                : date < known ? double.NaN : date - known
            : double.NaN;
    }

    /// <summary>The date that the words name.</summary>
    /// <returns>The day as <see cref="DateOnly.DayNumber"/>; null when they name none.</returns>
    public static int? ParseDate(ReadOnlySpan<byte> utf8, int year)
    {
        Span<Range> words = stackalloc Range[8];
        Span<char> text = stackalloc char[128];
        return TrySplit(utf8, text, words, out var count) && TryReadDate(text, words[..count], out var month, out var day) ? Day(year, month, day) : null;
    }

    private static int? Day(int year, int month, int day) =>
        day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateOnly(year, month, day).DayNumber : null;

    private static bool TrySplit(ReadOnlySpan<byte> utf8, Span<char> text, Span<Range> words, out int count)
    {
        count = 0;
        if (utf8.IsEmpty || !Encoding.UTF8.TryGetChars(utf8, text, out var length))
        {
            return false;
        }

        for (var i = 0; i < length; i++)
        {
            text[i] = char.ToLowerInvariant(text[i]);
        }

        count = ((ReadOnlySpan<char>)text[..length]).Split(words, ' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return count > 0;
    }

    // "час", "2 часа", "30 минут", "3 дня".
    private static double Span(ReadOnlySpan<char> text, ReadOnlySpan<Range> words)
    {
        var isCounted = int.TryParse(text[words[0]], NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (isCounted && (words.Length < 2 || number > 10_000))
        {
            return double.NaN;
        }

        var unit = text[words[isCounted ? 1 : 0]];
        var amount = isCounted ? number : 1.0;
        return unit.StartsWith("час") ? amount / 24
            : unit.StartsWith("мин") ? amount / 1440
            : unit.StartsWith("дн") || unit.StartsWith("день") ? amount
            : unit.StartsWith("недел") ? amount * 7
            : double.NaN;
    }

    private static bool TryReadDate(ReadOnlySpan<char> text, ReadOnlySpan<Range> words, out int month, out int day)
    {
        (month, day) = (0, 0);
        for (var i = 0; i + 1 < words.Length; i++)
        {
            if (!int.TryParse(text[words[i]], NumberStyles.None, CultureInfo.InvariantCulture, out day))
            {
                continue;
            }

            for (month = 1; month <= Months.Length; month++)
            {
                if (text[words[i + 1]].SequenceEqual(Months[month - 1]))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
