using System.Text.Json;

namespace Vitrina.Api.Ranking;

/// <summary>A request for a ranked list; every field may be left out.</summary>
public sealed record RankBody
{
    /// <summary>Who asks.</summary>
    public string? User { get; init; }

    /// <summary>The visit.</summary>
    public string? Session { get; init; }

    /// <summary>What is searched for; at most 1,000 characters.</summary>
    public string? Query { get; init; }

    /// <summary>What to look near to: <c>{"ATTRIBUTE": [numbers]}</c>, or the numbers alone where the vertical has one vector attribute.</summary>
    public JsonElement? Vector { get; init; }

    /// <summary>Candidates by id, when the caller has them; absent: the surface's own sources.</summary>
    public IReadOnlyList<string>? Items { get; init; }

    /// <summary>Conditions by attribute: a value, a list of values, or <c>{"min", "max"}</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Filters { get; init; }

    /// <summary>Another order than the model's: <c>"price"</c>, <c>"-price"</c> (largest first) or <c>{"by", "descending"}</c>.</summary>
    public JsonElement? Sort { get; init; }

    /// <summary>Keyword attributes whose values are counted.</summary>
    public IReadOnlyList<string>? Facets { get; init; }

    /// <summary>Sections beside <c>organic</c>: <c>similar</c> gives analogs where the query names one exact thing.</summary>
    public IReadOnlyList<string>? Sections { get; init; }

    /// <summary>The cursor of an earlier answer: asks for its next page.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many items; absent: the surface's size.</summary>
    public int? Size { get; init; }

    /// <summary>The item that <c>similar</c> starts from; the same as <c>context.item</c>.</summary>
    public string? Item { get; init; }

    /// <summary>On a surface of groups: how many of the best available items stand beside each group.</summary>
    public int? ItemsPerGroup { get; init; }

    /// <summary>region, device, item (where <c>similar</c> starts from), and whatever else shall be recorded.</summary>
    public IReadOnlyDictionary<string, string>? Context { get; init; }

    /// <summary><c>true</c> explains every answered item; <c>{"items": [ids]}</c> also tells what became of these.</summary>
    public JsonElement? Explain { get; init; }

    /// <summary><c>on</c> or <c>off</c>.</summary>
    public string? Personalization { get; init; }

    /// <summary><c>serve</c>, or <c>shadow</c>: <c>items</c> is the list that the caller shows, the answer is how this engine would have ordered it.</summary>
    public string? Mode { get; init; }

    /// <summary>Seeds everything random in the answer.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Attributes that shall stand beside every answered item; <c>seller</c> and <c>publishedAt</c> too.</summary>
    public IReadOnlyList<string>? Fields { get; init; }
}
