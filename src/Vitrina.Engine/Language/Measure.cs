namespace Vitrina.Engine.Language;

/// <summary>A number as the text gives it: alone, with a unit, or several as dimensions: <c>11</c>, <c>10 мл</c>, <c>60 х 50 см</c>.</summary>
internal readonly struct Measure
{
    private const int MaxDimensions = 4;

    private readonly NumberRanges _numbers;

    private Measure(NumberRanges numbers, int dimensions, int end, Unit? unit)
    {
        _numbers = numbers;
        Dimensions = dimensions;
        End = end;
        HasUnit = unit.HasValue;
        Unit = unit.GetValueOrDefault();
    }

    /// <summary>Where the first number begins.</summary>
    public int Start => _numbers[0].Start;

    /// <summary>Where reading goes on.</summary>
    public int End { get; }

    /// <summary>How many numbers belong together, 1 to 4.</summary>
    public int Dimensions { get; }

    /// <summary>Whether a unit follows.</summary>
    public bool HasUnit { get; }

    /// <summary>The unit, when there is one.</summary>
    public Unit Unit { get; }

    /// <summary>Reads a measure at a digit; false when letters touch it that are no unit, as in a model code.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, int start, out Measure measure) =>
        TryParse(text, start, MaxDimensions, out measure) || TryParse(text, start, 1, out measure);

    /// <summary>Reads "40-мм": a number and a unit that a hyphen separates.</summary>
    public static bool TryParseHyphenated(ReadOnlySpan<char> text, int start, int unitStart, int unitEnd, out Measure measure)
    {
        var numbers = default(NumberRanges);
        numbers[0] = (start, unitStart - 1);
        var isUnit = Units.TryFind(text[unitStart..unitEnd], out var unit) && !unit.NeedsContact;
        measure = new Measure(numbers, 1, unitEnd, unit);
        return isUnit;
    }

    /// <summary>Writes the measure's one spelling and returns its length, cut to what fits.</summary>
    public int Write(ReadOnlySpan<char> text, Span<char> term, bool withUnit)
    {
        var length = 0;
        for (var i = 0; i < Dimensions; i++)
        {
            if (i > 0 && length < term.Length)
            {
                term[length++] = 'x';
            }

            var (start, end) = _numbers[i];
            var number = text[start..end];
            if (HasUnit || Dimensions > 1)
            {
                number = TrimDecimalZeros(number);
            }

            number = number[..Math.Min(number.Length, term.Length - length)];
            number.CopyTo(term[length..]);
            term.Slice(length, number.Length).Replace(',', '.');
            length += number.Length;
        }

        if (withUnit && HasUnit && Unit.Canonical.Length <= term.Length - length)
        {
            Unit.Canonical.CopyTo(term[length..]);
            length += Unit.Canonical.Length;
        }

        return length;
    }

    private static bool TryParse(ReadOnlySpan<char> text, int start, int maxDimensions, out Measure measure)
    {
        var numbers = default(NumberRanges);
        var count = 0;
        var end = start;
        var next = start;
        while (next >= 0 && count < maxDimensions)
        {
            end = NumberEnd(text, next);
            numbers[count++] = (next, end);
            next = NextDimension(text, end);
        }

        var unitEnd = UnitEnd(text, end, out var unit);
        measure = new Measure(numbers, count, unitEnd > 0 ? unitEnd : end, unitEnd > 0 ? unit : null);
        return measure.End == text.Length || !char.IsLetterOrDigit(text[measure.End]);
    }

    private static int NumberEnd(ReadOnlySpan<char> text, int at)
    {
        at = SkipDigits(text, at);
        if (at + 1 < text.Length && text[at] is '.' or ',' && char.IsAsciiDigit(text[at + 1]))
        {
            at = SkipDigits(text, at + 1);
        }

        return at;
    }

    private static int SkipDigits(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at;
    }

    /// <summary>Where the next dimension's number begins, behind an x; −1 when there is none.</summary>
    private static int NextDimension(ReadOnlySpan<char> text, int at)
    {
        at = SkipSpace(text, at);
        if (at >= text.Length || text[at] is not ('x' or 'х' or '×' or '*'))
        {
            return -1;
        }

        at = SkipSpace(text, at + 1);
        return at < text.Length && char.IsAsciiDigit(text[at]) ? at : -1;
    }

    /// <summary>Where the unit behind a number ends; 0 when there is none.</summary>
    private static int UnitEnd(ReadOnlySpan<char> text, int numberEnd, out Unit unit)
    {
        var start = SkipSpace(text, numberEnd);
        unit = default;
        if (start >= text.Length)
        {
            return 0;
        }

        var end = start;
        if (text[start] is '%' or '″')
        {
            end++;
        }
        else
        {
            while (end < text.Length && char.IsLetter(text[end]))
            {
                end++;
            }

            // Square and cubic units carry a digit: мм2 comes from мм².
            if (end > start && end < text.Length && text[end] is '2' or '3')
            {
                end++;
            }

            if (end < text.Length && char.IsLetterOrDigit(text[end]))
            {
                return 0;
            }
        }

        return Units.TryFind(text[start..end], out unit) && !(unit.NeedsContact && start > numberEnd) ? end : 0;
    }

    private static int SkipSpace(ReadOnlySpan<char> text, int at) => at < text.Length && text[at] == ' ' ? at + 1 : at;

    private static ReadOnlySpan<char> TrimDecimalZeros(ReadOnlySpan<char> number) =>
        number.IndexOfAny('.', ',') < 0 ? number : number.TrimEnd('0').TrimEnd(".,");

    [System.Runtime.CompilerServices.InlineArray(MaxDimensions)]
    private struct NumberRanges
    {
        private (int Start, int End) _first;
    }
}
