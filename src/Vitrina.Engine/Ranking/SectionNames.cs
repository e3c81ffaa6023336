namespace Vitrina.Engine.Ranking;

/// <summary>The sections that an answer can have.</summary>
public static class SectionNames
{
    /// <summary>The surface's own list.</summary>
    public const string Organic = "organic";

    /// <summary>Analogs of what an exact query names.</summary>
    public const string Similar = "similar";

    /// <summary>How many analogs stand there when the request asks for them and the surface says nothing.</summary>
    internal const int DefaultSimilarCount = 10;

    /// <summary>The mark of a candidate that an exact query does not mean.</summary>
    internal const string OtherMark = "exact:other";

    /// <summary>The sections that a request may ask for.</summary>
    public static IReadOnlyList<string> Known { get; } = [Organic, Similar];
}
