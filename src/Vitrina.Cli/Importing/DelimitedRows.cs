using System.Text;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Importing;

/// <summary>Reads delimited text with a header (RFC 4180): quotes around a field, doubled inside it; line breaks within quotes.</summary>
/// <remarks>Works on UTF-8 bytes and makes no strings: a field costs two scans of its bytes.</remarks>
internal sealed class DelimitedRows : RowReader
{
    private readonly ByteFeed _feed;
    private readonly byte _delimiter;
    private readonly List<string> _columns = [];
    private (int Start, int Length)[] _fields = new (int, int)[32];
    private int _fieldCount;
    private int _recordLength;
    private long _nextLine = 1;

    public DelimitedRows(Stream content, byte delimiter)
    {
        _feed = new ByteFeed(content);
        _delimiter = delimiter;
        _feed.SkipMark();
        if (!ReadRecord(out var error))
        {
            throw new InvalidDataException("the file is empty; a header with the columns' names is expected");
        }

        if (error is not null)
        {
            throw new InvalidDataException("the header cannot be read: " + error.Value.Message);
        }

        for (var i = 0; i < _fieldCount; i++)
        {
            _columns.Add(Encoding.UTF8.GetString(this[i]).Trim());
        }
    }

    public override IReadOnlyList<string> Columns => _columns;

    public override ReadOnlySpan<byte> this[int column] => _feed.Window.Slice(_fields[column].Start, _fields[column].Length);

    public override int Find(string column) => _columns.IndexOf(column);

    public override bool Read(out FieldError? error)
    {
        if (!ReadRecord(out error))
        {
            return false;
        }

        if (error is null && _fieldCount != _columns.Count)
        {
            error = new FieldError("", $"the row has {_fieldCount} fields, the header has {_columns.Count}", null, "wrong_field_count");
        }

        return true;
    }

    private bool ReadRecord(out FieldError? error)
    {
        while (true)
        {
            _feed.Consume(_recordLength);
            _recordLength = 0;
            Line = _nextLine;
            if (_feed.Window.IsEmpty && !_feed.Fill())
            {
                error = null;
                return false;
            }

            Parse(out error);
            if (error is not null || _fieldCount > 1 || _fields[0].Length > 0)
            {
                return true;
            }

            // A blank line holds no row.
        }
    }

    private void Parse(out FieldError? error)
    {
        while (true)
        {
            switch (TryParse(out error))
            {
                case Outcome.Complete:
                    Unescape();
                    return;
                case Outcome.Broken:
                    SkipLine();
                    return;
                default:
                    if (!_feed.Fill() && !_feed.IsEnded)
                    {
                        error = new FieldError("", $"the row is longer than {ByteFeed.LongestRecord} bytes; is a quote not closed?", null, "too_long");
                        SkipLine();
                        return;
                    }

                    break;
            }
        }
    }

    private enum Outcome
    {
        Complete,
        NeedsMore,
        Broken,
    }

    private Outcome TryParse(out FieldError? error)
    {
        error = null;
        _fieldCount = 0;
        var window = _feed.Window;
        var lines = 1L;
        var at = 0;
        while (true)
        {
            int end;
            if (at < window.Length && window[at] == '"')
            {
                var outcome = TryParseQuoted(window, at, out end, ref lines, out error);
                if (outcome != Outcome.Complete)
                {
                    return outcome;
                }
            }
            else
            {
                var length = window[at..].IndexOfAny(_delimiter, (byte)'\n');
                if (length < 0 && !_feed.IsEnded)
                {
                    return Outcome.NeedsMore;
                }

                end = length < 0 ? window.Length : at + length;
                var isLast = end == window.Length || window[end] == '\n';
                Add(at, isLast && end > at && window[end - 1] == '\r' ? end - 1 - at : end - at);
            }

            if (end < window.Length && window[end] == _delimiter)
            {
                at = end + 1;
                continue;
            }

            _recordLength = end < window.Length ? end + 1 : end;
            _nextLine = Line + lines;
            return Outcome.Complete;
        }
    }

    // A quoted field from its opening quote; "end" is where its delimiter or line break stands.
    private Outcome TryParseQuoted(Span<byte> window, int start, out int end, ref long lines, out FieldError? error)
    {
        error = null;
        var at = start + 1;
        var isEscaped = false;
        while (true)
        {
            var length = window[at..].IndexOf((byte)'"');
            end = at + length;
            if (length < 0 || (end + 1 == window.Length && !_feed.IsEnded))
            {
                if (!_feed.IsEnded)
                {
                    return Outcome.NeedsMore;
                }

                error = new FieldError("", "a quote is not closed", null, "invalid_quotes");
                return Outcome.Broken;
            }

            if (end + 1 < window.Length && window[end + 1] == '"')
            {
                isEscaped = true;
                at = end + 2;
                continue;
            }

            break;
        }

        var content = window[(start + 1)..end];
        lines += content.Count((byte)'\n');
        var after = end + 1;
        if (after < window.Length && window[after] == '\r')
        {
            if (after + 1 == window.Length && !_feed.IsEnded)
            {
                return Outcome.NeedsMore;
            }

            after += after + 1 == window.Length || window[after + 1] == '\n' ? 1 : 0;
        }

        if (after < window.Length && window[after] != _delimiter && window[after] != '\n')
        {
            error = new FieldError("", "text follows a closing quote; quotes inside a field are written twice", null, "invalid_quotes");
            return Outcome.Broken;
        }

        Add(start + 1, content.Length, isEscaped);
        end = after;
        return Outcome.Complete;
    }

    private void Add(int start, int length, bool isEscaped = false)
    {
        if (_fieldCount == _fields.Length)
        {
            Array.Resize(ref _fields, 2 * _fields.Length);
        }

        // A negative length marks doubled quotes until the record is complete: only then may the window be changed.
        _fields[_fieldCount++] = isEscaped ? (start, -length) : (start, length);
    }

    private void Unescape()
    {
        foreach (ref var field in _fields.AsSpan(0, _fieldCount))
        {
            if (field.Length >= 0)
            {
                continue;
            }

            var text = _feed.Window.Slice(field.Start, -field.Length);
            var length = 0;
            for (var i = 0; i < text.Length; i++)
            {
                text[length++] = text[i];
                i += text[i] == '"' ? 1 : 0;
            }

            field.Length = length;
        }
    }

    private void SkipLine()
    {
        _fieldCount = 0;
        _recordLength = 0;
        int length;
        while ((length = _feed.Window.IndexOf((byte)'\n')) < 0 && _feed.Fill())
        {
        }

        _recordLength = length < 0 ? _feed.Window.Length : length + 1;
        _nextLine = Line + 1;
    }
}
