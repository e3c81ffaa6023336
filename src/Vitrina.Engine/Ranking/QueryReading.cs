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

    /// <summary>How words were read otherwise than they were typed.</summary>
    public IReadOnlyList<QueryRewrite> Rewrites { get; init; } = [];
}
