using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Vitrina.Engine;

namespace Vitrina.Learning.Batches;

/// <summary>Writes answers as lines.</summary>
internal sealed class BatchWriter(BatchFormat format)
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ArrayBufferWriter<byte> _bytes = new(1 << 16);

    public ReadOnlySpan<byte> Header => format == BatchFormat.Csv ? "user,position,candidate,score\n"u8 : [];

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Clear() => _bytes.ResetWrittenCount();

    public void Add(string user, bool? isColdStart, IReadOnlyList<RankedCandidate> page, bool withReasons)
    {
        if (format == BatchFormat.Jsonl)
        {
            AddJson(user, isColdStart, page, withReasons);
            return;
        }

        for (var place = 0; place < page.Count; place++)
        {
            AddCell(user);
            _bytes.Write(","u8);
            Utf8Formatter.TryFormat(place + 1, _bytes.GetSpan(16), out var length);
            _bytes.Advance(length);
            _bytes.Write(","u8);
            AddCell(page[place].Id);
            _bytes.Write(","u8);
            Utf8Formatter.TryFormat(page[place].Score, _bytes.GetSpan(32), out length);
            _bytes.Advance(length);
            _bytes.Write("\n"u8);
        }
    }

    private void AddCell(string text)
    {
        if (text.AsSpan().ContainsAny(",\"\n\r"))
        {
            text = $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        }

        _bytes.Advance(Encoding.UTF8.GetBytes(text, _bytes.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
    }

    private void AddJson(string user, bool? isColdStart, IReadOnlyList<RankedCandidate> page, bool withReasons)
    {
        using var json = new Utf8JsonWriter(_bytes, s_options);
        json.WriteStartObject();
        json.WriteString("user", user);
        if (isColdStart is { } cold)
        {
            json.WriteBoolean("coldStart", cold);
        }

        json.WriteStartArray("answers");
        foreach (var candidate in page)
        {
            json.WriteStartObject();
            json.WriteString("id", candidate.Id);
            json.WriteNumber("score", candidate.Score);
            if (withReasons)
            {
                json.WriteStartArray("reasons");
                foreach (var reason in candidate.Reasons)
                {
                    json.WriteStringValue(reason);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        _bytes.Write("\n"u8);
    }
}
