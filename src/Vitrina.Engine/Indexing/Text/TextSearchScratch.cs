using Vitrina.Kernels.Selection;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>The memory of one search, reused so that searching allocates nothing once it has grown. For one thread at a time.</summary>
internal sealed class TextSearchScratch
{
    /// <summary>Documents per block; blocks that no posting touched are not looked at again.</summary>
    public const int BlockLog2 = 8;

    /// <summary>The query's distinct terms, grouped by word.</summary>
    public QueryTerm[] Terms { get; } = new QueryTerm[TextQuery.MaxTerms];

    public int TermCount { get; set; }

    /// <summary>Distinct words of the query, known or not.</summary>
    public int WordCount { get; set; }

    /// <summary>Terms that an answer must not hold.</summary>
    public int[] UnwantedTermIds { get; } = new int[TextQuery.MaxTerms];

    public int UnwantedCount { get; set; }

    /// <summary>Indexes into <see cref="Terms"/> by ascending term number.</summary>
    public int[] TermOrder { get; } = new int[TextQuery.MaxTerms];

    /// <summary>What each term adds to the document at hand.</summary>
    public float[] Contributions { get; } = new float[TextQuery.MaxTerms];

    /// <summary>Scores by document of the segment at hand; zero between searches.</summary>
    public float[] Scores { get; private set; } = [];

    /// <summary>Which blocks hold a score; zero between searches.</summary>
    public byte[] TouchedBlocks { get; private set; } = [];

    /// <summary>Words found in each document; zero between searches. Only used when more than one is demanded.</summary>
    public byte[] FoundWords { get; private set; } = [];

    /// <summary>The word counted last in each document.</summary>
    public byte[] LastWords { get; private set; } = [];

    public TopK Best { get; } = new();

    /// <summary>Makes room for a segment's documents.</summary>
    public void Reserve(int documentCount, bool countsWords)
    {
        if (Scores.Length < documentCount)
        {
            Scores = new float[documentCount];
            TouchedBlocks = new byte[(documentCount >> BlockLog2) + 1];
        }

        if (countsWords && FoundWords.Length < documentCount)
        {
            FoundWords = new byte[documentCount];
            LastWords = new byte[documentCount];
        }
    }
}

/// <summary>A distinct term of a query.</summary>
/// <param name="TermId">Its number in the dictionary, −1 when no item ever held it.</param>
/// <param name="Token">The token it came from first.</param>
/// <param name="Word">Number of its word, from 1.</param>
/// <param name="QueryCount">How often the query says it.</param>
/// <param name="DocumentFrequency">Items that hold it.</param>
/// <param name="InverseDocumentFrequency">Its weight for rarity.</param>
internal record struct QueryTerm(int TermId, int Token, int Word, int QueryCount, int DocumentFrequency, float InverseDocumentFrequency)
{
    public readonly float Weight => QueryCount * InverseDocumentFrequency;
}
