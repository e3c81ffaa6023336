namespace Vitrina.Engine.Models.Embeddings;

/// <summary>The sizes of an encoder, and what its words are.</summary>
public sealed record DssmShape
{
    /// <summary>Languages whose words are stemmed, as <see cref="Language.TextAnalyzer"/> takes them.</summary>
    public IReadOnlyList<string> Languages { get; init; } = ["ru", "en"];

    /// <summary>Rows that words are hashed into. Default 65,536.</summary>
    public int WordBuckets { get; init; } = 1 << 16;

    /// <summary>Rows that letter trigrams are hashed into. Default 32,768: about as many as a language has (Huang et al. 2013, section 3.2).</summary>
    public int TrigramBuckets { get; init; } = 1 << 15;

    /// <summary>Numbers in a row. Default 64.</summary>
    public int RowSize { get; init; } = 64;

    /// <summary>Neurons of the layer between rows and vector; 0 = none, the vector is a linear map of the rows' sum. Default 0.</summary>
    public int HiddenSize { get; init; }

    /// <summary>Numbers in a vector. Default 64.</summary>
    public int Dimension { get; init; } = 64;

    /// <summary>All rows.</summary>
    public int RowCount => WordBuckets + TrigramBuckets;

    /// <summary>Inputs of the last layer.</summary>
    public int OutputInputs => HiddenSize > 0 ? HiddenSize : RowSize;

    /// <summary>Says what is wrong with the sizes; null when nothing is.</summary>
    public string? FindMistake() => this switch
    {
        { WordBuckets: < 1 or > 1 << 24 } => "WordBuckets must be from 1 to 16,777,216",
        { TrigramBuckets: < 1 or > 1 << 24 } => "TrigramBuckets must be from 1 to 16,777,216",
        { RowSize: < 1 or > 1024 } => "RowSize must be from 1 to 1,024",
        { HiddenSize: < 0 or > 4096 } => "HiddenSize must be from 0 to 4,096",
        { Dimension: < 1 or > 1024 } => "Dimension must be from 1 to 1,024",
        _ => (long)RowCount * RowSize > Array.MaxLength ? "RowCount x RowSize is too large" : null,
    };
}
