using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Language;

namespace Vitrina.Engine.Ranking;

/// <summary>What a query was understood to say. Made once per request, before candidates are retrieved.</summary>
internal sealed class QueryReading
{
    /// <summary>The query by its signs.</summary>
    public required ParsedQuery Parsed { get; init; }

    /// <summary>What it demands literally.</summary>
    public required ExactDemand Exact { get; init; }

    /// <summary>What is searched for: the query with its corrections.</summary>
    public required string Text { get; init; }

    /// <summary>The stems of its words without function words; empty where intents are not read.</summary>
    public IReadOnlyList<string> Terms { get; init; } = [];

    /// <summary>Words that name values of attributes.</summary>
    public IReadOnlyList<IntentReading> Intents { get; init; } = [];

    /// <summary>How words were read otherwise than they were typed.</summary>
    public IReadOnlyList<QueryRewrite> Rewrites { get; init; } = [];

    /// <summary>The intents that an item must meet; what is relaxed is no longer among them.</summary>
    public IntentReading[] HardIntents() => [.. Intents.Where(intent => intent is { IsHard: true, IsRelaxed: false })];

    /// <summary>The share of the intents that an item meets, 0 to 1; NaN without any.</summary>
    public float IntentShareOf(Item item)
    {
        var met = 0;
        for (var i = 0; i < Intents.Count; i++)
        {
            met += Intents[i].IsMetBy(item) ? 1 : 0;
        }

        return Intents.Count == 0 ? float.NaN : (float)met / Intents.Count;
    }
}
