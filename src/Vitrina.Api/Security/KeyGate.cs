using System.Diagnostics;
using System.Globalization;
using System.Threading.RateLimiting;
using Vitrina.Api.Errors;
using Vitrina.Engine;

namespace Vitrina.Api.Security;

/// <summary>Lets a request in: bounded in number, within its key's rate, with a key that may do what it asks for.</summary>
internal sealed class KeyGate : IDisposable
{
    private const int LongestKey = 200;
    private readonly EngineRuntime _runtime;
    private readonly ApiOptions _options;
    private readonly bool _isExposed;
    private readonly PartitionedRateLimiter<string>? _rates;
    private readonly SemaphoreSlim _places;
    private IReadOnlyDictionary<string, ApiKey> _keys;
    private long _loadedAt;

    public KeyGate(EngineRuntime runtime, ApiOptions options, bool isExposed)
    {
        (_runtime, _options, _isExposed) = (runtime, options, isExposed);
        _places = new SemaphoreSlim(options.MaxConcurrentRequests);
        _keys = ApiKeys.Load(runtime.Control);
        _loadedAt = Stopwatch.GetTimestamp();
        if (options.RateLimitPerSecond > 0)
        {
            _rates = PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetTokenBucketLimiter(caller, _ => Bucket(options.RateLimitPerSecond)));
        }
    }

    public bool HasKeys => _keys.Count > 0;

    // Ten refills a second: a burst is evened out, and nobody waits a whole second for the next token.
    private static TokenBucketRateLimiterOptions Bucket(int perSecond) => new()
    {
        TokenLimit = 2 * perSecond,
        TokensPerPeriod = Math.Max(1, perSecond / 10),
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(perSecond >= 10 ? 100 : 1000.0 / perSecond),
        QueueLimit = 0,
    };

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        var needed = NeededBy(http);
        if (needed == ApiScopes.None)
        {
            // Health, the first page, documents: they say nothing that a key should guard.
            await next(http);
            return;
        }

        var key = FindKey(http, out var isWrong);
        using var lease = _rates?.AttemptAcquire(key?.Name is { } name ? "key " + name : "address " + http.Connection.RemoteIpAddress);
        if (lease is { IsAcquired: false })
        {
            await RefuseAsync(http, StatusCodes.Status429TooManyRequests, "rate_limited", string.Create(CultureInfo.InvariantCulture, $"more than {_options.RateLimitPerSecond} requests per second; try again in a second"));
            return;
        }

        if (isWrong || (key is null && MustHaveKey))
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            await RefuseAsync(http, StatusCodes.Status401Unauthorized, isWrong ? "bad_key" : "no_key", isWrong
                ? "the API key is not known here"
                : "send an API key: 'Authorization: Bearer vk_…'; `vitrina keys create` makes one");
            return;
        }

        if (key is not null && !key.Scopes.HasFlag(ApiScopes.Admin) && !key.Scopes.HasFlag(needed))
        {
            await RefuseAsync(http, StatusCodes.Status403Forbidden, "missing_scope", $"the API key lacks the scope '{NameOf(needed)}'");
            return;
        }

        if (!await _places.WaitAsync(0, CancellationToken.None))
        {
            await RefuseAsync(http, StatusCodes.Status429TooManyRequests, "overloaded", "too many requests are in work; try again in a second");
            return;
        }

        try
        {
            await next(http);
        }
        finally
        {
            _places.Release();
        }
    }

    // What forgets to say its scope is for administrators: a gap must not open a door.
    private static ApiScopes NeededBy(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<NeededScope>()?.Scope
        ?? (http.GetEndpoint() is not null && http.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) ? ApiScopes.Admin : ApiScopes.None);

    private bool MustHaveKey => _options.RequireKeys switch
    {
        KeyRequirement.Off => false,
        KeyRequirement.On => true,
        _ => _isExposed || HasKeys,
    };

    private static string NameOf(ApiScopes scope) => char.ToLowerInvariant(scope.ToString()[0]) + scope.ToString()[1..];

    private ApiKey? FindKey(HttpContext http, out bool isWrong)
    {
        isWrong = false;
        if (Stopwatch.GetElapsedTime(Volatile.Read(ref _loadedAt)).TotalMilliseconds >= _options.KeyRefreshMs)
        {
            Volatile.Write(ref _loadedAt, Stopwatch.GetTimestamp());
            Volatile.Write(ref _keys, ApiKeys.Load(_runtime.Control));
        }

        var header = http.Request.Headers.Authorization.ToString();
        if (_options.RequireKeys == KeyRequirement.Off || header.Length == 0)
        {
            return null;
        }

        const string scheme = "Bearer ";
        ApiKey? key = null;
        isWrong = !header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            || header.Length > LongestKey
            || !Volatile.Read(ref _keys).TryGetValue(ApiKeys.HashOf(header[scheme.Length..].Trim()), out key);
        return key;
    }

    private static Task RefuseAsync(HttpContext http, int status, string code, string detail)
    {
        if (status == StatusCodes.Status429TooManyRequests)
        {
            http.Response.Headers.RetryAfter = "1";
        }

        return Problem.WriteAsync(http, new Problem { Status = status, Code = code, Detail = detail }, http.RequestAborted);
    }

    public void Dispose()
    {
        _rates?.Dispose();
        _places.Dispose();
    }
}

/// <summary>The server would be reachable from elsewhere without any API key: it does not start.</summary>
/// <param name="url">The address.</param>
public sealed class UnprotectedServerException(string url) : Exception(
    $"'{url}' can be reached from other machines, and there is no API key. Make one with `vitrina keys create --name NAME --scopes read,writeEvents,writeCatalog,admin`, "
    + "listen at 127.0.0.1, or set Api:RequireKeys to off when something in front of the server checks who calls.")
{
    /// <summary>The address.</summary>
    public string Url { get; } = url;
}
