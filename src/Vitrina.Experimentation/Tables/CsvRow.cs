using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace Vitrina.Experimentation.Tables;

/// <summary>One row of a CSV file; valid while it is handled.</summary>
public readonly ref struct CsvRow
{
    private readonly CsvSource _source;
    private readonly ReadOnlySpan<byte> _text;
    private readonly ReadOnlySpan<int> _ends;

    internal CsvRow(CsvSource source, long line, ReadOnlySpan<byte> text, ReadOnlySpan<int> ends)
    {
        (_source, Line) = (source, line);
        _text = text;
        _ends = ends;
    }

    /// <summary>The row's line in the file, from 1.</summary>
    public long Line { get; }

    /// <summary>The bytes of a field, without the quotes around it.</summary>
    public ReadOnlySpan<byte> this[int column]
    {
        get
        {
            var start = column == 0 ? 0 : _ends[column - 1] + 1;
            var field = _text[start.._ends[column]];
            return field is [(byte)'"', .., (byte)'"'] ? field[1..^1] : field;
        }
    }

    /// <summary>A field as text.</summary>
    public string Text(int column) => Encoding.UTF8.GetString(this[column]).Replace("\"\"", "\"", StringComparison.Ordinal);

    /// <summary>A field as a finite number.</summary>
    /// <exception cref="TableException">It is none.</exception>
    public double Number(int column)
    {
        var value = NumberOrMissing(column);
        return double.IsFinite(value) ? value : throw Mistake(column, "a number is missing");
    }

    /// <summary>A field as a number; NaN when it is empty or says nan, null or na.</summary>
    /// <exception cref="TableException">It is neither.</exception>
    public double NumberOrMissing(int column)
    {
        var field = this[column];
        return TryPlain(field, out var value) ? value : Slow(field, column);
    }

    /// <summary>The mistake that a field makes.</summary>
    public TableException Mistake(int column, string what) => new(_source.Name, Line, _source.Columns[column], what);

    // Up to 15 digits are an exact integer and powers of ten up to 22 are exact, so one division rounds rightly (Clinger 1990, fast path).
    private static bool TryPlain(ReadOnlySpan<byte> field, out double value)
    {
        ReadOnlySpan<double> powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
        long digits = 0;
        int i = field.Length > 0 && field[0] == '-' ? 1 : 0, start = i, point = -1;
        for (; i < field.Length; i++)
        {
            var digit = (uint)(field[i] - '0');
            if (digit <= 9)
            {
                digits = digits * 10 + digit;
            }
            else if (field[i] == '.' && point < 0)
            {
                point = i;
            }
            else
            {
                break;
            }
        }

        var count = i - start - (point < 0 ? 0 : 1);
        if (i < field.Length || count is < 1 or > 15)
        {
            value = 0;
            return false;
        }

        value = point < 0 ? digits : digits / powers[field.Length - point - 1];
        value = start == 1 ? -value : value;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private double Slow(ReadOnlySpan<byte> field, int column)
    {
        var text = field.Trim((byte)' ');
        if (text.IsEmpty || Encoding.UTF8.GetString(text).ToUpperInvariant() is "NAN" or "NULL" or "NA" or "NONE")
        {
            return double.NaN;
        }

        return Utf8Parser.TryParse(text, out double value, out var consumed) && consumed == text.Length
            ? value
            : throw Mistake(column, $"'{Encoding.UTF8.GetString(text[..Math.Min(text.Length, 40)])}' is not a number");
    }
}
