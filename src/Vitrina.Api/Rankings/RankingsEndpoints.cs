using Vitrina.Api.Errors;
using Vitrina.Api.Experiments;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Ranking.Recording;

namespace Vitrina.Api.Rankings;

/// <summary>A recorded answer.</summary>
public sealed record RecordedRanking
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The surface.</summary>
    public required string Surface { get; init; }

    /// <summary>When it was answered.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The journal sequence that it saw.</summary>
    public required long AsOf { get; init; }

    /// <summary><c>served</c> here, <c>imported</c>, or <c>reconstructed</c>.</summary>
    public required RankingOrigin Origin { get; init; }

    /// <summary>The model that scored, as name/version.</summary>
    public string? Model { get; init; }

    /// <summary>Who asked.</summary>
    public string? User { get; init; }

    /// <summary>The visit.</summary>
    public string? Session { get; init; }

    /// <summary>The query.</summary>
    public string? Query { get; init; }

    /// <summary>The seed of everything random in it.</summary>
    public required ulong Seed { get; init; }

    /// <summary>What was left out under pressure.</summary>
    public required IReadOnlyList<string> Degraded { get; init; }

    /// <summary>What the caller said about the request.</summary>
    public required IReadOnlyDictionary<string, string> Context { get; init; }

    /// <summary>The experiments that it belonged to.</summary>
    public required IReadOnlyList<AssignmentAnswer> Assignments { get; init; }

    /// <summary>The shown items, in order.</summary>
    public required IReadOnlyList<RecordedItem> Items { get; init; }

    /// <summary>True when the query named one exact thing, so that only exact matches were shown.</summary>
    public required bool Exact { get; init; }

    /// <summary>True when nothing answered the query.</summary>
    public required bool NothingFound { get; init; }

    /// <summary>The analogs of the section <c>similar</c>, in order; their places go on behind those of <c>items</c>.</summary>
    public required IReadOnlyList<string> Similar { get; init; }

    /// <summary>In shadow mode: the list that this engine would have shown, best first; else empty.</summary>
    public required IReadOnlyList<string> Counter { get; init; }

    /// <summary>The version that scored in shadow, as name/version; absent when none did, or its scores were not kept.</summary>
    public string? ShadowModel { get; init; }

    /// <summary>Candidates that were not shown, each with its reason.</summary>
    public required IReadOnlyList<UnshownItem> Unshown { get; init; }
}

/// <summary>One shown item of a recorded answer.</summary>
public sealed record RecordedItem
{
    /// <summary>The item.</summary>
    public required string Id { get; init; }

    /// <summary>Its place, from 1.</summary>
    public required int Position { get; init; }

    /// <summary>The score that ordered it.</summary>
    public double? Score { get; init; }

    /// <summary>The score that the version in shadow gave it; absent without one.</summary>
    public double? ShadowScore { get; init; }

    /// <summary>Its place among the shown items by that score, from 1; absent without one.</summary>
    public int? ShadowPosition { get; init; }

    /// <summary>The probability of this item at its place given those above; 1 for fixed places.</summary>
    public double? Propensity { get; init; }

    /// <summary>The sources that found it.</summary>
    public required IReadOnlyList<string> Sources { get; init; }
}

/// <summary><c>GET /v1/rankings/{id}</c>: what was answered, and why an item was not.</summary>
internal sealed class RankingsEndpoints(EngineRuntime runtime, ApiOptions options) : IDisposable
{
    private const int Tries = 20;
    private const int PauseMs = 25;
    private const int LongestId = 128;
    private readonly SemaphoreSlim _walks = new(1);

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/rankings/{id}", GetAsync).WithTags("Ranking").WithSummary("Read a recorded answer")
        .WithDescription("With the reasons of candidates that were not shown; ?item=ID leaves only that item in.")
        .Produces<RecordedRanking>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Read);

    private async Task<IResult> GetAsync(HttpContext http, string id, string? item, CancellationToken cancellationToken)
    {
        if (id.Length > LongestId)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "invalid_id", $"an id has at most {LongestId} characters", "id");
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.LookupDeadlineMs);
        return await FindAsync(id, deadline.Token) is { } record
            ? Results.Json(Write(record, item, await Task.Run(() => runtime.FindShadowScores(record, deadline.Token), deadline.Token)), ApiJson.Options)
            : ProblemResult.NotFound("unknown_ranking", $"there is no record of ranking '{id}': it was never answered, its record was dropped under pressure, or it is older than the retention", "id");
    }

    private async Task<RankingRecord?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!EngineRuntime.IsOwnRanking(id))
        {
            // A walk over the whole journal: one at a time, so that lookups cannot take the disk from serving.
            await _walks.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(() => runtime.FindRanking(id, cancellationToken), cancellationToken);
            }
            finally
            {
                _walks.Release();
            }
        }

        // The record becomes durable a moment after its answer.
        for (var tries = 0; ; tries++)
        {
            var found = await Task.Run(() => runtime.FindRanking(id, cancellationToken), cancellationToken);
            if (found is not null || tries == Tries || !runtime.IsRecent(id))
            {
                return found;
            }

            await Task.Delay(PauseMs, cancellationToken);
        }
    }

    private RecordedRanking Write(RankingRecord record, string? item, FeatureBlock? shadow)
    {
        var shadowScores = ShadowScoresOf(record, shadow);
        var shadowPlaces = shadowScores.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select((pair, place) => (pair.Key, Place: place + 1))
            .ToDictionary(pair => pair.Key, pair => pair.Place, StringComparer.Ordinal);
        var sources = runtime.Snapshot.Verticals.GetValueOrDefault(record.Vertical)?.Vertical.Surfaces.GetValueOrDefault(record.Surface)?.Declaration.Sources;
        var shown = record.Shown.Select((entry, index) => new RecordedItem
        {
            Id = entry.Item,
            Position = record.Offset + index + 1,
            Score = ApiJson.Finite(entry.Score),
            ShadowScore = shadowScores.TryGetValue(entry.Item, out var score) ? score : null,
            ShadowPosition = shadowPlaces.TryGetValue(entry.Item, out var place) ? place : null,
            Propensity = ApiJson.Finite(entry.Propensity),
            Sources = [.. Enumerable.Range(0, 32).Where(bit => (entry.Sources >> bit & 1) != 0).Select(bit => sources is not null && bit < sources.Count ? sources[bit].Kind : $"source {bit}")],
        });
        return new RecordedRanking
        {
            Id = record.Id,
            Vertical = record.Vertical,
            Surface = record.Surface,
            At = ApiJson.Moment(record.AtMs),
            AsOf = record.AsOf,
            Origin = record.Origin,
            Model = record.Model,
            User = record.User,
            Session = record.Session,
            Query = record.Query,
            Seed = record.Seed,
            Degraded = record.Degraded,
            Context = record.Context.DistinctBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
            Assignments = AssignmentAnswer.Of(record.Assignments, runtime.Snapshot.Experiments),
            Items = [.. shown.Where(entry => item is null || entry.Id == item)],
            Exact = record.IsExact,
            NothingFound = record.IsNothingFound,
            Similar = [.. record.Similar.Select(entry => entry.Item)],
            Counter = [.. record.Counter.Where(index => index >= 0 && index < record.Shown.Count).Select(index => record.Shown[index].Item)],
            ShadowModel = shadow is null ? null : ShadowScores.ModelOf(shadow),
            Unshown = [.. record.Unshown.Where(entry => item is null || entry.Item == item)],
        };
    }

    private static Dictionary<string, double> ShadowScoresOf(RankingRecord record, FeatureBlock? block)
    {
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var row = 0; block is not null && row < block.Items.Length; row++)
        {
            if (ApiJson.Finite(ShadowScores.Of(block)[row]) is { } score && record.Shown.Any(shown => shown.Item == block.Items[row]))
            {
                scores[block.Items[row]] = score;
            }
        }

        return scores;
    }

    public void Dispose() => _walks.Dispose();
}
