using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Vitrina.Api.Errors;
using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;

namespace Vitrina.Api.Batches;

/// <summary>Makes a journal entry of one document.</summary>
/// <param name="utf8">The document.</param>
/// <param name="entry">The entry, when the document is accepted.</param>
/// <param name="id">What the document is about, when it could be read.</param>
/// <param name="error">Why it is refused.</param>
internal delegate bool DocumentReader(ReadOnlySpan<byte> utf8, out PendingEntry entry, out string? id, out FieldError error);

/// <summary>Takes batches of documents: one object, an array, a named array in an object, or NDJSON; answers with an outcome per document.</summary>
internal sealed class BatchIntake(EngineRuntime runtime, ApiOptions options, BodyReader bodies)
{
    private const int ChunkEntries = 2_000;
    private const int ChunkBytes = 1 << 20;
    private const int DeepestNesting = 64;

    /// <summary>Takes the request's body.</summary>
    /// <param name="http">The request.</param>
    /// <param name="listField">The field of an object that holds the batch, such as <c>events</c>.</param>
    /// <param name="read">Reads one document.</param>
    /// <param name="status">The status of success.</param>
    public async Task<IResult> TakeAsync(HttpContext http, string listField, DocumentReader read, int status)
    {
        var isLines = BodyReader.IsLines(http.Request);
        var run = new Run(runtime.Writer, read, new BatchTally(isLines, http.Request.Query["outcomes"] == "all"), Math.Min(ChunkEntries, runtime.Options.Journal.MaxQueuedEntries), http.RequestAborted);
        try
        {
            if (isLines)
            {
                if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                {
                    size.MaxRequestBodySize = options.MaxStreamBytes;
                }

                await TakeLinesAsync(http.Request.BodyReader, run, http.RequestAborted);
            }
            else
            {
                await TakeDocumentsAsync(http, listField, run);
            }

            await run.FinishAsync();
        }
        catch (Exception exception) when (exception is JournalOverloadedException or JournalUnavailableException or BadHttpRequestException && run.HasBegun)
        {
            await run.SettleAsync();
            if (ProblemHandler.RetryAfterOf(exception) is { } wait)
            {
                http.Response.Headers.RetryAfter = wait.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            return new ProblemResult(run.Tally.Broken(ProblemHandler.Of(exception, http), run.ResumeFrom));
        }

        if (http.Request.Query["wait"] == "visible" && run.Tally.Sequence > 0)
        {
            await runtime.WaitForAsync(run.Tally.Sequence, http.RequestAborted);
        }

        return run.Tally.ToResult(status);
    }

    /// <summary>Takes one document that the address names.</summary>
    public async Task<IResult> TakeOneAsync(HttpContext http, DocumentReader read, int status)
    {
        using var body = await bodies.ReadAsync(http, http.RequestAborted);
        return await TakeOneAsync(http, body.Bytes, read, status);
    }

    /// <summary>Takes one document.</summary>
    public async Task<IResult> TakeOneAsync(HttpContext http, ReadOnlyMemory<byte> document, DocumentReader read, int status)
    {
        var run = new Run(runtime.Writer, read, new BatchTally(isLines: false, listsAll: true), 1, http.RequestAborted);
        await run.AddAsync(document, 0);
        await run.FinishAsync();
        if (http.Request.Query["wait"] == "visible" && run.Tally.Sequence > 0)
        {
            await runtime.WaitForAsync(run.Tally.Sequence, http.RequestAborted);
        }

        return run.Tally.ToResult(status);
    }

    private async Task TakeDocumentsAsync(HttpContext http, string listField, Run run)
    {
        using var body = await bodies.ReadAsync(http, http.RequestAborted);
        var places = SplitOrRefuse(body.Bytes.Span, listField);
        for (var i = 0; i < places.Count; i++)
        {
            await run.AddAsync(body.Bytes[places[i]], i);
        }

        // The body's memory goes back to the pool: nothing may still point into it.
        await run.FinishAsync();
    }

    private List<Range> SplitOrRefuse(ReadOnlySpan<byte> utf8, string listField)
    {
        try
        {
            return Split(utf8, listField);
        }
        catch (InvalidOperationException)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "invalid_text", "the body holds text that is not valid Unicode");
        }
    }

    // The whole text is checked before anything of it is taken: a batch that is not JSON changes nothing.
    private List<Range> Split(ReadOnlySpan<byte> utf8, string listField)
    {
        var json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DeepestNesting });
        json.Read();
        List<Range> places;
        if (json.TokenType == JsonTokenType.StartArray)
        {
            places = Elements(ref json);
        }
        else if (json.TokenType == JsonTokenType.StartObject && HasOnly(json, listField))
        {
            json.Read();
            json.Read();
            places = Elements(ref json);
            json.Read();
        }
        else
        {
            json.Skip();
            places = [new Range(0, utf8.Length)];
        }

        if (json.Read())
        {
            throw new JsonException("there is something after the document");
        }

        return places;
    }

    private static bool HasOnly(Utf8JsonReader json, string listField)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals(listField))
        {
            return false;
        }

        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "wrong_type", $"{listField} must be a list of objects", listField);
        }

        json.Skip();
        json.Read();
        return json.TokenType == JsonTokenType.EndObject
            ? true
            : throw new ProblemException(StatusCodes.Status400BadRequest, "unknown_field", $"beside {listField} there must be no other field");
    }

    private List<Range> Elements(ref Utf8JsonReader json)
    {
        var places = new List<Range>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)json.TokenStartIndex;
            json.Skip();
            if (places.Count == options.MaxBatch)
            {
                throw new ProblemException(
                    StatusCodes.Status400BadRequest, "too_many", $"a batch has at most {options.MaxBatch} documents; send several, or NDJSON (application/x-ndjson)");
            }

            places.Add(new Range(start, (int)json.BytesConsumed));
        }

        return places;
    }

    private static async Task TakeLinesAsync(PipeReader reader, Run run, CancellationToken cancellation)
    {
        var longest = DocumentLimits.Default.MaxDocumentBytes;
        long line = 1;
        var isSkipping = false;
        while (true)
        {
            var result = await reader.ReadAsync(cancellation);
            var buffer = result.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                if (!isSkipping)
                {
                    await run.AddLineAsync(buffer.Slice(0, end), line, longest);
                }

                isSkipping = false;
                line++;
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }

            if (buffer.Length > longest && !isSkipping)
            {
                // The rest of this line is passed over: memory stays bounded whatever is sent.
                run.RefuseLong(line, longest);
                isSkipping = true;
            }

            if (result.IsCompleted)
            {
                if (!isSkipping)
                {
                    await run.AddLineAsync(buffer, line, longest);
                }

                reader.AdvanceTo(buffer.End);
                return;
            }

            reader.AdvanceTo(isSkipping ? buffer.End : buffer.Start, buffer.End);
        }
    }

    /// <summary>One batch on its way into the journal, in chunks: while one becomes durable the next is read.</summary>
    private sealed class Run(JournalWriter writer, DocumentReader read, BatchTally tally, int chunkEntries, CancellationToken cancellation)
    {
        private List<PendingEntry> _entries = [];
        private List<(long Place, string? Id)> _places = [];
        private List<(long Place, string? Id)> _sentPlaces = [];
        private Task<AppendResult>? _sent;
        private long _bytes;

        public BatchTally Tally { get; } = tally;

        public bool HasBegun { get; private set; }

        public long ResumeFrom { get; private set; }

        public ValueTask AddLineAsync(in ReadOnlySequence<byte> line, long number, int longest)
        {
            if (line.Length > longest)
            {
                RefuseLong(number, longest);
                return ValueTask.CompletedTask;
            }

            if (line.IsSingleSegment)
            {
                return AddTrimmed(line.First.Span, number);
            }

            var rented = ArrayPool<byte>.Shared.Rent((int)line.Length);
            line.CopyTo(rented);
            var done = AddTrimmed(rented.AsSpan(0, (int)line.Length), number);
            ArrayPool<byte>.Shared.Return(rented);
            return done;
        }

        private ValueTask AddTrimmed(ReadOnlySpan<byte> line, long number)
        {
            line = line.TrimEnd("\r \t"u8).TrimStart(" \t"u8);
            if (number == 1 && line.StartsWith(Encoding.UTF8.Preamble))
            {
                line = line[Encoding.UTF8.Preamble.Length..];
            }

            return line.IsEmpty ? ValueTask.CompletedTask : Add(line, number);
        }

        public ValueTask AddAsync(ReadOnlyMemory<byte> document, long place) => Add(document.Span, place);

        public void RefuseLong(long number, int longest)
        {
            HasBegun = true;
            Tally.Refuse(number, null, new FieldError("", $"the document is longer than {longest} bytes", null, "too_long"));
        }

        private ValueTask Add(ReadOnlySpan<byte> utf8, long place)
        {
            HasBegun = true;
            if (!read(utf8, out var entry, out var id, out var error))
            {
                Tally.Refuse(place, id, error);
                return ValueTask.CompletedTask;
            }

            _entries.Add(entry);
            _places.Add((place, id));
            _bytes += entry.Payload.Length;
            return _entries.Count >= chunkEntries || _bytes >= ChunkBytes ? SendAsync() : ValueTask.CompletedTask;
        }

        private async ValueTask SendAsync()
        {
            await ReceiveAsync();
            ResumeFrom = _places[0].Place;
            _sent = writer.AppendAsync(_entries, cancellation).AsTask();
            _sentPlaces = _places;
            (_entries, _places, _bytes) = ([], [], 0);
        }

        private async ValueTask ReceiveAsync()
        {
            if (_sent is null)
            {
                return;
            }

            var sent = _sent;
            _sent = null;
            var result = await sent;
            Tally.Sequence = Math.Max(Tally.Sequence, result.LastSequence);
            for (var i = 0; i < _sentPlaces.Count; i++)
            {
                var (place, id) = _sentPlaces[i];
                if (result.Duplicate is { } duplicate && duplicate[i])
                {
                    Tally.Repeat(place, id);
                }
                else
                {
                    Tally.Accept(place, id);
                }
            }
        }

        public async Task FinishAsync()
        {
            if (_entries.Count > 0)
            {
                await SendAsync();
            }

            await ReceiveAsync();
        }

        /// <summary>After a failure: counts the chunk that was on its way, if it arrived.</summary>
        public async Task SettleAsync()
        {
            try
            {
                await ReceiveAsync();
                ResumeFrom = _places.Count > 0 ? _places[0].Place : ResumeFrom;
            }
            catch (Exception exception) when (exception is JournalUnavailableException or OperationCanceledException)
            {
                // Not acknowledged: not counted.
            }
        }
    }
}
