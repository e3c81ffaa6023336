using System.Numerics.Tensors;
using Vitrina.Kernels.Matrices;

namespace Vitrina.Learning.Recommending.Sources;

/// <summary>How the regression of what comes later on what came before is fitted.</summary>
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
}

/// <summary>
/// Scores an item by a linear model of what came before, in closed form: (PᵀP + λI)⁻¹PᵀS over every cut of every sequence, P the decayed items before
/// the cut, S those behind it (SLIT: Choi et al., Session-aware linear item-item models for session-based recommendation, WWW 2021).
/// </summary>
/// <remarks>Shared attributes enter as further rows of data, before and behind. One dense matrix of items squared; safe for concurrent use.</remarks>
public sealed class SequenceRidgeSource : ItemSource
{
    // A weight that is left out moves no coefficient that anyone would see.
    private const int Reach = 20;
    private const float Least = 1e-4f;
    private const int Lanes = 32;
    private const int Tile = 64;
    private readonly float[] _weights;
    private readonly int _itemCount;
    private readonly RecencyWeights _recency;

    private SequenceRidgeSource(float[] weights, int itemCount, int candidates, double decay)
        : base("sequence-ridge", candidates)
    {
        _weights = weights;
        _itemCount = itemCount;
        _recency = new RecencyWeights(decay);
    }

    /// <summary>Fits the model.</summary>
    /// <param name="known">What people did.</param>
    /// <param name="attributes">Attributes of the items; null where there are none.</param>
    /// <param name="options">Settings.</param>
    /// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
    /// <remarks>Cost: items³ multiplications and items² floats of memory.</remarks>
    public static SequenceRidgeSource Fit(ItemSequences known, ItemAttributes? attributes, SequenceRidgeOptions options, int candidates)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(options);
        int items = known.ItemCount;
        RecencyWeights before = new(options.BeforeDecay), later = new(options.LaterDecay);
        ItemAttributes? shared = options.AttributeWeight > 0 ? attributes : null;
        float[] matrix = new float[(long)items * items];
        Parallel.For(0, items, item =>
        {
            Span<float> row = matrix.AsSpan(item * items, items);
            foreach (int occurrence in known.OccurrencesOf(item))
            {
                AddBefore(known[known.SequenceOf(occurrence)], known.PositionOf(occurrence), before, row);
            }

            if (shared is not null)
            {
                shared.AddGramRow(item, (float)options.AttributeWeight, row);
            }

            row[item] += (float)options.Ridge;
        });
        CsrMatrix laters = CsrRows.Build(items, items, int.MaxValue, (item, sums) =>
        {
            foreach (int occurrence in known.OccurrencesOf(item))
            {
                AddLater(known[known.SequenceOf(occurrence)], known.PositionOf(occurrence), before, later, sums);
            }
        });
        SymmetricInverse.Invert(matrix, items);
        Multiply(matrix, laters, shared, (float)options.AttributeWeight);
        Transpose(matrix, items);
        return new SequenceRidgeSource(matrix, items, candidates, options.BeforeDecay);
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

    // One row of PᵀP: for every cut behind the occurrence, all items before the cut.
    private static void AddBefore(ReadOnlySpan<int> sequence, int place, RecencyWeights before, Span<float> row)
    {
        for (int cut = place + 1; cut < Math.Min(place + 1 + Reach, sequence.Length) && before[cut - 1 - place] > Least; cut++)
        {
            float weight = before[cut - 1 - place];
            for (int back = 0; back < Math.Min(Reach, cut) && before[back] > Least; back++)
            {
                row[sequence[cut - 1 - back]] += weight * before[back];
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

    // Replaces a symmetric matrix M by ((M · (laters + weight · attributes · attributesᵀ)))ᵀ, some columns of M at a time: they are read, and then written, by nobody else.
    private static void Multiply(float[] matrix, CsrMatrix laters, ItemAttributes? attributes, float weight)
    {
        int items = laters.RowCount, ofAttributes = attributes?.Count ?? 0;
        Parallel.For(0, (items + Lanes - 1) / Lanes, () => (Sums: new float[items * Lanes], Shared: new float[ofAttributes * Lanes]), (block, _, work) =>
        {
            int first = block * Lanes, lanes = Math.Min(Lanes, items - first);
            Array.Clear(work.Sums);
            Array.Clear(work.Shared);
            for (int item = 0; item < items; item++)
            {
                ReadOnlySpan<float> column = matrix.AsSpan((item * items) + first, lanes);
                AddTimes(laters, item, 1, column, work.Sums);
                if (attributes is not null)
                {
                    AddTimes(attributes.Weighted, item, weight, column, work.Shared);
                }
            }

            for (int item = 0; item < items; item++)
            {
                Span<float> sums = work.Sums.AsSpan(item * Lanes, lanes);
                if (attributes is not null)
                {
                    ReadOnlySpan<int> columns = attributes.Weighted.ColumnsOf(item);
                    ReadOnlySpan<float> values = attributes.Weighted.ValuesOf(item);
                    for (int i = 0; i < columns.Length; i++)
                    {
                        TensorPrimitives.MultiplyAdd(work.Shared.AsSpan(columns[i] * Lanes, lanes), values[i], sums, sums);
                    }
                }

                sums.CopyTo(matrix.AsSpan((item * items) + first, lanes));
            }

            return work;
        }, _ => { });
    }

    private static void AddTimes(CsrMatrix right, int row, float factor, ReadOnlySpan<float> column, float[] sums)
    {
        ReadOnlySpan<int> columns = right.ColumnsOf(row);
        ReadOnlySpan<float> values = right.ValuesOf(row);
        for (int i = 0; i < columns.Length; i++)
        {
            Span<float> target = sums.AsSpan(columns[i] * Lanes, column.Length);
            TensorPrimitives.MultiplyAdd(column, factor * values[i], target, target);
        }
    }

    private static void Transpose(float[] matrix, int size)
        => Parallel.For(0, (size + Tile - 1) / Tile, rows =>
        {
            for (int first = rows * Tile; first < size; first += Tile)
            {
                for (int row = rows * Tile; row < Math.Min((rows + 1) * Tile, size); row++)
                {
                    for (int column = Math.Max(first, row + 1); column < Math.Min(first + Tile, size); column++)
                    {
                        (matrix[(row * size) + column], matrix[(column * size) + row]) = (matrix[(column * size) + row], matrix[(row * size) + column]);
                    }
                }
            }
        });
}
