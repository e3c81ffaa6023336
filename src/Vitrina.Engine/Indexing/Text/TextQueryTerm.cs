namespace Vitrina.Engine.Indexing.Text;

/// <summary>A term of a query.</summary>
/// <param name="Start">Where its characters begin in the query's.</param>
/// <param name="Length">How many they are.</param>
/// <param name="Word">The word that it makes occur; −1 for an unwanted term.</param>
/// <param name="Weight">What its score is multiplied by, above 0 to 1.</param>
internal readonly record struct TextQueryTerm(int Start, int Length, int Word, float Weight);

/// <summary>A distinct term of a query, looked up in an index.</summary>
/// <param name="TermId">Its number in the dictionary, −1 when no item ever held it.</param>
/// <param name="Source">Its number in the query.</param>
/// <param name="Word">Number of the word that it came from first.</param>
/// <param name="Words">A bit for each word that it makes occur.</param>
/// <param name="QueryCount">How often the query says it.</param>
/// <param name="QueryWeight">Its weight in the query, above 0 to 1.</param>
/// <param name="DocumentFrequency">Items that hold it.</param>
/// <param name="InverseDocumentFrequency">Its weight for rarity.</param>
internal record struct QueryTerm(int TermId, int Source, int Word, ulong Words, int QueryCount, float QueryWeight, int DocumentFrequency, float InverseDocumentFrequency)
{
    /// <summary>What the term's saturated count is multiplied by.</summary>
    public readonly float Weight => QueryCount * QueryWeight * InverseDocumentFrequency;
}
