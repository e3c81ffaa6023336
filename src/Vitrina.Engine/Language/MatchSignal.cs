namespace Vitrina.Engine.Language;

/// <summary>One way in which a text fits a query, word by word. NaN where a signal has nothing to say.</summary>
/// <remarks>
/// A word of the query is found in a text exactly (1), in another spelling (<see cref="WordLikeness"/>, 0.5 to below 1), written together or apart (1), or not
/// at all (0): its <em>level</em>. Signals from <see cref="Coverage"/> to <see cref="QueryRarest"/> weigh words by their rarity in the catalogue, the others by number.
/// </remarks>
public enum MatchSignal
{
    /// <summary>The share of the query's words that stand in the text as they are, by rarity; 0 to 1.</summary>
    Coverage,

    /// <summary>The levels of the query's words, by rarity; 0 to 1.</summary>
    FuzzyCoverage,

    /// <summary>The levels of the words that are found in the text's head, by rarity; 0 to 1.</summary>
    HeadCoverage,

    /// <summary>The rarity of the rarest word that is not found; 0 when all are.</summary>
    MissingRarity,

    /// <summary>The mean rarity of the query's words.</summary>
    QueryRarity,

    /// <summary>The rarity of the query's rarest word.</summary>
    QueryRarest,

    /// <summary>1 when every word is found, else 0.</summary>
    AllTerms,

    /// <summary>The levels of the query's words; 0 to 1.</summary>
    Words,

    /// <summary>The levels of the words that are found in the text's head; 0 to 1.</summary>
    HeadWords,

    /// <summary>The level of the query's last word, which in English and Russian mostly names the thing.</summary>
    LastWord,

    /// <summary>The same, if it is found in the head.</summary>
    LastWordInHead,

    /// <summary>1 when the last word of the text's head is one of the query's, else 0.</summary>
    HeadEnd,

    /// <summary>The share of the head's words that are the query's.</summary>
    HeadShare,

    /// <summary>The share of the text's words that are the query's.</summary>
    TextShare,

    /// <summary>Words between where the query's last word is found and the end of the head; below 0 behind the head; NaN when it is not found.</summary>
    LastWordGap,

    /// <summary>Cosine of the letter trigrams, 0 to 1: alike in spite of spelling, without a notion of words.</summary>
    TrigramCosine,

    /// <summary>The share of the query's letter trigrams that the text has.</summary>
    TrigramCoverage,

    /// <summary>The share of the query's neighbouring words that are neighbours in the text, in the same order; NaN for one word.</summary>
    Order,

    /// <summary>The longest run of the query's words that stand in the text one behind the other, as a share of the query.</summary>
    Run,

    /// <summary>1 / (1 + words before the first that is found); 0 when none is.</summary>
    FirstPosition,

    /// <summary>Found words / the length of the stretch that holds them; 0 when none is.</summary>
    Closeness,

    /// <summary>The share of the query's words that are found only by writing words together or apart.</summary>
    Joined,

    /// <summary>The share of the query's words that are found only in another spelling.</summary>
    Fuzzy,

    /// <summary>The share of the query's numbers and measures that are found; NaN without one.</summary>
    Numbers,

    /// <summary>The share of the query's model codes that are found; NaN without one.</summary>
    ModelCode,

    /// <summary>Words of the text.</summary>
    Length,

    /// <summary>Words of its head.</summary>
    HeadLength,
}
