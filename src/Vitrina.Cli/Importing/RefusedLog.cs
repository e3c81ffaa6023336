using System.Text.Encodings.Web;
using System.Text.Json;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Importing;

/// <summary>Counts refused records, keeps the first of them and writes all of them to a file, one JSON object a line.</summary>
internal sealed class RefusedLog(string? path, int kept) : IDisposable
{
    private readonly List<RefusedLine> _lines = [];
    private readonly Dictionary<string, long> _byCode = new(StringComparer.Ordinal);
    private FileStream? _file;

    public IReadOnlyList<RefusedLine> Lines => _lines;

    public IReadOnlyDictionary<string, long> ByCode => _byCode;

    public long Count { get; private set; }

    public void Add(string file, long line, in FieldError error)
    {
        Count++;
        _byCode[error.Code] = _byCode.GetValueOrDefault(error.Code) + 1;
        var why = error.Suggestion is null ? error.Message : $"{error.Message}; did you mean '{error.Suggestion}'?";
        var refused = new RefusedLine(file, line, error.Field, error.Code, why);
        if (_lines.Count < kept)
        {
            _lines.Add(refused);
        }

        if (path is not null)
        {
            Write(refused);
        }
    }

    private void Write(in RefusedLine refused)
    {
        // Opened late: an import without mistakes leaves no empty file.
        _file ??= new FileStream(path!, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        using (var json = new Utf8JsonWriter(_file, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("file", refused.File);
            json.WriteNumber("line", refused.Line);
            json.WriteString("field", refused.Field);
            json.WriteString("code", refused.Code);
            json.WriteString("why", refused.Why);
            json.WriteEndObject();
        }

        _file.WriteByte((byte)'\n');
    }

    public void Dispose() => _file?.Dispose();
}
