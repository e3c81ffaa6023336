using Vitrina.Engine.Events;

namespace Vitrina.Engine.Ranking;

/// <summary>The answer to a <see cref="RankRequest"/>.</summary>
public sealed record RankingAnswer
{
    /// <summary>The ranking's id: events refer to it, and it can be asked for later.</summary>
    public required string RankingId { get; init; }

    /// <summary>The journal sequence up to which everything was seen.</summary>
    public required long AsOf { get; init; }

    /// <summary>The lists, in the order of the page.</summary>
    public required IReadOnlyList<AnswerSection> Sections { get; init; }

    /// <summary>The experiments' arms that this answer belongs to.</summary>
    public IReadOnlyList<RecordedAssignment> Assignments { get; init; } = [];

    /// <summary>Asks for the next page; absent on the last one.</summary>
    public string? Cursor { get; init; }

    /// <summary>Counts of the values of the asked attributes over the candidates.</summary>
    public IReadOnlyList<Facet> Facets { get; init; } = [];

    /// <summary>What was left out under pressure, such as <c>source:text</c>.</summary>
    public IReadOnlyList<string> Degraded { get; init; } = [];

    /// <summary>The model that scored, as name/version; absent when the fallback did.</summary>
    public string? Model { get; init; }

    /// <summary>True when this list was not shown: the caller showed its own.</summary>
    public bool IsShadow { get; init; }

    /// <summary>On a surface of groups: true when the person has no history to go by; else null.</summary>
    public bool? IsColdStart { get; init; }

    /// <summary>How many candidates stood in the ranking, removed ones left out.</summary>
    public int CandidateCount { get; init; }

    /// <summary>What became of the items that the caller asked about by name.</summary>
    public IReadOnlyList<ItemFate> Asked { get; init; } = [];
}

/// <summary>One list of an answer.</summary>
/// <param name="Name">Its name; the surface's own list is <c>organic</c>.</param>
/// <param name="Items">Its items, best first.</param>
public sealed record AnswerSection(string Name, IReadOnlyList<AnswerItem> Items);

/// <summary>One answered item.</summary>
public sealed record AnswerItem
{
    /// <summary>The item's id.</summary>
    public required string Id { get; init; }

    /// <summary>Its place on the page, from 1; goes on over pages.</summary>
    public required int Position { get; init; }

    /// <summary>Its place in the list that was shown, from 1, when that is another one: in shadow mode; else 0.</summary>
    public int ShownPosition { get; init; }

    /// <summary>The score that ordered it: log-odds from a model, else the fallback's own unit.</summary>
    public required float Score { get; init; }

    /// <summary>Events echo it, so that they are credited to this answer.</summary>
    public required string Token { get; init; }

    /// <summary>Short reasons: the sources that found it, the rules that moved it.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>How its score came about; only when asked for.</summary>
    public Explanation? Explanation { get; init; }

    /// <summary>The best items of an answered group, when asked for; null where none were.</summary>
    public IReadOnlyList<GroupItem>? Items { get; init; }
}

/// <summary>One of the best items of an answered group.</summary>
/// <param name="Id">The item's id.</param>
/// <param name="Token">Events echo it, so that they are credited to this answer.</param>
public sealed record GroupItem(string Id, string Token);

/// <summary>Counts of an attribute's values.</summary>
/// <param name="Attribute">The attribute.</param>
/// <param name="Values">The values, most frequent first.</param>
public sealed record Facet(string Attribute, IReadOnlyList<FacetValue> Values);

/// <summary>How many candidates have a value.</summary>
/// <param name="Value">The value.</param>
/// <param name="Count">The number of candidates.</param>
public sealed record FacetValue(string Value, int Count);

/// <summary>What became of an item in a ranking.</summary>
/// <param name="Id">The item.</param>
/// <param name="Outcome"><c>shown</c>, <c>ranked</c> (stood too low), <c>removed</c>, <c>notRetrieved</c> or <c>unknown</c>.</param>
/// <param name="Reason">The position, the rank, the removal mark, or why no source found it.</param>
/// <param name="Explanation">How its score came about, if it was scored.</param>
public sealed record ItemFate(string Id, string Outcome, string Reason, Explanation? Explanation);
