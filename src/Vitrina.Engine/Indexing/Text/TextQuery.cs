using Vitrina.Engine.Language;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>The analysed words of a query. Reused from query to query; for one thread at a time.</summary>
/// <remarks>
/// Words are alternatives; <see cref="MinimumShouldMatch"/> demands a share of them. A word behind a minus is unwanted. Quotation marks have no
/// effect here. Any text is a query: what cannot be understood is left out.
/// </remarks>
internal sealed class TextQuery
{
    /// <summary>Further terms are ignored; more of them would only cost time.</summary>
    public const int MaxTerms = 128;

    private char[] _text = [];

    /// <summary>The share of the words, 0 to 1, that an item must hold; rounded up to whole words, at least one. Default 0.</summary>
    public double MinimumShouldMatch { get; set; }

    /// <summary>The tokens of the wanted words.</summary>
    internal TokenBuffer Wanted { get; } = new();

    /// <summary>The tokens of the unwanted words.</summary>
    internal TokenBuffer Unwanted { get; } = new();

    /// <summary>Replaces the query by the words of the text.</summary>
    public void Read(TextAnalyzer analyzer, ReadOnlySpan<char> text)
    {
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

        analyzer.Analyze(wanted, Wanted);
        analyzer.Analyze(unwanted, Unwanted);
    }
}
