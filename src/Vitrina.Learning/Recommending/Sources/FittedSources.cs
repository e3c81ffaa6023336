namespace Vitrina.Learning.Recommending.Sources;

/// <summary>All sources fitted on the same sequences, with the counts that candidates' features are made of.</summary>
public sealed class FittedSources
{
    private const int WideCandidates = 150;
    private const int NarrowCandidates = 50;

    private FittedSources(ItemSequences known, ItemAttributes? attributes, IReadOnlyList<ItemSource> sources, PairFeatures? pairs)
    {
        Known = known;
        Attributes = attributes;
        Sources = sources;
        Pairs = pairs;
        int[] lasts = new int[known.ItemCount];
        for (int sequence = 0; sequence < known.Count; sequence++)
        {
            if (!known[sequence].IsEmpty)
            {
                lasts[known[sequence][^1]]++;
            }
        }

        LastCounts = lasts;
        Popularity = [.. Enumerable.Range(0, known.ItemCount).Select(known.CountOf)];
    }

    /// <summary>What the sources know.</summary>
    public ItemSequences Known { get; }

    /// <summary>Attributes of the items; null where there are none.</summary>
    public ItemAttributes? Attributes { get; }

    /// <summary>The sources; popularity stands first.</summary>
    public IReadOnlyList<ItemSource> Sources { get; }

    /// <summary>Pair counts that features read; null for sets without an order.</summary>
    internal PairFeatures? Pairs { get; }

    /// <summary>How often each item occurs.</summary>
    public int[] Popularity { get; }

    /// <summary>How often each item stands last in a sequence.</summary>
    public int[] LastCounts { get; }

    /// <summary>Fits all sources.</summary>
    /// <param name="known">What people did.</param>
    /// <param name="attributes">Attributes of the items; null where there are none.</param>
    /// <param name="isOrdered">Whether sequences are in time order.</param>
    /// <param name="options">Settings.</param>
    public static FittedSources Fit(ItemSequences known, ItemAttributes? attributes, bool isOrdered, SourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(options);
        CsrMatrix together = PairCounts.Count(known, PairWeights.All(known.LongestLength), null, options.RowLimit);
        List<ItemSource> sources =
        [
            new PopularitySource(known, NarrowCandidates),
            new MatrixSource("item-knn", NarrowCandidates, Cosine(known, together, options), options.ItemKnnQueryDecay),
            new UserKnnSource(known, options.UserKnn, WideCandidates),
        ];
        if (isOrdered)
        {
            CsrMatrix directed = CoVisitation(known, options.CoVisitation, options.RowLimit);
            CsrMatrix near = CoVisitation(known, options.NextItem, options.RowLimit);
            CsrMatrix shortened = CsrRows.Build(directed.RowCount, directed.ColumnCount, options.TwoStepRowLimit, (row, sums) => Copy(directed, row, sums));
            sources.Add(new MatrixSource("co-visitation", WideCandidates, directed, options.CoVisitation.QueryDecay));
            sources.Add(new MatrixSource("next-item", WideCandidates, near, options.NextItem.QueryDecay));
            sources.Add(new MatrixSource("two-step", WideCandidates, shortened.Times(shortened, options.RowLimit), options.CoVisitation.QueryDecay));
        }

        if (attributes is not null)
        {
            sources.Add(new AttributeSource(attributes, NarrowCandidates, options.AttributeQueryDecay));
        }

        return new FittedSources(known, attributes, sources, isOrdered ? PairFeatures.Count(known, together, options.RowLimit) : null);
    }

    /// <summary>Directed co-visitation, damped by how often both items occur.</summary>
    internal static CsrMatrix CoVisitation(ItemSequences known, CoVisitationOptions options, int rowLimit)
        => Damped(known, PairCounts.Count(known, PairWeights.Decaying(options.Window, options.Decay, options.Back)), options, rowLimit);

    /// <summary>Damps counts of pairs.</summary>
    internal static CsrMatrix Damped(ItemSequences known, CsrMatrix counts, CoVisitationOptions options, int rowLimit)
    {
        double[] ofKnown = Powers(known, options.KnownExponent), ofTarget = Powers(known, options.TargetExponent);
        CsrMatrix damped = counts.Map((item, other, count) => (float)(count / ((ofKnown[item] * ofTarget[other]) + options.Shrink)));
        return rowLimit >= known.ItemCount ? damped : CsrRows.Build(damped.RowCount, damped.ColumnCount, rowLimit, (row, sums) => Copy(damped, row, sums));
    }

    private static CsrMatrix Cosine(ItemSequences known, CsrMatrix together, SourceOptions options)
    {
        double[] roots = Powers(known, 0.5);
        CsrMatrix cosine = together.Map((item, other, count) => (float)(count / ((roots[item] * roots[other]) + options.ItemKnnShrink)));
        return options.ItemKnnNeighbours >= known.ItemCount
            ? cosine
            : CsrRows.Build(cosine.RowCount, cosine.ColumnCount, options.ItemKnnNeighbours, (row, sums) => Copy(cosine, row, sums));
    }

    private static double[] Powers(ItemSequences known, double exponent)
        => [.. Enumerable.Range(0, known.ItemCount).Select(item => Math.Pow(known.CountOf(item), exponent))];

    private static void Copy(CsrMatrix matrix, int row, RowAccumulator sums)
    {
        ReadOnlySpan<int> columns = matrix.ColumnsOf(row);
        ReadOnlySpan<float> values = matrix.ValuesOf(row);
        for (int i = 0; i < columns.Length; i++)
        {
            sums.Add(columns[i], values[i]);
        }
    }
}
