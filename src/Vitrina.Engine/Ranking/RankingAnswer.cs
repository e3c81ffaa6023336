using Vitrina.Engine.Events;
using Vitrina.Engine.Indexing.Text;

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

    /// <summary>True when nothing answers the query: the organic section of its first page is empty.</summary>
    public bool IsNothingFound { get; init; }

    /// <summary>How the query was read; absent without one.</summary>
    public AnsweredQuery? Query { get; init; }

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

/// <summary>How a query was read.</summary>
/// <param name="Text">What is searched for: the query with its corrections.</param>
/// <param name="IsExact">True when it names one exact thing, so that only exact matches stand in the organic section.</param>
/// <param name="Codes">The model codes and article numbers that it names, as they are indexed.</param>
/// <param name="Phrases">The quotations that must occur literally.</param>
/// <param name="Rewrites">How words were read otherwise than they were typed.</param>
/// <param name="Intents">Values of attributes that words name.</param>
public sealed record AnsweredQuery(
    string Text, bool IsExact, IReadOnlyList<string> Codes, IReadOnlyList<string> Phrases, IReadOnlyList<QueryRewrite> Rewrites, IReadOnlyList<AnsweredIntent> Intents);

/// <summary>Words of a query that name values of attributes.</summary>
/// <param name="Values">The values that they may name, as <c>color = red</c>.</param>
/// <param name="IsHard">True when an item had to have one of them.</param>
/// <param name="IsRelaxed">True when nothing had, so that they were no longer demanded.</param>
public sealed record AnsweredIntent(IReadOnlyList<string> Values, bool IsHard, bool IsRelaxed);

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
/// <param name="Outcome"><c>shown</c>, <c>ranked</c> (stood too low), <c>similar</c> (an analog), <c>removed</c>, <c>notRetrieved</c> or <c>unknown</c>.</param>
/// <param name="Reason">The position, the rank, the removal mark, or why no source found it.</param>
/// <param name="Explanation">How its score came about, if it was scored.</param>
public sealed record ItemFate(string Id, string Outcome, string Reason, Explanation? Explanation);
