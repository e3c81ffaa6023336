using Vitrina.Engine.Language;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>What is looked for in texts: words with their alternatives, and words that must not occur. Reused from query to query; for one thread at a time.</summary>
/// <remarks>
/// A word is a set of weighted terms of which any one makes it occur: its own ones of weight 1, and alternatives (synonyms, corrections) of less. An item
/// must hold every required word, and as many words as <see cref="MinimumShouldMatch"/> and <see cref="MinimumWords"/> demand; each of its terms adds to its score.
/// Any text is a query: what cannot be understood, or is too much, is left out.
/// </remarks>
internal sealed class TextQuery
{
    /// <summary>Further terms are ignored; more of them would only cost time.</summary>
    public const int MaxTerms = 128;

    /// <summary>Further words are ignored.</summary>
    public const int MaxWords = 64;

    private readonly List<TextQueryTerm> _terms = [];
    private readonly List<TextQueryTerm> _unwanted = [];
    private readonly TokenBuffer _tokens = new();
    private char[] _characters = new char[256];
    private int _characterCount;
    private char[] _text = [];

    /// <summary>The share of the words, 0 to 1, that an item must hold; rounded up to whole words, at least one. Default 0.</summary>
    public double MinimumShouldMatch { get; set; }

    /// <summary>The number of words that an item must hold, whatever the share says; of a shorter query all of them. Default 1.</summary>
    public int MinimumWords { get; set; } = 1;

    /// <summary>Takes over how many words an item must hold.</summary>
    public void Demand(QueryDeclaration options) => (MinimumShouldMatch, MinimumWords) = (options.MinimumShouldMatch, options.MinimumWords);

    /// <summary>Words so far; they are numbered from 0.</summary>
    public int WordCount { get; private set; }

    /// <summary>The terms of the words, in the order of their addition.</summary>
    public IReadOnlyList<TextQueryTerm> Terms => _terms;

    /// <summary>Terms that an item must not hold.</summary>
    public IReadOnlyList<TextQueryTerm> Unwanted => _unwanted;

    /// <summary>A bit for every word that an item must hold.</summary>
    internal ulong RequiredWords { get; private set; }

    /// <summary>The characters of a term.</summary>
    public ReadOnlySpan<char> TextOf(in TextQueryTerm term) => _characters.AsSpan(term.Start, term.Length);

    /// <summary>Forgets everything but the demanded share and number of words.</summary>
    public void Clear()
    {
        _terms.Clear();
        _unwanted.Clear();
        (_characterCount, WordCount, RequiredWords) = (0, 0, 0);
    }

    /// <summary>Replaces the query by the words of the text. A word behind a minus is unwanted; quotation marks have no effect.</summary>
    public void Read(TextAnalyzer analyzer, ReadOnlySpan<char> text)
    {
        Clear();
        if (_text.Length < text.Length * 2)
        {
            _text = new char[text.Length * 2];
        }

        var wanted = _text.AsSpan(0, text.Length);
        var unwanted = _text.AsSpan(text.Length, text.Length);
        text.CopyTo(wanted);
        unwanted.Fill(' ');
        for (var at = 0; at + 1 < text.Length; at++)
        {
            if (text[at] == '-' && char.IsLetter(text[at + 1]) && (at == 0 || char.IsWhiteSpace(text[at - 1])))
            {
                var end = at + 1;
                while (end < text.Length && !char.IsWhiteSpace(text[end]))
                {
                    end++;
                }

                text[(at + 1)..end].CopyTo(unwanted[(at + 1)..]);
                wanted[at..end].Fill(' ');
                at = end;
            }
        }

        AddWords(analyzer, wanted);
        analyzer.Analyze(unwanted, _tokens);
        for (var token = 0; token < _tokens.Count; token++)
        {
            if (_tokens[token].IsBase)
            {
                AddUnwanted(_tokens.Term(token));
            }
        }
    }

    /// <summary>Appends the words of a text.</summary>
    /// <returns>The number of the first one; they are <see cref="WordCount"/> minus it.</returns>
    public int AddWords(TextAnalyzer analyzer, ReadOnlySpan<char> text)
    {
        var first = WordCount;
        analyzer.Analyze(text, _tokens);
        for (var token = 0; token < _tokens.Count; token++)
        {
            var word = first + _tokens[token].Position;
            WordCount = Math.Max(WordCount, Math.Min(word + 1, MaxWords));
            AddAlternative(word, _tokens.Term(token), 1);
        }

        return first;
    }

    /// <summary>Appends a word without terms, which no item holds as long as it has none.</summary>
    /// <returns>Its number; <see cref="MaxWords"/> when there are too many, and then nothing that is done with it has an effect.</returns>
    public int AddWord() => WordCount < MaxWords ? WordCount++ : MaxWords;

    /// <summary>Lets a word also occur through a term.</summary>
    /// <param name="word">Number of the word.</param>
    /// <param name="term">The term as the index holds it: folded and stemmed.</param>
    /// <param name="weight">What the term's score is multiplied by, above 0 to 1; 1 for the word itself.</param>
    public void AddAlternative(int word, ReadOnlySpan<char> term, float weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(word);
        if (!(weight > 0 && weight <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight is above 0 and at most 1.");
        }

        if (word < WordCount && _terms.Count < MaxTerms && term.Length > 0)
        {
            _terms.Add(Store(term, word, weight));
        }
    }

    /// <summary>Demands that an item holds a word, through any of its terms.</summary>
    public void Require(int word)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(word);
        if (word < WordCount)
        {
            RequiredWords |= 1ul << word;
        }
    }

    /// <summary>Appends a word of one term, as the index holds it, that an item must hold.</summary>
    /// <returns>Its number, for further alternatives.</returns>
    public int AddRequired(ReadOnlySpan<char> term)
    {
        var word = AddWord();
        AddAlternative(word, term, 1);
        Require(word);
        return word;
    }

    /// <summary>Demands that an item does not hold a term, as the index holds it.</summary>
    public void AddUnwanted(ReadOnlySpan<char> term)
    {
        if (_unwanted.Count < MaxTerms && term.Length > 0)
        {
            _unwanted.Add(Store(term, -1, 1));
        }
    }

    private TextQueryTerm Store(ReadOnlySpan<char> term, int word, float weight)
    {
        if (_characters.Length - _characterCount < term.Length)
        {
            Array.Resize(ref _characters, Math.Max(_characters.Length * 2, _characterCount + term.Length));
        }

        term.CopyTo(_characters.AsSpan(_characterCount));
        var stored = new TextQueryTerm(_characterCount, term.Length, word, weight);
        _characterCount += term.Length;
        return stored;
    }
}
