namespace Vitrina.Engine.Language;

/// <summary>Words that join others and name nothing: "корм для кошек" and "корм кошкам" name one thing.</summary>
internal static class FunctionWords
{
    /// <summary>Whether a folded word, stemmed or not, is one of them.</summary>
    public static bool Contains(ReadOnlySpan<char> word) =>
        word is "для" or "дл" or "с" or "со" or "и" or "в" or "во" or "на" or "из" or "от" or "по" or "под" or "к" or "for" or "with" or "and" or "the" or "of" or "in" or "a" or "an" or "to";
}
