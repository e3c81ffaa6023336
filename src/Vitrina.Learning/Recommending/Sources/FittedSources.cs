namespace Vitrina.Learning.Recommending.Sources;

/// <summary>All sources fitted on the same sequences, with the counts that candidates' features are made of.</summary>
public sealed class FittedSources
{
    private const int WideCandidates = 150;
    private const int NarrowCandidates = 50;

    /// <summary>Wraps fitted sources.</summary>
    /// <param name="popularity">How often each item occurs, shape [items].</param>
    /// <param name="sources">The sources; popularity stands first.</param>
    internal FittedSources(int[] popularity, IReadOnlyList<ItemSource> sources)
    {
        Popularity = popularity;
        LastCounts = new int[popularity.Length];
        Sources = sources;
    }

    /// <summary>Number of items.</summary>
    public int ItemCount => Popularity.Length;

    /// <summary>How often each item of a history occurs; null where what is recommended is not what histories hold.</summary>
    internal int[]? HistoryCounts { get; private init; }

    /// <summary>Attributes of the items; null where there are none.</summary>
    public ItemAttributes? Attributes { get; private init; }

    /// <summary>The sources; popularity stands first.</summary>
    public IReadOnlyList<ItemSource> Sources { get; }

    /// <summary>Whether what people did has no order.</summary>
    internal bool IsOfSets { get; private init; }

    /// <summary>Pair counts that features read; null for sets without an order.</summary>
    internal PairFeatures? Pairs { get; private init; }

    /// <summary>When items were in use; null for sets without an order.</summary>
    internal ItemTimes? Times { get; private init; }

    /// <summary>How often each item occurs.</summary>
    public int[] Popularity { get; }

    /// <summary>How often each item stands last in a sequence.</summary>
    public int[] LastCounts { get; private init; }

    /// <summary>Fits all sources that a task can have.</summary>
    /// <param name="known">What people did.</param>
    /// <param name="task">The task.</param>
    /// <param name="options">Settings.</param>
    public static FittedSources Fit(ItemSequences known, RecommendTask task, SourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(options);
        // Counts of all pairs are large: what is made of them comes first, and they are let go.
        CsrMatrix together = PairCounts.Count(known, PairWeights.All(known.LongestLength));
        MatrixSource itemKnn = new("item-knn", NarrowCandidates, Cosine(known, together, options), options.ItemKnnQueryDecay);
        PairFeatures? pairs = task.IsOrdered ? PairFeatures.Count(known, Shortened(together, options.RowLimit), options.RowLimit) : null;
        UserKnnSource people = new(known, options.UserKnn, WideCandidates);
        FactorSource factors = new(known, options.Factors, task.IsOrdered ? NarrowCandidates : WideCandidates);
        MatrixSource ease = EaseSource.Fit(known, task.Attributes, options.Ease, WideCandidates);
        List<ItemSource> sources =
        [
            new FixedSource("popularity", NarrowCandidates, [.. Enumerable.Range(0, known.ItemCount).Select(item => (float)known.CountOf(item))]),
            itemKnn,
            people,
            factors,
            ease,
        ];
        if (task.IsOrdered)
        {
            AddOrdered(sources, known, task, options);
        }
        else
        {
            sources.Add(new MatrixSource("rp3beta", NarrowCandidates, Walks(known, options), double.PositiveInfinity));
            sources.Add(new SumSource(WideCandidates, [(ease, 1), (factors, options.Sum.Factors), (people, options.Sum.UserKnn)]));
        }

        if (task.Attributes is not null)
        {
            sources.Add(new AttributeSource(task.Attributes, NarrowCandidates, options.AttributeQueryDecay));
            if (task.IsOrdered && task.Attributes.Count <= GroupTransitions.MaxGroups)
            {
                sources.Add(new AttributeTransitionSource(known, task.Attributes, NarrowCandidates));
            }
        }

        if (task.AllowsRepeats)
        {
            sources.Add(new HistorySource(NarrowCandidates, options.CoVisitation.QueryDecay));
        }

        int[] popularity = [.. Enumerable.Range(0, known.ItemCount).Select(known.CountOf)];
        return new FittedSources(popularity, sources)
        {
            HistoryCounts = popularity,
            Attributes = task.Attributes,
            IsOfSets = !task.IsOrdered,
            Pairs = pairs,
            Times = task.IsOrdered ? ItemTimes.Fit(known) : null,
            LastCounts = LastsOf(known),
        };
    }

    private static void AddOrdered(List<ItemSource> sources, ItemSequences known, RecommendTask task, SourceOptions options)
    {
        CsrMatrix directed = CoVisitation(known, options.CoVisitation, options.RowLimit);
        CsrMatrix near = CoVisitation(known, options.NextItem, options.RowLimit);
        CsrMatrix shortened = Shortened(directed, options.TwoStepRowLimit);
        sources.Add(new MatrixSource("co-visitation", WideCandidates, directed, options.CoVisitation.QueryDecay));
        sources.Add(new MatrixSource("next-item", WideCandidates, near, options.NextItem.QueryDecay));
        sources.Add(new MatrixSource("two-step", WideCandidates, shortened.Times(shortened, options.RowLimit), options.CoVisitation.QueryDecay));
        sources.Add(new SequenceKnnSource(known, options.SequenceKnn, WideCandidates));
        sources.Add(SequenceRidgeSource.Fit(known, task.Attributes, options.SequenceRidge, WideCandidates));
    }

    private static int[] LastsOf(ItemSequences known)
    {
        int[] lasts = new int[known.ItemCount];
        for (int sequence = 0; sequence < known.Count; sequence++)
        {
            if (!known[sequence].IsEmpty)
            {
                lasts[known[sequence][^1]]++;
            }
        }

        return lasts;
    }

    // Three steps of a random walk, item to person to item, by one of the pair's shares (Paudel et al., RP3beta, ACM TiiS 2017).
    private static CsrMatrix Walks(ItemSequences known, SourceOptions options)
    {
        double[] damping = Powers(known, options.WalkExponent);
        CsrMatrix counts = PairCounts.Count(known, PairWeights.All(known.LongestLength), length => 1f / length);
        return Shortened(counts.Map((item, other, count) => (float)(count / (known.CountOf(item) * damping[other]))), options.RowLimit);
    }

    /// <summary>Directed co-visitation, damped by how often both items occur.</summary>
    internal static CsrMatrix CoVisitation(ItemSequences known, CoVisitationOptions options, int rowLimit)
        => Damped(known, PairCounts.Count(known, PairWeights.Decaying(options.Window, options.Decay, options.Back)), options, rowLimit);

    /// <summary>Damps counts of pairs.</summary>
    internal static CsrMatrix Damped(ItemSequences known, CsrMatrix counts, CoVisitationOptions options, int rowLimit)
    {
        double[] ofKnown = Powers(known, options.KnownExponent), ofTarget = Powers(known, options.TargetExponent);
        CsrMatrix damped = counts.Map((item, other, count) => (float)(count / ((ofKnown[item] * ofTarget[other]) + options.Shrink)));
        return Shortened(damped, rowLimit);
    }

    private static CsrMatrix Cosine(ItemSequences known, CsrMatrix together, SourceOptions options)
    {
        double[] roots = Powers(known, 0.5);
        CsrMatrix cosine = together.Map((item, other, count) => (float)(count / ((roots[item] * roots[other]) + options.ItemKnnShrink)));

        // Each item has its own nearest ones; a row of the source is read the other way round: what an item of the history is near to.
        return Shortened(cosine, Math.Min(options.ItemKnnNeighbours, options.RowLimit)).Transposed();
    }

    private static double[] Powers(ItemSequences known, double exponent)
        => [.. Enumerable.Range(0, known.ItemCount).Select(item => Math.Pow(known.CountOf(item), exponent))];

    private static CsrMatrix Shortened(CsrMatrix matrix, int rowLimit)
        => rowLimit >= matrix.ColumnCount
            ? matrix
            : CsrRows.Build(matrix.RowCount, matrix.ColumnCount, rowLimit, (row, sums) =>
            {
                ReadOnlySpan<int> columns = matrix.ColumnsOf(row);
                ReadOnlySpan<float> values = matrix.ValuesOf(row);
                for (int i = 0; i < columns.Length; i++)
                {
                    sums.Add(columns[i], values[i]);
                }
            });
}
