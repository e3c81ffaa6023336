namespace Vitrina.Learning.Recommending.Sources;

/// <summary>How <see cref="SequenceRidgeSource"/> is fitted.</summary>
public sealed record SequenceRidgeOptions
{
    /// <summary>The ridge λ. Default: 10.</summary>
    public double Ridge { get; init; } = 10;

    /// <summary>Weight of the items' shared attributes, by squared idf. Default: 0.03.</summary>
    public double AttributeWeight { get; init; } = 0.03;

    /// <summary>Steps over which what came before loses weight to 1/e, in learning and in asking. Default: 1.</summary>
    public double BeforeDecay { get; init; } = 1;

    /// <summary>Steps over which what comes later loses weight to 1/e. Default: 2.</summary>
    public double LaterDecay { get; init; } = 2;

    /// <summary>Most items that an item is explained by. Default: 100.</summary>
    public int Neighbours { get; init; } = 100;
}

/// <summary>
/// Scores an item by a linear model of what came before, in closed form: (PᵀP + λI)⁻¹PᵀS over every cut of every sequence, P the decayed items before
/// the cut, S those behind it (SLIT: Choi et al., Session-aware linear item-item models for session-based recommendation, WWW 2021), over the items
/// that foretell it best.
/// </summary>
public static class SequenceRidgeSource
{
    // A weight that is left out moves no coefficient that anyone would see.
    private const int Reach = 20;
    private const float Least = 1e-4f;

    /// <summary>Fits the model.</summary>
    /// <param name="known">What people did.</param>
    /// <param name="attributes">Attributes of the items; null where there are none.</param>
    /// <param name="options">Settings.</param>
    /// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
    public static MatrixSource Fit(ItemSequences known, ItemAttributes? attributes, SequenceRidgeOptions options, int candidates)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(options);
        RecencyWeights before = new(options.BeforeDecay), later = new(options.LaterDecay);
        CsrMatrix products = Sum(known, (sequence, place, sums) => AddBefore(sequence, place, before, sums));
        CsrMatrix laters = Sum(known, (sequence, place, sums) => AddLater(sequence, place, before, later, sums));
        float[] diagonal = new float[known.ItemCount];
        for (int item = 0; item < diagonal.Length; item++)
        {
            int place = products.ColumnsOf(item).IndexOf(item);
            diagonal[item] = (float)options.Ridge + (place < 0 ? 0 : products.ValuesOf(item)[place]);
        }

        NearbyRegression regression = new(products, diagonal, attributes, options.AttributeWeight, explainsItself: true);
        return new MatrixSource("sequence-ridge", candidates, regression.Solve(laters.Transposed(), options.Neighbours), options.BeforeDecay);
    }

    private delegate void Adding(ReadOnlySpan<int> sequence, int place, RowAccumulator sums);

    private static CsrMatrix Sum(ItemSequences known, Adding add) => CsrRows.Build(known.ItemCount, known.ItemCount, int.MaxValue, (item, sums) =>
    {
        foreach (int occurrence in known.OccurrencesOf(item))
        {
            add(known[known.SequenceOf(occurrence)], known.PositionOf(occurrence), sums);
        }
    });

    // One row of PᵀP: for every cut behind the occurrence, all items before the cut.
    private static void AddBefore(ReadOnlySpan<int> sequence, int place, RecencyWeights before, RowAccumulator sums)
    {
        for (int cut = place + 1; cut < Math.Min(place + 1 + Reach, sequence.Length) && before[cut - 1 - place] > Least; cut++)
        {
            float weight = before[cut - 1 - place];
            for (int back = 0; back < Math.Min(Reach, cut) && before[back] > Least; back++)
            {
                sums.Add(sequence[cut - 1 - back], weight * before[back]);
            }
        }
    }

    // One row of PᵀS: for every cut behind the occurrence, all items behind the cut.
    private static void AddLater(ReadOnlySpan<int> sequence, int place, RecencyWeights before, RecencyWeights later, RowAccumulator sums)
    {
        for (int cut = place + 1; cut < Math.Min(place + 1 + Reach, sequence.Length) && before[cut - 1 - place] > Least; cut++)
        {
            float weight = before[cut - 1 - place];
            for (int step = 0; step < Math.Min(Reach, sequence.Length - cut); step++)
            {
                sums.Add(sequence[cut + step], weight * later[step]);
            }
        }
    }
}
