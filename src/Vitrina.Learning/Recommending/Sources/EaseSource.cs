namespace Vitrina.Learning.Recommending.Sources;

/// <summary>How <see cref="EaseSource"/> is fitted.</summary>
public sealed record EaseOptions
{
    /// <summary>The ridge λ. Default: 100.</summary>
    public double Ridge { get; init; } = 100;

    /// <summary>A sequence of length L counts L^−exponent, relative to the mean: so much less do long ones weigh. Default: 0.</summary>
    public double LengthExponent { get; init; }

    /// <summary>An item of n events is scaled by n^−exponent, which is a ridge of λ · (n / mean)^(2 · exponent). Default: 0.</summary>
    public double CountExponent { get; init; }

    /// <summary>Share of events that are thought away in learning; 0 to below 1. Default: 0.</summary>
    public double Dropout { get; init; }

    /// <summary>Weight of the items' shared attributes, by squared idf. Default: 0.1.</summary>
    public double AttributeWeight { get; init; } = 0.1;

    /// <summary>Steps of the history over which a weight falls to 1/e. Default: 2.</summary>
    public double QueryDecay { get; init; } = 2;

    /// <summary>Most items that an item is explained by. Default: 100.</summary>
    public int Neighbours { get; init; } = 100;
}

/// <summary>
/// Scores an item by a linear model of everybody's other items, in closed form (Steck, Embarrassingly shallow autoencoders for sparse data, WWW 2019;
/// dropout as a ridge by count: Steck, Autoencoders that don't overfit towards the identity, NeurIPS 2020), over the items that are nearest to it.
/// </summary>
public static class EaseSource
{
    /// <summary>Fits the model.</summary>
    /// <param name="known">What people did.</param>
    /// <param name="attributes">Attributes of the items; null where there are none.</param>
    /// <param name="options">Settings.</param>
    /// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
    public static MatrixSource Fit(ItemSequences known, ItemAttributes? attributes, EaseOptions options, int candidates)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(options);
        float[] weights = WeightsByLength(known, options.LengthExponent);
        CsrMatrix products = PairCounts.Count(known, PairWeights.All(known.LongestLength), length => weights[length]);
        float[] diagonal = new float[known.ItemCount];
        double mean = Math.Max(1, Enumerable.Range(0, known.ItemCount).Average(item => (double)known.CountOf(item))), drop = options.Dropout / (1 - options.Dropout);
        for (int item = 0; item < diagonal.Length; item++)
        {
            double square = 0;
            foreach (int occurrence in known.OccurrencesOf(item))
            {
                square += weights[known[known.SequenceOf(occurrence)].Length];
            }

            // An item without events has no row but through attributes.
            diagonal[item] = (float)((square * (1 + drop)) + (options.Ridge * Math.Pow(Math.Max(1, known.CountOf(item)) / mean, 2 * options.CountExponent)));
        }

        NearbyRegression regression = new(products, diagonal, attributes, options.AttributeWeight, explainsItself: false);
        return new MatrixSource("ease", candidates, regression.Solve(products, options.Neighbours), options.QueryDecay);
    }

    // L^-exponent, over its mean's inverse.
    private static float[] WeightsByLength(ItemSequences known, double exponent)
    {
        double mean = 0;
        for (int sequence = 0; sequence < known.Count; sequence++)
        {
            mean += Math.Pow(Math.Max(1, known[sequence].Length), exponent) / known.Count;
        }

        return [.. Enumerable.Range(0, known.LongestLength + 1).Select(length => (float)(Math.Pow(Math.Max(1, length), -exponent) * mean))];
    }
}
