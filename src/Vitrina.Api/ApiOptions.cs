using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Vitrina.Api;

/// <summary>When a request must carry an API key.</summary>
public enum KeyRequirement
{
    /// <summary>When the server is bound beyond loopback, or when any key exists.</summary>
    Auto,

    /// <summary>Always.</summary>
    On,

    /// <summary>Never: something in front of the server checks who calls.</summary>
    Off,
}

/// <summary>Options of the HTTP API. Section of the configuration: <c>Api</c>.</summary>
public sealed class ApiOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Api";

    /// <summary>Where to listen; several addresses are separated by semicolons; default <c>http://127.0.0.1:5080</c>: nobody else can reach it until keys are made.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Url { get; init; } = "http://127.0.0.1:5080";

    /// <summary>Bytes of a request's body, NDJSON streams excepted; default 32 MB: 10,000 items of 3 KB.</summary>
    [Range(1024, 1 << 30)]
    public long MaxBodyBytes { get; init; } = 32L << 20;

    /// <summary>Bytes of an NDJSON stream; default 4 GB: some ten million events. Lines are taken as they come, so memory does not grow with it.</summary>
    [Range(1024, long.MaxValue)]
    public long MaxStreamBytes { get; init; } = 4L << 30;

    /// <summary>Bytes of bodies that all requests together may hold in memory; default 512 MB. Beyond it: 429.</summary>
    [Range(1 << 20, long.MaxValue)]
    public long MaxBufferedBytes { get; init; } = 512L << 20;

    /// <summary>Documents of one JSON batch; default 10,000: an answer is due for the batch as a whole. NDJSON streams have no such bound.</summary>
    [Range(1, 1_000_000)]
    public int MaxBatch { get; init; } = 10_000;

    /// <summary>Candidates that a request may bring along; default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxItems { get; init; } = 10_000;

    /// <summary>Characters of a query; default 1,000: nobody types more, and analysis costs time by the character.</summary>
    [Range(16, 100_000)]
    public int MaxQueryLength { get; init; } = 1_000;

    /// <summary>Requests in work at a time; default 256. Beyond it: 429, instead of a queue whose callers have gone.</summary>
    [Range(1, 100_000)]
    public int MaxConcurrentRequests { get; init; } = 256;

    /// <summary>Open connections; default 5,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; init; } = 5_000;

    /// <summary>Requests per second and key (or address, without keys), with bursts of twice as many; default 10,000: stops a client that runs wild, not one that works. 0 = no limit.</summary>
    [Range(0, 10_000_000)]
    public int RateLimitPerSecond { get; init; } = 10_000;

    /// <summary>How long a ranking may take, milliseconds; default 5,000. A hard stop above the surfaces' own deadlines, which answer with what they have.</summary>
    [Range(1, 600_000)]
    public int RequestDeadlineMs { get; init; } = 5_000;

    /// <summary>How long looking up a recorded ranking may take, milliseconds; default 15,000: ids from elsewhere cost a walk over the journal.</summary>
    [Range(1, 600_000)]
    public int LookupDeadlineMs { get; init; } = 15_000;

    /// <summary>When a request must carry an API key; default <see cref="KeyRequirement.Auto"/>.</summary>
    public KeyRequirement RequireKeys { get; init; } = KeyRequirement.Auto;

    /// <summary>How long a changed key may go unnoticed, milliseconds; default 2,000.</summary>
    [Range(0, 60_000)]
    public int KeyRefreshMs { get; init; } = 2_000;

    /// <summary>Finished jobs that are remembered; default 500.</summary>
    [Range(1, 100_000)]
    public int KeptJobs { get; init; } = 500;

    /// <summary>How long requests in work may take to finish when the server stops, seconds; default 20.</summary>
    [Range(0, 600)]
    public int ShutdownSeconds { get; init; } = 20;

    /// <summary>Registers the options: bound strictly to the section <c>Api</c> and checked when the host starts.</summary>
    public static void Register(IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<ApiOptions>()
            .Bind(configuration.GetSection(Section), binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations()
            .ValidateOnStart();
    }

    /// <summary>Reads the options from a configuration.</summary>
    /// <exception cref="OptionsValidationException">A value is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The section has a key that is no option, or a value of the wrong kind.</exception>
    public static ApiOptions Read(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        Register(services, configuration);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<ApiOptions>>().Value;
    }

    /// <summary>Checks options that were made in code.</summary>
    /// <exception cref="OptionsValidationException">A value is out of its range.</exception>
    public void Validate()
    {
        var wrong = new List<ValidationResult>();
        if (!Validator.TryValidateObject(this, new ValidationContext(this), wrong, validateAllProperties: true))
        {
            throw new OptionsValidationException(Section, typeof(ApiOptions), wrong.Select(result => $"{Section}: {result.ErrorMessage}"));
        }
    }
}
