using System.Globalization;
using System.Text;
using Vitrina.Api.Errors;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Verticals;

namespace Vitrina.Api.Verticals;

/// <summary>A serving vertical.</summary>
public sealed record VerticalAnswer
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Names the content of its file.</summary>
    public required string Version { get; init; }

    /// <summary>Where its days begin and end.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Its surfaces.</summary>
    public required IReadOnlyList<SurfaceAnswer> Surfaces { get; init; }

    /// <summary>What an item has.</summary>
    public required IReadOnlyList<AttributeAnswer> Attributes { get; init; }

    /// <summary>What can happen to an item.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>The business numbers.</summary>
    public required IReadOnlyList<string> Metrics { get; init; }

    /// <summary>The feature tables.</summary>
    public required IReadOnlyList<string> Tables { get; init; }

    /// <summary>What the models see, in this order.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>The file's text as it stands; only when one vertical is asked for.</summary>
    public string? File { get; init; }

    /// <summary>What is wrong with the file as it stands: the last good one serves until it is right.</summary>
    public IReadOnlyList<DeclarationError>? Errors { get; init; }
}

/// <summary>A surface.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Items on a page.</param>
/// <param name="MaxSize">The most that may be asked for.</param>
/// <param name="Model">The model that scores, if any.</param>
/// <param name="KillSwitch">True while the baseline serves.</param>
public sealed record SurfaceAnswer(string Name, int Size, int MaxSize, string? Model, bool KillSwitch);

/// <summary>An attribute.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Facet">True when its values can be counted.</param>
/// <param name="Filter">True when requests may filter by it.</param>
public sealed record AttributeAnswer(string Name, AttributeKind Kind, bool Facet, bool Filter);

/// <summary>The verticals and the schema of their files.</summary>
internal sealed class VerticalsEndpoints(EngineRuntime runtime)
{
    private static string? s_schema;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/verticals", () => Results.Json(runtime.Snapshot.Verticals.Values.Select(vertical => Write(vertical.Vertical)).OrderBy(vertical => vertical.Name, StringComparer.Ordinal), ApiJson.Options))
            .WithTags("Verticals").WithSummary("The serving verticals").Produces<IReadOnlyList<VerticalAnswer>>().Needs(ApiScopes.Read);
        routes.MapGet("/v1/verticals/schema.json", () => Results.Text(s_schema ??= VerticalSchema.Generate(), "application/schema+json", Encoding.UTF8))
            .WithTags("Verticals").WithSummary("The JSON Schema of vertical files, for editors").Needs(ApiScopes.Read);
        routes.MapGet("/v1/verticals/{name}", Get).WithTags("Verticals").WithSummary("One vertical with its file and what is wrong with it")
            .Produces<VerticalAnswer>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Read);
    }

    private IResult Get(string name)
    {
        var verticals = runtime.Snapshot.Verticals;
        if (!verticals.TryGetValue(name, out var vertical))
        {
            return ProblemResult.Of(StatusCodes.Status404NotFound, "unknown_vertical", $"verticals are {string.Join(", ", verticals.Keys)}", "name", NearestName.Find(name, verticals.Keys));
        }

        var path = vertical.Vertical.Declaration.Position.File;
        var errors = runtime.VerticalErrors.Where(error => Path.GetFileName(error.File) == Path.GetFileName(path)).Select(error => error with { File = Path.GetFileName(error.File) });
        return Results.Json(Write(vertical.Vertical) with { File = ReadFile(path), Errors = [.. errors] }, ApiJson.Options);
    }

    private static string? ReadFile(string? path)
    {
        try
        {
            return path is not null && File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (IOException)
        {
            // It is being written: the declaration stands without its text.
            return null;
        }
    }

    private VerticalAnswer Write(CompiledVertical vertical) => new()
    {
        Name = vertical.Name,
        Version = vertical.Version.ToString("x16", CultureInfo.InvariantCulture),
        TimeZone = vertical.Declaration.TimeZone,
        Surfaces = [.. vertical.Surfaces.Values.Select(surface => new SurfaceAnswer(
            surface.Name,
            surface.Declaration.Size,
            surface.Declaration.MaxSize,
            surface.Declaration.Score.Model,
            runtime.KillSwitches.IsSwitched(Engine.Rules.KillSwitches.SubjectOf(vertical.Name, surface.Name))))],
        Attributes = [.. vertical.Schema.Slots.Select(slot => new AttributeAnswer(slot.Name, slot.Kind, slot.Declaration.Facet, slot.Declaration.IsFilter))],
        Events = [.. vertical.Declaration.Events.Keys],
        Metrics = [.. vertical.Declaration.Metrics.Keys],
        Tables = [.. vertical.Declaration.Tables.Keys],
        Features = vertical.FeatureNames,
    };
}
