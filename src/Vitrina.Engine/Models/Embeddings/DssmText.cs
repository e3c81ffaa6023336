using System.Runtime.InteropServices;
using Vitrina.Engine.Language;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Models.Embeddings;

/// <summary>Reads texts as rows of the table: one for each word, one for each letter trigram of it, <c>#</c> standing at its ends (Huang et al. 2013, section 3.2).</summary>
/// <remarks>Reused from text to text; not for concurrent use. Allocates nothing once it has grown.</remarks>
public sealed class DssmText
{
    /// <summary>Rows of a text at most: a hostile text must not take long. A listing's title has about a hundred.</summary>
    public const int MaxRows = 1024;

    private readonly TextAnalyzer _analyzer;
    private readonly int _wordBuckets;
    private readonly int _trigramBuckets;
    private readonly TokenBuffer _tokens = new();
    private readonly int[] _rows = new int[MaxRows];

    /// <summary>A reader for encoders of one shape.</summary>
    public DssmText(DssmShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        _analyzer = new TextAnalyzer(shape.Languages);
        (_wordBuckets, _trigramBuckets) = (shape.WordBuckets, shape.TrigramBuckets);
    }

    /// <summary>The rows of a text, a row as often as the text has its word or trigram; valid until the next reading.</summary>
    public ReadOnlySpan<int> Read(ReadOnlySpan<char> text)
    {
        _analyzer.Analyze(text, _tokens);
        int count = 0;
        for (int token = 0; token < _tokens.Count && count < MaxRows; token++)
        {
            ReadOnlySpan<char> term = _tokens.Term(token);
            _rows[count++] = (int)(Hash.Of64(MemoryMarshal.AsBytes(term)) % (uint)_wordBuckets);

            // Parts and joined forms are words of their own; their letters are in the whole.
            for (int at = -1; _tokens[token].IsBase && at + 1 < term.Length && count < MaxRows; at++)
            {
                ulong trigram = ((ulong)LetterAt(term, at) << 32) | ((ulong)LetterAt(term, at + 1) << 16) | LetterAt(term, at + 2);
                _rows[count++] = _wordBuckets + (int)(Hash.Mix(trigram) % (uint)_trigramBuckets);
            }
        }

        return _rows.AsSpan(0, count);
    }

    private static char LetterAt(ReadOnlySpan<char> term, int at) => (uint)at < (uint)term.Length ? term[at] : '#';
}
