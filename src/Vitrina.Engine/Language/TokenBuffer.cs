namespace Vitrina.Engine.Language;

/// <summary>Receives the tokens of one text; reused from text to text, so that analysis allocates nothing once the buffer has grown.</summary>
/// <remarks>For one thread at a time. What it holds is valid until the next analysis into it.</remarks>
public sealed class TokenBuffer
{
    /// <summary>Longer terms are cut to this many characters: no catalogue word comes near it, and a hostile text must not fill the dictionary.</summary>
    internal const int MaxTermLength = 64;

    private char[] _characters = new char[512];
    private int _characterCount;
    private Token[] _tokens = new Token[64];

    /// <summary>How many tokens the text has, parts and joined forms included.</summary>
    public int Count { get; private set; }

    /// <summary>The number of positions in the text: its base tokens.</summary>
    public int PositionCount { get; internal set; }

    /// <summary>The folded text that the scanner reads; rewritten by every analysis.</summary>
    internal char[] Folded { get; private set; } = new char[512];

    /// <summary>Words and numbers that may join with their neighbours; rewritten by every analysis.</summary>
    internal List<JoinablePiece> Joinable { get; } = new(64);

    /// <summary>A token by its number. Tokens stand in text order, except that joined numbers and words come last.</summary>
    public Token this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return _tokens[index];
        }
    }

    /// <summary>The characters of a token.</summary>
    public ReadOnlySpan<char> Term(int index)
    {
        var token = this[index];
        return _characters.AsSpan(token.Start, token.Length);
    }

    /// <summary>Forgets the text.</summary>
    public void Clear()
    {
        _characterCount = 0;
        Count = 0;
        PositionCount = 0;
        Joinable.Clear();
    }

    internal char[] ReserveFolded(int length)
    {
        if (Folded.Length < length)
        {
            Folded = new char[Math.Max(length, Folded.Length * 2)];
        }

        return Folded;
    }

    /// <summary>Room for one more term; what is written there becomes a token by <see cref="Commit"/>.</summary>
    internal Span<char> Reserve()
    {
        if (_characters.Length - _characterCount < MaxTermLength)
        {
            Array.Resize(ref _characters, _characters.Length * 2);
        }

        return _characters.AsSpan(_characterCount, MaxTermLength);
    }

    internal void Commit(int length, int position, TokenTraits traits)
    {
        if (length == 0)
        {
            return;
        }

        if (Count == _tokens.Length)
        {
            Array.Resize(ref _tokens, Count * 2);
        }

        _tokens[Count++] = new Token(_characterCount, length, position, traits);
        _characterCount += length;
    }
}

/// <summary>A stretch of the folded text that may join with its right neighbour into a model name.</summary>
internal readonly record struct JoinablePiece(int Start, int End, int Position, bool IsWord);
