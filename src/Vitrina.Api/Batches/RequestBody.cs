using System.Buffers;
using System.Net.Http.Headers;
using Vitrina.Api.Errors;

namespace Vitrina.Api.Batches;

/// <summary>A request's body in memory, from the array pool.</summary>
internal sealed class RequestBody : IDisposable
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];
    private readonly BodyReader _reader;
    private byte[] _bytes;
    private int _length;

    public RequestBody(BodyReader reader, int capacity)
    {
        _reader = reader;
        reader.Reserve(capacity);
        _bytes = ArrayPool<byte>.Shared.Rent(capacity);
        Reserved = capacity;
    }

    private int Reserved { get; set; }

    public ReadOnlyMemory<byte> Bytes => _bytes.AsSpan(0, _length).StartsWith(ByteOrderMark) ? _bytes.AsMemory(3, _length - 3) : _bytes.AsMemory(0, _length);

    public Memory<byte> Free()
    {
        if (_length == _bytes.Length)
        {
            _reader.Reserve(_bytes.Length);
            Reserved += _bytes.Length;
            var larger = ArrayPool<byte>.Shared.Rent(2 * _bytes.Length);
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsMemory(_length);
    }

    public void Advance(int count) => _length += count;

    public void Dispose()
    {
        _reader.Release(Reserved);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
    }
}

/// <summary>Reads bodies whole, within the bound on all bodies together.</summary>
internal sealed class BodyReader(ApiOptions options)
{
    private const int SmallestBuffer = 4096;
    private const int LargestFirstBuffer = 1 << 20;
    private long _buffered;

    public void Reserve(long bytes)
    {
        if (Interlocked.Add(ref _buffered, bytes) > options.MaxBufferedBytes)
        {
            Interlocked.Add(ref _buffered, -bytes);
            throw new ProblemException(StatusCodes.Status429TooManyRequests, "overloaded", "too many large bodies are in work; try again in a second");
        }
    }

    public void Release(long bytes) => Interlocked.Add(ref _buffered, -bytes);

    /// <summary>Reads the whole body of a JSON request.</summary>
    public async Task<RequestBody> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        RequireJson(http.Request);
        var expected = http.Request.ContentLength ?? SmallestBuffer;
        var body = new RequestBody(this, (int)Math.Clamp(expected + 1, SmallestBuffer, LargestFirstBuffer));
        try
        {
            while (true)
            {
                var count = await http.Request.Body.ReadAsync(body.Free(), cancellationToken);
                if (count == 0)
                {
                    return body;
                }

                body.Advance(count);
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>True when the body is one JSON document per line.</summary>
    public static bool IsLines(HttpRequest request) => MediaTypeOf(request) is "application/x-ndjson" or "application/jsonl" or "application/x-jsonlines" or "application/ndjson";

    private static string? MediaTypeOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? type.MediaType?.ToLowerInvariant() : null;

    private static void RequireJson(HttpRequest request)
    {
        var type = MediaTypeOf(request);
        var isJson = string.IsNullOrEmpty(request.ContentType) || type is "application/json" or "text/json" || (type?.EndsWith("+json", StringComparison.Ordinal) ?? false);
        if (!isJson)
        {
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "the body must be application/json (batches also application/x-ndjson), in UTF-8", "Content-Type");
        }
    }
}
