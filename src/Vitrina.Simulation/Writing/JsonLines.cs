using System.Buffers;
using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vitrina.Simulation.Writing;

/// <summary>A file of JSON objects, one a line, UTF-8 with readable Cyrillic; compressed when its name ends in .gz.</summary>
/// <remarks>Buffers 128 KiB. Not for concurrent use.</remarks>
internal sealed class JsonLines : IAsyncDisposable
{
    private const int FlushSize = 128 * 1024;
    private readonly ArrayBufferWriter<byte> _buffer = new(FlushSize + 16 * 1024);
    private readonly Stream _stream;

    public JsonLines(string path)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1);
        _stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        Line = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    /// <summary>Where the present line is written; the caller opens and closes its object.</summary>
    public Utf8JsonWriter Line { get; }

    /// <summary>Ends the line.</summary>
    public void End()
    {
        Line.Flush();
        Line.Reset();
        _buffer.Write("\n"u8);
        if (_buffer.WrittenCount >= FlushSize)
        {
            WriteOut();
        }
    }

    public async ValueTask DisposeAsync()
    {
        WriteOut();
        await Line.DisposeAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private void WriteOut()
    {
        _stream.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }
}
