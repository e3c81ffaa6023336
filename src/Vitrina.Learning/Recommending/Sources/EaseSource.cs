using System.Numerics.Tensors;
using Vitrina.Kernels.Matrices;

namespace Vitrina.Learning.Recommending.Sources;

/// <summary>How EASE is fitted.</summary>
public sealed record EaseOptions
{
    /// <summary>The ridge λ. Default: 100.</summary>
    public double Ridge { get; init; } = 100;

    /// <summary>A sequence of length L counts L^−exponent, relative to the mean: so much less do long ones weigh. Default: 0.</summary>
    public double LengthExponent { get; init; }

    /// <summary>An item of n events is scaled by n^−exponent. Default: 0.</summary>
    public double CountExponent { get; init; }

    /// <summary>Share of events that are thought away in learning; 0 to below 1. Default: 0.</summary>
    public double Dropout { get; init; }

    /// <summary>Weight of the items' shared attributes, by squared idf. Default: 0.1.</summary>
    public double AttributeWeight { get; init; } = 0.1;

    /// <summary>Steps of the history over which a weight falls to 1/e. Default: 2.</summary>
    public double QueryDecay { get; init; } = 2;
}

/// <summary>
/// Scores an item by a linear model of everybody's other items, in closed form (Steck, Embarrassingly shallow autoencoders for sparse data, WWW 2019;
/// dropout as a ridge by count: Steck, Autoencoders that don't overfit towards the identity, NeurIPS 2020).
/// </summary>
/// <remarks>Shared attributes enter as further rows of data. One dense matrix of items squared; safe for concurrent use.</remarks>
public sealed class EaseSource : ItemSource
{
    private readonly float[] _weights;
    private readonly int _itemCount;
    private readonly RecencyWeights _recency;

    private EaseSource(float[] weights, int itemCount, int candidates, double queryDecay)
        : base("ease", candidates)
    {
        _weights = weights;
        _itemCount = itemCount;
        _recency = new RecencyWeights(queryDecay);
    }

    /// <summary>Fits the model.</summary>
    /// <param name="known">What people did.</param>
    /// <param name="attributes">Attributes of the items; null where there are none.</param>
    /// <param name="options">Settings.</param>
    /// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
    /// <remarks>Cost: items³ multiplications and items² floats of memory.</remarks>
    public static EaseSource Fit(ItemSequences known, ItemAttributes? attributes, EaseOptions options, int candidates)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(options);
        int items = known.ItemCount;
        double[] scales = Scales(known, options.CountExponent);
        float[] matrix = Gram(known, options.LengthExponent, scales);
        if (attributes is not null && options.AttributeWeight > 0)
        {
            AddAttributes(matrix, attributes, options.AttributeWeight, scales);
        }

        double drop = options.Dropout / (1 - options.Dropout);
        for (int item = 0; item < items; item++)
        {
            ref float diagonal = ref matrix[((long)item * items) + item];
            diagonal += (float)(options.Ridge + (drop * diagonal));
        }

        SymmetricInverse.Invert(matrix, items);
        ToWeights(matrix, items, scales);
        return new EaseSource(matrix, items, candidates, options.QueryDecay);
    }

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        scores.Clear();
        for (int back = 0; back < _recency.Reach(history.Length); back++)
        {
            ReadOnlySpan<float> row = _weights.AsSpan(history[^(back + 1)] * _itemCount, _itemCount);
            TensorPrimitives.MultiplyAdd(row, _recency[back], scores, scores);
        }
    }

    // n^-exponent, relative to the mean count; 1 for an item without events, which has no row but through attributes.
    private static double[] Scales(ItemSequences known, double exponent)
    {
        double mean = Enumerable.Range(0, known.ItemCount).Average(item => (double)known.CountOf(item));
        return [.. Enumerable.Range(0, known.ItemCount).Select(item => Math.Pow(Math.Max(1, known.CountOf(item)) / Math.Max(1, mean), -exponent))];
    }

    private static float[] Gram(ItemSequences known, double exponent, double[] scales)
    {
        int items = known.ItemCount;
        double[] weights = [.. Enumerable.Range(0, known.LongestLength + 1).Select(length => Math.Pow(Math.Max(1, length), -exponent))];
        double mean = 0;
        for (int sequence = 0; sequence < known.Count; sequence++)
        {
            mean += Math.Pow(Math.Max(1, known[sequence].Length), exponent) / known.Count;
        }

        float[] matrix = new float[(long)items * items];
        Parallel.For(0, items, item =>
        {
            Span<float> row = matrix.AsSpan(item * items, items);
            foreach (int occurrence in known.OccurrencesOf(item))
            {
                ReadOnlySpan<int> sequence = known[known.SequenceOf(occurrence)];
                float weight = (float)(weights[sequence.Length] * mean);
                foreach (int other in sequence)
                {
                    row[other] += weight;
                }
            }

            for (int other = 0; other < row.Length; other++)
            {
                row[other] *= (float)(scales[item] * scales[other]);
            }
        });
        return matrix;
    }

    private static void AddAttributes(float[] matrix, ItemAttributes attributes, double weight, double[] scales)
    {
        int items = scales.Length;
        Parallel.For(0, items, () => new float[items], (item, _, shared) =>
        {
            Array.Clear(shared);
            attributes.AddGramRow(item, (float)(weight * scales[item]), shared);
            Span<float> row = matrix.AsSpan(item * items, items);
            for (int other = 0; other < items; other++)
            {
                row[other] += shared[other] * (float)scales[other];
            }

            return shared;
        }, _ => { });
    }

    // B_ij = −P_ij / P_jj off the diagonal, and back from scaled items: times s_i / s_j.
    private static void ToWeights(float[] matrix, int items, double[] scales)
    {
        float[] factors = new float[items];
        for (int item = 0; item < items; item++)
        {
            factors[item] = (float)(-1 / (matrix[((long)item * items) + item] * scales[item]));
        }

        Parallel.For(0, items, item =>
        {
            Span<float> row = matrix.AsSpan(item * items, items);
            TensorPrimitives.Multiply(row, factors, row);
            TensorPrimitives.Multiply(row, (float)scales[item], row);
            row[item] = 0;
        });
    }
}
