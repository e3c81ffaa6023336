namespace Vitrina.Engine.Indexing.Text;

/// <summary>Why an item has its text score: the score is the sum of the terms' contributions.</summary>
/// <param name="Score">The BM25 score.</param>
/// <param name="WeightedLength">Words of the item's fields, weighted by the boosts.</param>
/// <param name="AverageWeightedLength">The same on average over all items.</param>
/// <param name="Terms">The query's terms in their order, also those that the item lacks.</param>
internal sealed record TextExplanation(float Score, float WeightedLength, float AverageWeightedLength, IReadOnlyList<TextTermExplanation> Terms);

/// <summary>What one query term adds to an item's text score.</summary>
/// <param name="Term">The term as it is indexed.</param>
/// <param name="DocumentFrequency">Items that hold the term in any field.</param>
/// <param name="InverseDocumentFrequency">ln(1 + (N − df + 0.5) / (df + 0.5)); 0 for an unknown term.</param>
/// <param name="QueryCount">How often the query says it.</param>
/// <param name="QueryWeight">Its weight in the query: 1, or less for an alternative of a word.</param>
/// <param name="WeightedCount">Occurrences in the item's fields, weighted by the boosts.</param>
/// <param name="Contribution">The term's part of the score.</param>
internal readonly record struct TextTermExplanation(
    string Term, int DocumentFrequency, float InverseDocumentFrequency, int QueryCount, float QueryWeight, float WeightedCount, float Contribution);
