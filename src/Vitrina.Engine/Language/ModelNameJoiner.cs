namespace Vitrina.Engine.Language;

/// <summary>Adds the joined form of model names that are written with spaces: "RTX 4070 Ti" is also <c>rtx4070</c> and <c>rtx4070ti</c>.</summary>
internal readonly ref struct ModelNameJoiner(ReadOnlySpan<char> text, TokenBuffer tokens)
{
    /// <summary>A longer number or code is a name of its own and needs no word before it.</summary>
    public const int MaxCodeLength = 6;

    /// <summary>Digits from which a joined name counts as a model code: "RTX 4070", but not "iPhone 11".</summary>
    private const int MinModelDigits = 3;

    private readonly ReadOnlySpan<char> _text = text;

    /// <summary>Reads the buffer's joinable pieces and writes the joined tokens.</summary>
    public void Join()
    {
        var pieces = tokens.Joinable;
        for (var i = 0; i + 1 < pieces.Count; i++)
        {
            var number = pieces[i + 1];
            if (!pieces[i].IsWord || number.IsWord || !IsNext(pieces[i], number) || number.End - number.Start > MaxCodeLength)
            {
                continue;
            }

            var traits = TokenTraits.Joined | (DigitCount(number) >= MinModelDigits ? TokenTraits.ModelCode : TokenTraits.None);
            Emit(pieces[i], number, suffix: default, traits);
            if (i + 2 < pieces.Count && pieces[i + 2].IsWord && IsNext(number, pieces[i + 2]) && IsSuffix(_text[pieces[i + 2].Start..pieces[i + 2].End]))
            {
                Emit(pieces[i], number, pieces[i + 2], traits);
            }
        }
    }

    private bool IsNext(JoinablePiece left, JoinablePiece right) => right.Start == left.End + 1 && _text[left.End] == ' ';

    private int DigitCount(JoinablePiece piece)
    {
        var count = 0;
        foreach (var character in _text[piece.Start..piece.End])
        {
            count += char.IsAsciiDigit(character) ? 1 : 0;
        }

        return count;
    }

    private void Emit(JoinablePiece word, JoinablePiece number, JoinablePiece suffix, TokenTraits traits)
    {
        var term = tokens.Reserve();
        var length = Copy(word, term);
        length += Copy(number, term[length..]);
        length += Copy(suffix, term[length..]);
        Script.PreferLatin(term[..length]);
        tokens.Commit(length, word.Position, traits);
    }

    private int Copy(JoinablePiece piece, Span<char> term)
    {
        var source = _text[piece.Start..piece.End];
        source = source[..Math.Min(source.Length, term.Length)];
        source.CopyTo(term);
        term[..source.Length].Replace(',', '.');
        return source.Length;
    }

    /// <summary>Whether a word behind a number belongs to the model's name.</summary>
    internal static bool IsSuffix(ReadOnlySpan<char> word) =>
        word is "ti" or "pro" or "max" or "plus" or "super" or "ultra" or "mini" or "lite" or "se" or "xt" or "xtx" or "fe" or "gt" or "slim" or "air";
}
