using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Cli.Importing;

/// <summary>What a field of a document takes.</summary>
internal enum FieldShape
{
    Text,
    Number,
    Bool,
    Time,
    List,
    Json,
}

/// <summary>The present row as expressions see it: columns by number, an exploded list's elements in the place of their columns.</summary>
internal sealed class RowView(RowReader rows)
{
    private readonly Dictionary<int, (int Start, int Length)> _elements = [];

    public RowReader Rows => rows;

    /// <summary>Puts an element in the place of a list's column.</summary>
    public void SetElement(int column, int start, int length) => _elements[column] = (start, length);

    public ReadOnlySpan<byte> this[int column]
    {
        get
        {
            var text = rows[column];
            return _elements.Count > 0 && _elements.TryGetValue(column, out var part) ? text.Slice(part.Start, part.Length) : text;
        }
    }
}

/// <summary>Writes one field of a document from a row, as its declaration says.</summary>
internal sealed class RowValue
{
    private readonly string _path;
    private readonly FieldShape _shape;
    private readonly ValueDeclaration _declaration;
    private readonly int[] _columns;
    private readonly int _otherwise;
    private readonly BaseDays? _baseDays;
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>>? _map;
    private byte[] _scratch = new byte[256];

    public RowValue(string path, FieldShape shape, ValueDeclaration declaration, int[] columns, int otherwise, BaseDays? baseDays)
    {
        (_path, _shape, _declaration, _columns, _otherwise, _baseDays) = (path, shape, declaration, columns, otherwise, baseDays);
        Name = path[(path.IndexOf('.') + 1)..];
        Utf8Name = JsonEncodedText.Encode(Name);
        _map = declaration.Map is { } map ? new Dictionary<string, string>(map, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>() : null;
    }

    /// <summary>The field's own name, without the group before the dot.</summary>
    public string Name { get; }

    private JsonEncodedText Utf8Name { get; }

    /// <summary>Writes the field; leaves it out where the row has no value.</summary>
    /// <returns>The reason when the row's text does not fit.</returns>
    public FieldError? Write(Utf8JsonWriter json, RowView row)
    {
        if (_declaration.Constant is { } constant)
        {
            return WriteConstant(json, constant);
        }

        if (_declaration.Hash is not null)
        {
            json.WriteString(Utf8Name, HashOf(row));
            return null;
        }

        if (_declaration.Join is not null)
        {
            return WriteText(json, Join(row), row);
        }

        if (_declaration.Point is not null)
        {
            return WritePoint(json, row);
        }

        if (_declaration.PositionOf is not null)
        {
            if (PositionOf(row) is > 0 and var position)
            {
                json.WriteNumber(Utf8Name, position);
            }

            return null;
        }

        var text = row[_columns[0]];
        return WriteText(json, text.IsEmpty && _otherwise >= 0 ? row[_otherwise] : text, row);
    }

    private FieldError? WriteConstant(Utf8JsonWriter json, DeclarationNode constant)
    {
        json.WritePropertyName(Utf8Name);
        if (_shape is FieldShape.Number or FieldShape.Bool && !constant.IsQuoted)
        {
            // Checked when the mapping was read.
            json.WriteRawValue(constant.Text);
        }
        else
        {
            json.WriteStringValue(constant.Text);
        }

        return null;
    }

    private FieldError? WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> text, RowView row)
    {
        if (text.IsEmpty)
        {
            return null;
        }

        if (_map is { } map)
        {
            text = Mapped(map, text);
            if (text.IsEmpty)
            {
                return null;
            }
        }

        switch (_declaration.Parse)
        {
            case ValueParser.UnixSeconds or ValueParser.UnixMillis:
                return WriteUnix(json, text);
            case ValueParser.DateTime:
                return WriteFormatted(json, text);
            case ValueParser.Json:
                json.WritePropertyName(Utf8Name);
                json.WriteRawValue(text);
                return null;
            case ValueParser.Lower:
                text = Lower(text);
                break;
            case ValueParser.RuDelivery:
                if (RussianDelivery.ParseDays(text, _baseDays?.Of(row), _baseDays?.Year) is var days && !double.IsNaN(days))
                {
                    json.WriteNumber(Utf8Name, days);
                }

                return null;
            default:
                break;
        }

        return WriteShaped(json, text);
    }

    private FieldError? WriteShaped(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        switch (_shape)
        {
            case FieldShape.Number:
                text = text.Trim((byte)' ');
                if (!Utf8Parser.TryParse(text, out double number, out var used) || used != text.Length || !double.IsFinite(number))
                {
                    return Misfit(text, "a number");
                }

                json.WriteNumber(Utf8Name, _declaration.Scale is { } scale ? Scaled(number, scale) : number);
                return null;
            case FieldShape.Bool:
                if (!TryReadBool(text, out var value))
                {
                    return Misfit(text, "true or false (or 1, 0, yes, no)");
                }

                json.WriteBoolean(Utf8Name, value);
                return null;
            case FieldShape.List:
                return WriteList(json, text);
            case FieldShape.Json:
                json.WritePropertyName(Utf8Name);
                json.WriteRawValue(text);
                return null;
            default:
                json.WriteString(Utf8Name, text);
                return null;
        }
    }

    // 0.01 has no exact binary form, 100 has: 13895 cents are 138.95, and not 138.95000000000002.
    private static double Scaled(double number, double scale)
    {
        var divisor = Math.Round(1 / scale);
        return divisor >= 1 && Math.Abs((1 / scale) - divisor) < 1e-9 * divisor ? number / divisor : number * scale;
    }

    private FieldError? WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        json.WritePropertyName(Utf8Name);
        if (_declaration.Split is null && text[0] == '[')
        {
            json.WriteRawValue(text);
            return null;
        }

        json.WriteStartArray();
        if (_declaration.Split is not { Length: > 0 } split)
        {
            json.WriteStringValue(text);
        }
        else
        {
            var separator = Encoding.UTF8.GetBytes(split);
            while (true)
            {
                var length = text.IndexOf(separator);
                var element = (length < 0 ? text : text[..length]).Trim((byte)' ');
                if (!element.IsEmpty)
                {
                    json.WriteStringValue(element);
                }

                if (length < 0)
                {
                    break;
                }

                text = text[(length + separator.Length)..];
            }
        }

        json.WriteEndArray();
        return null;
    }

    private static bool TryReadBool(ReadOnlySpan<byte> text, out bool value)
    {
        value = text.SequenceEqual("true"u8) || text.SequenceEqual("1"u8) || text.SequenceEqual("yes"u8) || text.SequenceEqual("True"u8);
        return value || text.SequenceEqual("false"u8) || text.SequenceEqual("0"u8) || text.SequenceEqual("no"u8) || text.SequenceEqual("False"u8);
    }

    private FieldError? WriteUnix(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        text = text.Trim((byte)' ');
        if (!Utf8Parser.TryParse(text, out double number, out var used) || used != text.Length || !(Math.Abs(number) < 1e15))
        {
            return Misfit(text, _declaration.Parse == ValueParser.UnixSeconds ? "Unix seconds" : "Unix milliseconds");
        }

        json.WriteNumber(Utf8Name, (long)Math.Round(_declaration.Parse == ValueParser.UnixSeconds ? number * 1000 : number));
        return null;
    }

    private FieldError? WriteFormatted(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        Span<char> letters = stackalloc char[64];
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!Encoding.UTF8.TryGetChars(text, letters, out var length)
            || !DateTime.TryParseExact(letters[..length], _declaration.Format, CultureInfo.InvariantCulture, Utc, out var time))
        {
            return Misfit(text, $"a time of the form {_declaration.Format}");
        }

        json.WriteNumber(Utf8Name, (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond);
        return null;
    }

    private FieldError? WritePoint(Utf8JsonWriter json, RowView row)
    {
        var latitude = row[_columns[0]];
        var longitude = row[_columns[1]];
        if (latitude.IsEmpty || longitude.IsEmpty)
        {
            return null;
        }

        if (!Utf8Parser.TryParse(latitude, out double north, out var used) || used != latitude.Length || !double.IsFinite(north))
        {
            return Misfit(latitude, "a latitude in degrees");
        }

        if (!Utf8Parser.TryParse(longitude, out double east, out used) || used != longitude.Length || !double.IsFinite(east))
        {
            return Misfit(longitude, "a longitude in degrees");
        }

        json.WriteStartArray(Utf8Name);
        json.WriteNumberValue(north);
        json.WriteNumberValue(east);
        json.WriteEndArray();
        return null;
    }

    private int PositionOf(RowView row)
    {
        var wanted = row[_columns[0]];
        var list = row[_columns[1]];
        Span<byte> separator = stackalloc byte[16];
        separator = separator[..Encoding.UTF8.GetBytes(_declaration.Split ?? "|", separator)];
        for (var position = 1; !wanted.IsEmpty && !list.IsEmpty; position++)
        {
            var length = list.IndexOf(separator);
            if ((length < 0 ? list : list[..length]).SequenceEqual(wanted))
            {
                return position;
            }

            list = length < 0 ? [] : list[(length + separator.Length)..];
        }

        return 0;
    }

    // Thirty-two hexadecimal digits of the columns' contents, each followed by a byte that no UTF-8 text holds.
    private ReadOnlySpan<char> HashOf(RowView row)
    {
        var length = 0;
        foreach (var column in _columns)
        {
            var text = row[column];
            Grow(length + text.Length + 1);
            text.CopyTo(_scratch.AsSpan(length));
            length += text.Length;
            _scratch[length++] = 0xff;
        }

        return Hash.Of128(_scratch.AsSpan(0, length)).ToString("x32", CultureInfo.InvariantCulture);
    }

    private ReadOnlySpan<byte> Join(RowView row)
    {
        var length = 0;
        foreach (var column in _columns)
        {
            var text = row[column];
            if (text.IsEmpty)
            {
                continue;
            }

            Grow(length + text.Length + (4 * _declaration.With.Length));
            length += length > 0 ? Encoding.UTF8.GetBytes(_declaration.With, _scratch.AsSpan(length)) : 0;
            text.CopyTo(_scratch.AsSpan(length));
            length += text.Length;
        }

        return length == 0 && _otherwise >= 0 ? row[_otherwise] : _scratch.AsSpan(0, length);
    }

    private ReadOnlySpan<byte> Mapped(Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> map, ReadOnlySpan<byte> text)
    {
        Span<char> letters = stackalloc char[256];
        if (!Encoding.UTF8.TryGetChars(text, letters, out var length) || !map.TryGetValue(letters[..length], out var replacement))
        {
            return text;
        }

        Grow(Encoding.UTF8.GetMaxByteCount(replacement.Length));
        return _scratch.AsSpan(0, Encoding.UTF8.GetBytes(replacement, _scratch));
    }

    private ReadOnlySpan<byte> Lower(ReadOnlySpan<byte> text)
    {
        var lower = Encoding.UTF8.GetString(text).ToLowerInvariant();
        Grow(Encoding.UTF8.GetMaxByteCount(lower.Length));
        return _scratch.AsSpan(0, Encoding.UTF8.GetBytes(lower, _scratch));
    }

    private void Grow(int length)
    {
        if (_scratch.Length < length)
        {
            Array.Resize(ref _scratch, Math.Max(2 * _scratch.Length, length));
        }
    }

    private FieldError Misfit(ReadOnlySpan<byte> text, string expected)
    {
        var shown = Encoding.UTF8.GetString(text.Length > 64 ? text[..64] : text);
        return new FieldError(_path, $"is '{shown}'; it must be {expected}", null, "wrong_type");
    }
}

/// <summary>The day to which each row's words about delivery are relative.</summary>
internal sealed class BaseDays
{
    private readonly int? _day;
    private readonly int[] _keyColumns;
    private readonly Dictionary<UInt128, int>? _earliest;

    /// <summary>The same day for all rows.</summary>
    public BaseDays(int? day, int? year) => (_day, Year, _keyColumns) = (day, year, []);

    /// <summary>A day for each combination of some columns.</summary>
    public BaseDays(Dictionary<UInt128, int> earliest, int[] keyColumns, int? otherwise, int? year) =>
        (_earliest, _keyColumns, _day, Year) = (earliest, keyColumns, otherwise, year);

    /// <summary>The year of dates that do not say it.</summary>
    public int? Year { get; }

    /// <summary>The base day of a row; null when it is not known.</summary>
    public int? Of(RowView row) => _earliest is not null && _earliest.TryGetValue(RowKey.Of(row, _keyColumns), out var day) ? day : _day;
}

/// <summary>Keys of combinations of columns.</summary>
internal static class RowKey
{
    public static UInt128 Of(RowView row, ReadOnlySpan<int> columns)
    {
        UInt128 key = 0;
        foreach (var column in columns)
        {
            // The order of the columns matters: a turn before each.
            key = UInt128.RotateLeft(key, 29) * 31 + Hash.Of128(row[column]);
        }

        return key;
    }
}
