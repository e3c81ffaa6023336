using System.Text;
using System.Text.Json;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Importing;

/// <summary>Reads JSON objects as rows: one a line, or the elements of one list. The columns are the objects' own fields.</summary>
internal sealed class JsonRows : RowReader
{
    private const int MostElements = 10_000_000;
    private readonly DocumentLines? _lines;
    private readonly byte[] _text = [];
    private readonly List<Range> _elements = [];
    private readonly List<string> _columns = [];
    private readonly List<byte[]> _names = [];
    private (int Start, int Length)[] _fields = [];
    private byte[] _values = new byte[4096];
    private int _valueLength;
    private int _next;

    public JsonRows(Stream content, bool isList)
    {
        if (!isList)
        {
            _lines = new DocumentLines(content);
            return;
        }

        var feed = new ByteFeed(content);
        feed.SkipMark();
        _text = feed.ReadToEnd();
        if (!JsonElements.TryFind(_text, null, MostElements, _elements, out var error))
        {
            throw new InvalidDataException(error.ToString());
        }
    }

    public override IReadOnlyList<string> Columns => [];

    public override ReadOnlySpan<byte> this[int column] => _values.AsSpan(_fields[column].Start, _fields[column].Length);

    public override int Find(string column)
    {
        var index = _columns.IndexOf(column);
        if (index >= 0)
        {
            return index;
        }

        _columns.Add(column);
        _names.Add(Encoding.UTF8.GetBytes(column));
        Array.Resize(ref _fields, _columns.Count);
        return _columns.Count - 1;
    }

    public override bool Read(out FieldError? error)
    {
        error = null;
        ReadOnlySpan<byte> document;
        if (_lines is not null)
        {
            if (!_lines.Read(out document, out error))
            {
                return false;
            }

            Line = _lines.Line;
            if (error is not null)
            {
                return true;
            }
        }
        else
        {
            if (_next == _elements.Count)
            {
                return false;
            }

            var range = _elements[_next];
            Line += _text.AsSpan((_next == 0 ? 0 : _elements[_next - 1].Start.Value)..range.Start.Value).Count((byte)'\n') + (_next == 0 ? 1 : 0);
            document = _text.AsSpan(range);
            _next++;
        }

        try
        {
            error = ReadFields(document);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            error = new FieldError("", "not valid JSON: " + exception.Message, null, "invalid_json");
        }

        return true;
    }

    private FieldError? ReadFields(ReadOnlySpan<byte> document)
    {
        Array.Clear(_fields);
        _valueLength = 0;
        var reader = new Utf8JsonReader(document);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return new FieldError("", "the row must be a JSON object", null, "wrong_type");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var column = FindName(ref reader);
            reader.Read();
            if (column < 0)
            {
                reader.Skip();
            }
            else
            {
                Take(ref reader, column, document);
            }
        }

        while (reader.Read())
        {
        }

        return null;
    }

    private int FindName(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < _names.Count; i++)
        {
            // Most names differ in length or in their first bytes: comparing spans is several times faster than ValueTextEquals.
            if (reader.ValueIsEscaped ? reader.ValueTextEquals(_names[i]) : reader.ValueSpan.SequenceEqual(_names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private void Take(ref Utf8JsonReader reader, int column, ReadOnlySpan<byte> document)
    {
        var start = (int)reader.TokenStartIndex;
        var isText = reader.TokenType == JsonTokenType.String;
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (!isText)
        {
            reader.Skip();
        }

        var raw = document[start..(int)reader.BytesConsumed];
        if (_values.Length - _valueLength < raw.Length)
        {
            Array.Resize(ref _values, Math.Max(2 * _values.Length, _valueLength + raw.Length));
        }

        var room = _values.AsSpan(_valueLength);
        int length;
        if (isText)
        {
            length = reader.CopyString(room);
        }
        else
        {
            raw.CopyTo(room);
            length = raw.Length;
        }

        _fields[column] = (_valueLength, length);
        _valueLength += length;
    }
}
