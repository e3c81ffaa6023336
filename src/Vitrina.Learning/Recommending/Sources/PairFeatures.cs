namespace Vitrina.Learning.Recommending.Sources;

/// <summary>Raw counts of pairs of items, which trees weigh themselves: together at all, and exactly one, two or three steps apart.</summary>
internal sealed class PairFeatures
{
    private PairFeatures(CsrMatrix together, CsrMatrix[] atLag)
    {
        Together = together;
        AtLag = atLag;
    }

    /// <summary>Lags of <see cref="AtLag"/>: above 0 the column comes later.</summary>
    public static IReadOnlyList<int> Lags { get; } = [1, 2, 3, -1, -2, -3];

    /// <summary>Sequences that hold both items.</summary>
    public CsrMatrix Together { get; }

    /// <summary>Pairs exactly so far apart, by <see cref="Lags"/>.</summary>
    public IReadOnlyList<CsrMatrix> AtLag { get; }

    /// <summary>Counts.</summary>
    public static PairFeatures Count(ItemSequences known, CsrMatrix together, int rowLimit)
        => new(together, [.. Lags.Select(lag => PairCounts.Count(known, PairWeights.At(lag), null, rowLimit))]);
}
