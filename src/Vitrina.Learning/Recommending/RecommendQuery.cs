namespace Vitrina.Learning.Recommending;

/// <summary>A question that a recommender answers, and what came next.</summary>
/// <param name="Name">Who asks, as the run file names it.</param>
/// <param name="History">What the person did, oldest first, no item twice.</param>
/// <param name="Targets">What came next: the items that should stand first; at least one, no item twice.</param>
public sealed record RecommendQuery(string Name, int[] History, int[] Targets);

/// <summary>What sources learn from, and questions about what happened later: nothing in <paramref name="Known"/> knows a target.</summary>
/// <param name="Known">The sequences that the sources are fitted on.</param>
/// <param name="Queries">The questions.</param>
public sealed record RecommendFold(ItemSequences Known, IReadOnlyList<RecommendQuery> Queries);

/// <summary>What is to be recommended, and how the data was cut.</summary>
public sealed record RecommendTask
{
    /// <summary>Names of the items, by ordinal. Ordinals are drawn by the seed, so that they say nothing.</summary>
    public required IReadOnlyList<string> ItemNames { get; init; }

    /// <summary>Attributes of the items; null where there are none.</summary>
    public ItemAttributes? Attributes { get; init; }

    /// <summary>Names of the attributes, by ordinal.</summary>
    public IReadOnlyList<string> AttributeNames { get; init; } = [];

    /// <summary>Whether sequences are in time order; else they are sets.</summary>
    public required bool IsOrdered { get; init; }

    /// <summary>Whether an item of the history may be the answer.</summary>
    public bool AllowsRepeats { get; init; }

    /// <summary>Folds on which settings are chosen and the re-ranker learns, all of them before the test's targets; the latest first.</summary>
    public required IReadOnlyList<RecommendFold> Learning { get; init; }

    /// <summary>The tests. Its first fold may know what the latest learning fold knows (no refit); the last one knows everything before its targets.</summary>
    public required IReadOnlyList<RecommendTest> Tests { get; init; }

    /// <summary>Which items are in question; null for all. What is in question is ranked among its like.</summary>
    public bool[]? Eligible { get; init; }

    /// <summary>Most queries of a fold that the re-ranker learns from, drawn by the seed. Default: 30,000.</summary>
    public int MostLearned { get; init; } = 30_000;

    /// <summary>Fits sources of the task's own; null fits all that fit items, with settings chosen on the learning folds.</summary>
    public Func<ItemSequences, Sources.FittedSources>? Fit { get; init; }

    /// <summary>Number of items.</summary>
    public int ItemCount => ItemNames.Count;
}

/// <summary>A test.</summary>
/// <param name="IsRefit">Whether the sources know everything before the targets, as those of a product do.</param>
/// <param name="Fold">The fold.</param>
public sealed record RecommendTest(bool IsRefit, RecommendFold Fold);
