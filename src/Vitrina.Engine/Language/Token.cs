namespace Vitrina.Engine.Language;

/// <summary>What kind of token the analysis found.</summary>
[Flags]
public enum TokenTraits
{
    /// <summary>An ordinary word.</summary>
    None = 0,

    /// <summary>A number, with its unit or dimensions when it has them: <c>11</c>, <c>10ml</c>, <c>60x50cm</c>.</summary>
    Number = 1,

    /// <summary>A model code or article number: letters mixed with digits, or a long run of digits in groups.</summary>
    ModelCode = 2,

    /// <summary>A part of the token that stands at the same position: <c>4070</c> of <c>rtx4070ti</c>.</summary>
    Part = 4,

    /// <summary>Neighbouring tokens written as one: <c>rtx4070ti</c> of "RTX 4070 Ti", <c>wifi</c> of "wi-fi".</summary>
    Joined = 8,
}

/// <summary>One term of an analysed text.</summary>
/// <param name="Start">Where the term begins in the buffer's characters.</param>
/// <param name="Length">Characters of the term, 1 to 64.</param>
/// <param name="Position">Number of the word in the text, from 0; whole, parts and joined forms share the position of their first word.</param>
/// <param name="Traits">Kind of the token.</param>
public readonly record struct Token(int Start, int Length, int Position, TokenTraits Traits)
{
    /// <summary>Whether the token stands for itself, and is not a part or a joined form of others.</summary>
    public bool IsBase => (Traits & (TokenTraits.Part | TokenTraits.Joined)) == 0;
}
