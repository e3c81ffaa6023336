using System.Text.Json;
using System.Text.Json.Serialization;
using Vitrina.Api.Experiments;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Ranking;

namespace Vitrina.Api.Ranking;

/// <summary>A ranked, explained answer.</summary>
public sealed record RankAnswer
{
    /// <summary>Events refer to it; <c>GET /v1/rankings/{id}</c> shows it again.</summary>
    public required string RankingId { get; init; }

    /// <summary>The journal sequence up to which everything was seen.</summary>
    public required long AsOf { get; init; }

    /// <summary>The experiments' arms that this answer belongs to.</summary>
    public required IReadOnlyList<AssignmentAnswer> Assignments { get; init; }

    /// <summary>The lists, in the order of the page.</summary>
    public required IReadOnlyList<RankedSection> Sections { get; init; }

    /// <summary>True when nothing answers the query: the organic section of its first page is empty.</summary>
    public required bool NothingFound { get; init; }

    /// <summary>How the query was read; absent without one.</summary>
    public ReadQuery? Query { get; init; }

    /// <summary>Asks for the next page; absent on the last one.</summary>
    public string? Cursor { get; init; }

    /// <summary>Counts of the values of the asked attributes.</summary>
    public required IReadOnlyList<Facet> Facets { get; init; }

    /// <summary>What was left out under pressure, such as <c>source:text</c>.</summary>
    public required IReadOnlyList<string> Degraded { get; init; }

    /// <summary><c>shadow</c> when this list is a counter-list to the one that the caller showed; else absent.</summary>
    public string? Mode { get; init; }

    /// <summary>The model that scored, as name/version; absent when the surface's fallback did.</summary>
    public string? Model { get; init; }

    /// <summary>On a surface of groups: true when the person has no history to go by; else absent.</summary>
    public bool? ColdStart { get; init; }

    /// <summary>How many candidates stood in the ranking.</summary>
    public required int CandidateCount { get; init; }

    /// <summary>What became of the items that were asked about by name.</summary>
    public required IReadOnlyList<AskedItem> Asked { get; init; }
}

/// <summary>One list of an answer.</summary>
/// <param name="Name">Its name; the surface's own list is <c>organic</c>.</param>
/// <param name="Items">Its items, best first.</param>
public sealed record RankedSection(string Name, IReadOnlyList<RankedItem> Items);

/// <summary>How a query was read.</summary>
/// <param name="Text">What is searched for: the query with its corrections.</param>
/// <param name="Exact">True when it names one exact thing, a model code, an article number or a quotation: only exact matches stand in the organic section.</param>
/// <param name="Codes">The codes that it names, as they are indexed; absent without any.</param>
/// <param name="Phrases">The quotations that must occur literally; absent without any.</param>
/// <param name="Rewrites">How words were read otherwise than they were typed.</param>
/// <param name="Intents">Values of attributes that words name.</param>
public sealed record ReadQuery(
    string Text, bool Exact, IReadOnlyList<string>? Codes, IReadOnlyList<string>? Phrases, IReadOnlyList<ReadRewrite> Rewrites, IReadOnlyList<ReadIntent> Intents)
{
    internal static ReadQuery? Of(AnsweredQuery? query) => query is null ? null : new ReadQuery(
        query.Text,
        query.IsExact,
        query.Codes.Count == 0 ? null : query.Codes,
        query.Phrases.Count == 0 ? null : query.Phrases,
        [.. query.Rewrites.Select(rewrite => new ReadRewrite(rewrite.Kind, rewrite.From, rewrite.To, rewrite.IsAdded))],
        [.. query.Intents.Select(intent => new ReadIntent(intent.Values, intent.IsHard, intent.IsRelaxed))]);
}

/// <summary>Words of the query that name values of attributes.</summary>
/// <param name="Values">The values that they may name, as <c>color = red</c>.</param>
/// <param name="Hard">True when an item had to have one of them.</param>
/// <param name="Relaxed">True when nothing had, so that they were no longer demanded.</param>
public sealed record ReadIntent(IReadOnlyList<string> Values, bool Hard, bool Relaxed);

/// <summary>A change to the query, so that it finds more.</summary>
/// <param name="Kind"><c>typo</c>, <c>layout</c>, <c>transliteration</c>, <c>split</c>, <c>joined</c> or <c>synonym</c>.</param>
/// <param name="From">What was typed.</param>
/// <param name="To">What is searched for.</param>
/// <param name="Added">True when what was typed is searched for too.</param>
public sealed record ReadRewrite(string Kind, string From, string To, bool Added);

/// <summary>One answered item.</summary>
public sealed record RankedItem
{
    /// <summary>The item's id.</summary>
    public required string Id { get; init; }

    /// <summary>Its place, from 1; goes on over pages.</summary>
    public required int Position { get; init; }

    /// <summary>Its place in the list that the caller showed, in shadow mode; else absent. Events are credited to that place.</summary>
    public int? ShownPosition { get; init; }

    /// <summary>The score that ordered it.</summary>
    public double? Score { get; init; }

    /// <summary>The calibrated probability of the model's label (a click, an order) for an item that is seen; absent when the model has no calibration.</summary>
    public double? Probability { get; init; }

    /// <summary>Events echo it, so that they are credited to this answer.</summary>
    public required string Token { get; init; }

    /// <summary>Short reasons: the sources that found it, the rules that moved it.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>The asked attributes.</summary>
    public ItemFields? Attributes { get; init; }

    /// <summary>How its score came about; when asked for.</summary>
    public ExplainedNumber? Explanation { get; init; }

    /// <summary>The best available items of an answered group, when <c>itemsPerGroup</c> asks for them; else absent.</summary>
    public IReadOnlyList<RankedGroupItem>? Items { get; init; }
}

/// <summary>One of the best items of an answered group.</summary>
/// <param name="Id">The item's id.</param>
/// <param name="Token">Events on the item echo it, so that they are credited to this answer.</param>
/// <param name="Attributes">The asked attributes.</param>
public sealed record RankedGroupItem(string Id, string Token, ItemFields? Attributes);

/// <summary>What became of an item that was asked about.</summary>
/// <param name="Id">The item.</param>
/// <param name="Outcome"><c>shown</c>, <c>ranked</c> (stood too low), <c>similar</c> (an analog), <c>removed</c>, <c>notRetrieved</c> or <c>unknown</c>.</param>
/// <param name="Reason">The position, the rank, the removal mark, or why no source found it.</param>
/// <param name="Explanation">How its score came about, if it was scored.</param>
public sealed record AskedItem(string Id, string Outcome, string Reason, ExplainedNumber? Explanation);

/// <summary>How a number came about: its details lead up to it.</summary>
/// <param name="Description">What the number is.</param>
/// <param name="Value">The number; absent when it is missing.</param>
/// <param name="Details">What it was made from, the largest effect first.</param>
public sealed record ExplainedNumber(string Description, double? Value, IReadOnlyList<ExplainedNumber>? Details)
{
    internal static ExplainedNumber? Of(Explanation? explanation) => explanation is null
        ? null
        : new ExplainedNumber(explanation.Description, ApiJson.Finite(explanation.Value), explanation.Details.Count == 0 ? null : [.. explanation.Details.Select(detail => Of(detail)!)]);
}

/// <summary>Chosen attributes of an item, by name.</summary>
[JsonConverter(typeof(Converter))]
public sealed class ItemFields
{
    private readonly Item _item;
    private readonly VerticalSnapshot _vertical;
    private readonly IReadOnlyList<string> _names;

    internal ItemFields(Item item, VerticalSnapshot vertical, IReadOnlyList<string> names) => (_item, _vertical, _names) = (item, vertical, names);

    internal static IReadOnlyList<string> OwnFields { get; } = ["seller", "owner", "publishedAt"];

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var name in _names)
        {
            switch (name)
            {
                case "seller" when _item.Seller is not null:
                    json.WriteString(name, _item.Seller);
                    break;
                case "owner" when _item.Owner is not null:
                    json.WriteString(name, _item.Owner);
                    break;
                case "publishedAt" when _item.PublishedAtMs >= 0:
                    json.WriteString(name, ApiJson.Moment(_item.PublishedAtMs));
                    break;
                default:
                    if (_item.Schema.FindOrNull(name) is { } slot)
                    {
                        ItemDocument.WriteAttribute(json, _item, slot, _vertical.Market.Keywords, _vertical.Market.ListKeywords);
                    }

                    break;
            }
        }

        json.WriteEndObject();
    }

    private sealed class Converter : JsonConverter<ItemFields>
    {
        public override ItemFields Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, ItemFields value, JsonSerializerOptions options) => value.Write(writer);
    }
}
