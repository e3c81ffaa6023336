using System.Text.Json;
using Vitrina.Engine;

namespace Vitrina.Api.Offers;

/// <summary>The jobs that are steps of the offers' life cycle. They run in the server itself: each is one entry of its journal.</summary>
public static class OffersJobs
{
    private const string VerticalOption = "vertical";

    /// <summary>The kinds of jobs.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["init", "update"];

    /// <summary>Runs a step for one vertical, or for all that keep offers.</summary>
    /// <param name="runtime">The engine.</param>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="options"><c>vertical</c>: one of them.</param>
    /// <param name="author">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait, not the step that has begun.</param>
    /// <returns>What it left: <c>{"verticals": […]}</c>.</returns>
    /// <exception cref="OffersRefusedException">The vertical keeps no offers, or an option is unknown.</exception>
    public static async Task<JsonElement> RunAsync(EngineRuntime runtime, string kind, IReadOnlyDictionary<string, string> options, string author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Keys.FirstOrDefault(option => option != VerticalOption) is { } unknown)
        {
            throw new OffersRefusedException("unknown_option", $"the job {kind} has no option '{unknown}'; it has {VerticalOption}");
        }

        var summaries = new List<OffersSummary>();
        foreach (var vertical in options.TryGetValue(VerticalOption, out var named) ? [named] : runtime.OfferVerticals)
        {
            summaries.Add(kind == "init" ? await runtime.InitOffersAsync(vertical, author, cancellationToken) : await runtime.UpdateOffersAsync(vertical, author, cancellationToken));
        }

        return JsonSerializer.SerializeToElement(new { verticals = summaries }, ApiJson.Options);
    }
}
