namespace Vitrina.Learning.Recommending.Sources;

/// <summary>Ways to say which groups (categories, brands, clusters) a person will turn to next; the sources' "items" are groups, their histories hold items.</summary>
public static class GroupSources
{
    private const int Candidates = 150;

    // As of the prototype: wide groups are damped a little, for they are popular with everybody.
    private const double LiftExponent = 0.3;
    private const double OwnDecay = 4;

    /// <summary>Fits all sources.</summary>
    /// <param name="known">What people did, over items.</param>
    /// <param name="groups">Groups of the items.</param>
    /// <param name="options">Settings of the sources over items whose scores are summed by group.</param>
    public static FittedSources Fit(ItemSequences known, ItemAttributes groups, SourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(options);
        int[] counts = new int[groups.Count];
        for (int item = 0; item < known.ItemCount; item++)
        {
            foreach (int group in groups.ByItem.ColumnsOf(item))
            {
                counts[group] += known.CountOf(item);
            }
        }

        CsrMatrix pairs = PairCounts.Count(known, PairWeights.Decaying(options.CoVisitation.Window, options.CoVisitation.Decay, options.CoVisitation.Back));
        CsrMatrix together = groups.ByItem.Transposed().Times(pairs).Times(groups.ByItem);
        CsrMatrix shares = together.Map((group, _, count) => count / Math.Max(1, counts[group]));
        CsrMatrix lifted = shares.Map((_, other, share) => (float)(share / Math.Pow(Math.Max(1, counts[other]), LiftExponent)));
        MatrixSource directed = new("co-visitation", 1, FittedSources.CoVisitation(known, options.CoVisitation, options.RowLimit), options.CoVisitation.QueryDecay);
        MatrixSource near = new("next-item", 1, FittedSources.CoVisitation(known, options.NextItem, options.RowLimit), options.NextItem.QueryDecay);
        List<ItemSource> sources =
        [
            new FixedSource("popularity", Candidates, [.. counts.Select(count => (float)count)]),
            new GroupSumSource("own-history", Candidates, new HistorySource(1, double.PositiveInfinity), groups, known.ItemCount),
            new GroupSumSource("own-recent", Candidates, new HistorySource(1, OwnDecay), groups, known.ItemCount),
            new GroupSumSource("own-last", Candidates, new HistorySource(1, 0.7), groups, known.ItemCount),
            new GroupMatrixSource("co-visitation", Candidates, shares, groups.ByItem, OwnDecay),
            new GroupMatrixSource("co-visitation-lifted", Candidates, lifted, groups.ByItem, OwnDecay),
            new GroupSumSource("items-co-visited", Candidates, directed, groups, known.ItemCount),
            new GroupSumSource("items-next", Candidates, near, groups, known.ItemCount),
            new GroupSumSource("items-user-knn", Candidates, new UserKnnSource(known, options.UserKnn, 1), groups, known.ItemCount),
            new GroupFactorSource(known, groups, Candidates),
            new GroupSumSource("items-sequence-knn", Candidates, new SequenceKnnSource(known, options.SequenceKnn, 1), groups, known.ItemCount),
        ];
        if (groups.Count <= GroupTransitions.MaxGroups)
        {
            sources.Add(new GroupTransitionSource(Candidates, new GroupTransitions(known, groups.ByItem)));
        }

        return new FittedSources(counts, sources);
    }
}
