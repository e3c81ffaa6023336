using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Language;

namespace Vitrina.Engine.Ranking;

/// <summary>What reads queries, with its memory; one set per pooled request, for one thread at a time.</summary>
internal sealed class QueryTools(TextAnalyzer analyzer, SynonymTable synonyms)
{
    public QueryRewriter Rewriter { get; } = new(analyzer);

    public QueryWriter Writer { get; } = new(analyzer, synonyms);

    public TokenBuffer Tokens { get; } = new();
}
