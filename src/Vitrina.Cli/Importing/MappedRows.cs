using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Importing;

/// <summary>Takes a document that was made from a row.</summary>
/// <param name="document">The document, valid during the call.</param>
/// <param name="line">The line on which its row begins.</param>
internal delegate void DocumentTaker(ReadOnlySpan<byte> document, long line);

/// <summary>Takes a row that cannot become a document.</summary>
internal delegate void RefusalTaker(in FieldError error, long line);

/// <summary>Makes the documents of one file: a mapping bound to the file's columns.</summary>
internal sealed class MappedRows : IDisposable
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly RowMapping _mapping;
    private readonly RowReader _rows;
    private readonly RowView _view;
    private readonly List<RowValue> _values = [];
    private readonly List<(int Column, byte[][] Accepted)> _conditions = [];
    private readonly int[] _dedupe;
    private readonly HashSet<UInt128> _seen;
    private readonly int[] _exploded = [];
    private readonly byte[] _separator = [];
    private readonly ArrayBufferWriter<byte> _document = new(4096);
    private readonly Utf8JsonWriter _json;

    /// <summary>Binds a mapping.</summary>
    /// <param name="mapping">The mapping.</param>
    /// <param name="rows">The opened file.</param>
    /// <param name="path">The file, read once more where a base date needs it.</param>
    /// <param name="format">How the file is written.</param>
    /// <param name="seen">The dedupe keys of the files before it of the same entry.</param>
    /// <exception cref="InvalidDataException">The file lacks a column.</exception>
    public MappedRows(RowMapping mapping, RowReader rows, string path, ImportFormat format, HashSet<UInt128> seen)
    {
        (_mapping, _rows, _seen) = (mapping, rows, seen);
        _view = new RowView(rows);
        _json = new Utf8JsonWriter(_document, WriterOptions);
        foreach (var field in mapping.Fields)
        {
            _values.Add(Bind(field, path, format));
        }

        foreach (var (column, condition) in mapping.Declaration.Where)
        {
            var accepted = condition.Kind == DeclarationNodeKind.List ? condition.Elements.Select(element => element.Text)
                : condition is { Text: "notEmpty", IsQuoted: false } ? [] : [condition.Text];
            _conditions.Add((Column(column), [.. accepted.Select(Encoding.UTF8.GetBytes)]));
        }

        _dedupe = [.. mapping.Declaration.Dedupe.Select(Column)];
        if (mapping.Declaration.Explode is { } explode)
        {
            _exploded = [Column(explode.Column), .. explode.With.Select(Column)];
            _separator = Encoding.UTF8.GetBytes(explode.Split);
        }
    }

    /// <summary>Rows and elements that dedupe left out.</summary>
    public long LeftOut { get; private set; }

    private RowValue Bind(MappedField field, string path, ImportFormat format)
    {
        var value = field.Value;
        string[] names = value.Column is { } column ? [column]
            : value.PositionOf is { } wanted ? [wanted, value.In!]
            : [.. value.Hash ?? value.Join ?? value.Point ?? []];
        var otherwise = value.Otherwise is { } other ? Column(other) : -1;
        return new RowValue(field.Path, field.Shape, value, [.. names.Select(Column)], otherwise, BaseDaysOf(value.BaseDate, path, format));
    }

    private int Column(string name)
    {
        var column = _rows.Find(name);
        if (column >= 0)
        {
            return column;
        }

        var nearest = NearestName.Find(name, _rows.Columns) is { } near ? $"; did you mean '{near}'?" : "";
        throw new InvalidDataException($"there is no column '{name}'; columns are {string.Join(", ", _rows.Columns)}{nearest}");
    }

    private BaseDays? BaseDaysOf(BaseDateDeclaration? declaration, string path, ImportFormat format)
    {
        if (declaration is null)
        {
            return null;
        }

        int? fixedDay = declaration.Date is { } date ? DateOnly.ParseExact(date, "yyyy-MM-dd").DayNumber : null;
        if (declaration.EarliestOf is not { } words)
        {
            return new BaseDays(fixedDay, declaration.Year);
        }

        var earliest = new Dictionary<UInt128, int>();
        using var input = InputFile.Open(path);
        var rows = RowReader.Open(input.Content, format);
        var view = new RowView(rows);
        var dated = rows.Find(words);
        if (dated < 0)
        {
            throw new InvalidDataException($"there is no column '{words}'; columns are {string.Join(", ", rows.Columns)}");
        }

        int[] keyColumns = [.. declaration.Per.Select(rows.Find)];
        int[] ownColumns = [.. declaration.Per.Select(Column)];
        var before = (int)declaration.Minus.TotalDays;
        while (rows.Read(out var error))
        {
            if (error is null && RussianDelivery.ParseDate(rows[dated], declaration.Year!.Value) is { } day)
            {
                var key = RowKey.Of(view, keyColumns);
                earliest[key] = earliest.TryGetValue(key, out var known) ? Math.Min(known, day - before) : day - before;
            }
        }

        return new BaseDays(earliest, ownColumns, fixedDay, declaration.Year);
    }

    /// <summary>Steps to the next row and makes its documents.</summary>
    /// <returns>False at the end of the file.</returns>
    public bool Read(DocumentTaker take, RefusalTaker refuse)
    {
        if (!_rows.Read(out var error))
        {
            return false;
        }

        if (error is { } broken)
        {
            refuse(in broken, _rows.Line);
            return true;
        }

        if (!IsWanted())
        {
            return true;
        }

        if (_exploded.Length == 0)
        {
            Make(take, refuse);
        }
        else
        {
            Explode(take, refuse);
        }

        return true;
    }

    private bool IsWanted()
    {
        foreach (var (column, accepted) in _conditions)
        {
            var text = _rows[column];
            var isAccepted = accepted.Length == 0 && !text.IsEmpty;
            foreach (var value in accepted)
            {
                isAccepted |= text.SequenceEqual(value);
            }

            if (!isAccepted)
            {
                return false;
            }
        }

        return true;
    }

    private void Explode(DocumentTaker take, RefusalTaker refuse)
    {
        Span<int> starts = stackalloc int[_exploded.Length];
        starts.Clear();
        if (_rows[_exploded[0]].IsEmpty)
        {
            return;
        }

        while (true)
        {
            var isLast = false;
            for (var i = 0; i < _exploded.Length; i++)
            {
                var list = _rows[_exploded[i]];
                if (starts[i] > list.Length)
                {
                    var error = new FieldError(
                        _mapping.Declaration.Explode!.With[i - 1], $"holds fewer elements than '{_mapping.Declaration.Explode.Column}'", null, "wrong_length");
                    refuse(in error, _rows.Line);
                    return;
                }

                var length = list[starts[i]..].IndexOf(_separator);
                isLast |= i == 0 && length < 0;
                length = length < 0 ? list.Length - starts[i] : length;
                _view.SetElement(_exploded[i], starts[i], length);
                starts[i] += length + _separator.Length;
            }

            if (!_view[_exploded[0]].IsEmpty)
            {
                Make(take, refuse);
            }

            if (isLast)
            {
                return;
            }
        }
    }

    private void Make(DocumentTaker take, RefusalTaker refuse)
    {
        if (_dedupe.Length > 0 && !_seen.Add(RowKey.Of(_view, _dedupe)))
        {
            LeftOut++;
            return;
        }

        _document.ResetWrittenCount();
        _json.Reset();
        try
        {
            if (Write() is { } error)
            {
                refuse(in error, _rows.Line);
                return;
            }
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            var error = new FieldError("", "the row's text is not valid JSON where JSON is expected: " + exception.Message, null, "invalid_json");
            refuse(in error, _rows.Line);
            return;
        }

        take(_document.WrittenSpan, _rows.Line);
    }

    private FieldError? Write()
    {
        var group = "";
        _json.WriteStartObject();
        for (var i = 0; i < _values.Count; i++)
        {
            var field = _mapping.Fields[i];
            if (field.Group != group)
            {
                if (group.Length > 0)
                {
                    _json.WriteEndObject();
                }

                group = field.Group;
                _json.WriteStartObject(group);
            }

            if (_values[i].Write(_json, _view) is { } error)
            {
                return error;
            }
        }

        if (group.Length > 0)
        {
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
        _json.Flush();
        return null;
    }

    public void Dispose() => _json.Dispose();
}
