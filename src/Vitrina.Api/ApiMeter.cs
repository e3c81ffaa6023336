using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Vitrina.Api;

/// <summary>The meter <c>Vitrina.Api</c>: how long requests and rankings take. Collected by any OpenTelemetry listener.</summary>
internal sealed class ApiMeter : IDisposable
{
    private readonly Meter _meter = new("Vitrina.Api");
    private readonly Histogram<double> _requests;
    private readonly Histogram<double> _rankings;

    public ApiMeter()
    {
        _requests = _meter.CreateHistogram<double>("vitrina.api.request.duration", "s", "From the first byte of a request to its answer, by route and status.");
        _rankings = _meter.CreateHistogram<double>("vitrina.api.ranking.duration", "s", "Time in which a ranking was made, by vertical and surface.");
    }

    public void Answered(string route, int status, TimeSpan elapsed) =>
        _requests.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("route", route), new KeyValuePair<string, object?>("status", status));

    public void Ranked(string vertical, string surface, TimeSpan elapsed, bool isDegraded)
    {
        var tags = new TagList { { "vertical", vertical }, { "surface", surface }, { "degraded", isDegraded } };
        _rankings.Record(elapsed.TotalSeconds, tags);
    }

    public void Dispose() => _meter.Dispose();
}
