namespace Vitrina.Engine.Indexing.Text;

/// <summary>A change to a query, so that it finds more.</summary>
/// <param name="Kind">What was at work: <c>typo</c>, <c>layout</c>, <c>transliteration</c>, <c>split</c>, <c>joined</c> or <c>synonym</c>.</param>
/// <param name="From">What was typed.</param>
/// <param name="To">What is searched for.</param>
/// <param name="IsAdded">True when what was typed is searched for too.</param>
public sealed record QueryRewrite(string Kind, string From, string To, bool IsAdded);

/// <summary>One stretch of a query between spaces, as it is searched for.</summary>
/// <param name="Text">Its words; they stand for themselves.</param>
/// <param name="Alternatives">Words that may stand for it, likelier ones first; empty without any.</param>
/// <param name="IsReplaced">True when <see cref="Text"/> is unknown to the catalogue, so that only the alternatives are searched for.</param>
internal sealed record QueryPart(string Text, IReadOnlyList<WeightedWord> Alternatives, bool IsReplaced)
{
    /// <summary>What a person would have typed.</summary>
    public string BestText => IsReplaced ? Alternatives[0].Word : Text;
}

/// <summary>A word that may stand for another.</summary>
/// <param name="Word">The folded word; several words are separated by spaces.</param>
/// <param name="Weight">What its text score is multiplied by, above 0 to 1.</param>
internal readonly record struct WeightedWord(string Word, float Weight);

/// <summary>A query with its corrections.</summary>
/// <param name="Parts">Its stretches in their order.</param>
/// <param name="Rewrites">What was changed.</param>
internal sealed record RewrittenQuery(IReadOnlyList<QueryPart> Parts, IReadOnlyList<QueryRewrite> Rewrites);
