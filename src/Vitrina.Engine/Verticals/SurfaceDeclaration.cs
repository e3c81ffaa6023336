using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Vitrina.Engine.Verticals;

/// <summary>A place where a list is shown, and how the list is made.</summary>
public sealed record SurfaceDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>What is ranked; absent: items.</summary>
    [Description("What is ranked; absent: items.")]
    public CandidatesDeclaration? Candidates { get; init; }

    /// <summary>What models of this surface see, where its candidates are groups; items have the vertical's features.</summary>
    [Description("What models of this surface see, where its candidates are groups; items have the vertical's features.")]
    public IReadOnlyList<KindDeclaration> Features { get; init; } = [];

    /// <summary>Where candidates come from.</summary>
    [Description("Where candidates come from.")]
    public required IReadOnlyList<KindDeclaration> Sources { get; init; }

    /// <summary>Which candidates are taken out.</summary>
    [Description("Which candidates are taken out.")]
    public IReadOnlyList<KindDeclaration> Filters { get; init; } = [];

    /// <summary>What puts the candidates in order.</summary>
    [Description("What puts the candidates in order.")]
    public ScoreDeclaration Score { get; init; } = new();

    /// <summary>What turns the order into a page: rules and sections.</summary>
    [Description("What turns the order into a page: rules and sections.")]
    [Discriminator("rule", "section")]
    public IReadOnlyList<KindDeclaration> Mix { get; init; } = [];

    /// <summary>Items on a page when the request does not say.</summary>
    [Description("Items on a page when the request does not say.")]
    [Range(1, 1000)]
    public int Size { get; init; } = 20;

    /// <summary>The most items a request may ask for.</summary>
    [Description("The most items a request can ask for.")]
    [Range(1, 1000)]
    public int MaxSize { get; init; } = 100;

    /// <summary>How it is known what was seen.</summary>
    [Description("How it is known what was seen: client (view events) or assumed(n) (the first n positions).")]
    public ViewsDeclaration Views { get; init; } = ViewsDeclaration.Client;

    /// <summary>Randomisation of the organic top; absent: none.</summary>
    [Description("Randomisation of the organic top; absent: none.")]
    public ExploreDeclaration? Explore { get; init; }

    /// <summary>Time in which an answer is due; a stage that would miss it is left out and the answer is marked degraded.</summary>
    [Description("Time in which an answer is due.")]
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>What is recorded of an answer besides the list itself.</summary>
    [Description("What is recorded of an answer besides the list itself.")]
    public RecordDeclaration Record { get; init; } = new();

    /// <summary>How queries are understood here; absent: as the vertical says.</summary>
    [Description("How queries are understood here; absent: as the vertical says.")]
    public QueryDeclaration? Query { get; init; }

    /// <summary>How long events are credited to this surface's answers; absent: each event's own window.</summary>
    [Description("How long events are credited to this surface's answers; absent: each event's own window.")]
    [Range(typeof(TimeSpan), "00:00:01", "400.00:00:00")]
    public TimeSpan? AttributionWindow { get; init; }
}

/// <summary>Candidates that are not items but groups of them.</summary>
public sealed record CandidatesDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>The attribute whose values are ranked, one of <c>items.groups</c>.</summary>
    [Description("The keyword attribute whose values are ranked: one of items.groups.")]
    public required string Groups { get; init; }

    /// <summary>What people are told apart by; absent: the keyword and number attributes of users. Numbers count by tens.</summary>
    [Description("What people are told apart by: attributes of users or words of the context; absent: all keyword and number attributes of users.")]
    public IReadOnlyList<string>? Segments { get; init; }

    /// <summary>Name of a model of factors and links in the registry.</summary>
    [Description("Name of a model of factors and links in the registry, which the sources factorGroups and linkedGroups and four measures of the feature kind group ask; vitrina train makes it with the surface's model.")]
    public string? Factors { get; init; }
}

/// <summary>What scores when there is no model, or it fails.</summary>
public enum ScoreFallback
{
    /// <summary>Events of the last weeks, weighted.</summary>
    Popularity,

    /// <summary>The text score.</summary>
    Text,

    /// <summary>The order in which the sources gave the candidates.</summary>
    Source,

    /// <summary>Reciprocal rank fusion: a candidate has the sum of 1 / (k + its rank) over the sources that found it.</summary>
    Rrf,
}

/// <summary>What puts the candidates in order: a model or a formula, and what stands in for it.</summary>
public sealed record ScoreDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>Name of a model in the registry; either this or <see cref="Formula"/>, or neither.</summary>
    [Description("Name of a model in the registry; either this or formula, or neither.")]
    public string? Model { get; init; }

    /// <summary>An arithmetic expression over feature names.</summary>
    [Description("An arithmetic expression over feature names.")]
    public string? Formula { get; init; }

    /// <summary>What scores when there is no model, or it fails.</summary>
    [Description("What scores when there is no model, or it fails.")]
    public ScoreFallback Fallback { get; init; }

    /// <summary>Fallback rrf: the k of Cormack, Clarke and Büttcher (SIGIR 2009); 60 there. Larger ones weigh first places less.</summary>
    [Description("Fallback rrf: the k that is added to every rank; larger ones weigh first places less.")]
    [Range(0.0, 10_000.0)]
    public double RrfK { get; init; } = 60;
}

/// <summary>How it is known what was seen: by the client's view events, or by position.</summary>
/// <param name="AssumedCount">The first positions that count as seen; 0 when the client sends views.</param>
public readonly record struct ViewsDeclaration(int AssumedCount)
{
    /// <summary>The client sends view events.</summary>
    public static ViewsDeclaration Client => default;

    /// <summary>Whether the client sends view events.</summary>
    public bool IsClient => AssumedCount == 0;

    /// <summary>Reads <c>client</c> or <c>assumed(n)</c>, n from 1 to 1000.</summary>
    public static bool TryParse(string text, out ViewsDeclaration value)
    {
        ArgumentNullException.ThrowIfNull(text);
        value = Client;
        if (text == "client")
        {
            return true;
        }

        if (!text.StartsWith("assumed(", StringComparison.Ordinal) || !text.EndsWith(')')
            || !int.TryParse(text.AsSpan(8, text.Length - 9), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count is < 1 or > 1000)
        {
            return false;
        }

        value = new ViewsDeclaration(count);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => IsClient ? "client" : string.Create(CultureInfo.InvariantCulture, $"assumed({AssumedCount})");
}

/// <summary>Randomisation of the organic top by Plackett–Luce.</summary>
public sealed record ExploreDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>Temperature in units of the score; 0 keeps the order.</summary>
    [Description("Temperature, in units of the score; 0 keeps the order.")]
    [Range(0.0, 100.0)]
    public required double Temperature { get; init; }

    /// <summary>How many positions are drawn.</summary>
    [Description("How many positions are drawn.")]
    [Range(1, 1000)]
    public int Top { get; init; } = 10;
}

/// <summary>What is recorded of an answer besides the list itself.</summary>
public sealed record RecordDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>Share of answers whose feature vectors are recorded, 0 to 1.</summary>
    [Description("Share of answers whose feature vectors are recorded, from 0 to 1.")]
    [Range(0.0, 1.0)]
    public double Features { get; init; } = 1;

    /// <summary>How many candidates that were not shown are recorded.</summary>
    [Description("How many candidates that were not shown are recorded.")]
    [Range(0, 10000)]
    public int Candidates { get; init; } = 100;
}
