using System.Numerics.Tensors;
using Vitrina.Engine.Models.Embeddings;
using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Training.Embeddings;

/// <summary>Fits an encoder to pairs of queries and items: the right item shall be nearer to its query than the other items of the batch.</summary>
/// <remarks>
/// Minimises the softmax loss over cosines of Huang et al. (CIKM 2013, section 3.3); negatives are the items of the other examples, those given,
/// and those that the encoder itself mistakes for answers. An item that answers a query elsewhere among the examples is no negative of it.
/// Begins not at random but at weighted words: rows have random directions and the length of their rarity, and the layers of both sides are one
/// random rotation, so that texts with the same rare words are near each other before the first step.
/// </remarks>
public sealed class DssmTrainer
{
    private const int MinValidationQueries = 20;
    private readonly DssmTrainerOptions _options;
    private readonly DssmExampleSet _set;
    private readonly float[] _rows;
    private readonly DssmTower _query;
    private readonly DssmTower _item;
    private readonly DssmSide _queries;
    private readonly DssmSide _items;
    private readonly SparseRows _rowGradients;
    private readonly DssmTower _querySquares;
    private readonly DssmTower _itemSquares;
    private readonly Dictionary<int, int> _places = [];
    private readonly List<int> _batchItems = [];
    private float[] _logits = [];

    private DssmTrainer(DssmExampleSet set, DssmTrainerOptions options)
    {
        DssmShape shape = options.Shape;
        (_options, _set) = (options, set);
        (_query, _item) = (new DssmTower(shape), new DssmTower(shape));
        (_querySquares, _itemSquares) = (new DssmTower(shape), new DssmTower(shape));
        (_queries, _items) = (new DssmSide(shape, _query), new DssmSide(shape, _item));
        _rows = FirstRows();
        _rowGradients = new SparseRows(shape.RowCount, shape.RowSize);
        RandomStream random = RandomStream.For(options.Seed, "layers");
        Fill(_query.Hidden, _item.Hidden, shape.RowSize, ref random);
        Fill(_query.Output, _item.Output, shape.OutputInputs, ref random);
    }

    /// <summary>Trains an encoder.</summary>
    /// <param name="examples">The pairs.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Receives the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="ArgumentException">A size is out of its range, or a weight is not a finite number above 0.</exception>
    /// <exception cref="NothingToLearnException">No example has a word on both sides.</exception>
    public static (DssmEncoder Encoder, DssmTrainingReport Report) Train(
        IEnumerable<DssmExample> examples, DssmTrainerOptions options, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Shape.FindMistake() is { } mistake)
        {
            throw new ArgumentException($"{mistake}.", nameof(options));
        }

        DssmExampleSet set = DssmExampleSet.Of(examples, options);
        return set.Train.Length == 0
            ? throw new NothingToLearnException("no pair of a query and an item has a word on both sides")
            : new DssmTrainer(set, options).Run(progress, cancellationToken);
    }

    private (DssmEncoder Encoder, DssmTrainingReport Report) Run(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        DssmEncoder encoder = new(_options.Shape, _rows, _query, _item);
        DssmNeighbours neighbours = new(_set, encoder, _options.Seed);
        bool isValidated = _set.Validation.Select(example => example.Query).Distinct().Count() >= MinValidationQueries;
        double first = isValidated ? neighbours.MeanReciprocalRank() : double.NaN;
        (double best, int bestEpoch, float[][] kept) = (first, 0, isValidated ? Copy(encoder) : []);
        List<DssmEpoch> epochs = [];
        for (int epoch = 0; epoch < _options.Epochs; epoch++)
        {
            int[][]? mined = epoch > 0 && _options.MinedNegatives > 0 ? neighbours.Mine(epoch, _options.MinedNegatives, cancellationToken) : null;
            double loss = RunEpoch(epoch, mined, progress, cancellationToken);
            double mrr = isValidated ? neighbours.MeanReciprocalRank() : double.NaN;
            epochs.Add(new DssmEpoch(loss, mrr));
            if (!isValidated || mrr > best)
            {
                (best, bestEpoch) = (mrr, epoch + 1);
                kept = isValidated ? Copy(encoder) : kept;
            }
            else if (epoch + 1 - bestEpoch >= 2)
            {
                break;
            }
        }

        if (isValidated)
        {
            foreach ((float[] from, float[] to) in kept.Zip(ArraysOf(encoder)))
            {
                from.CopyTo(to, 0);
            }
        }

        progress?.Report(1);
        return (encoder, new DssmTrainingReport
        {
            Examples = _set.Train.Length,
            Skipped = _set.Skipped,
            Queries = _set.Queries.Count,
            Items = _set.Items.Count,
            ValidationExamples = _set.Validation.Length,
            FirstMrr = first,
            Epochs = epochs,
            BestEpoch = bestEpoch,
        });
    }

    private double RunEpoch(int epoch, int[][]? mined, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        RandomStream random = RandomStream.For(_options.Seed, "order", (ulong)epoch);
        int[] order = [.. Enumerable.Range(0, _set.Train.Length)];
        random.Shuffle<int>(order);
        (double loss, double weight) = (0, 0);
        for (int start = 0; start < order.Length; start += _options.BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<int> batch = order.AsSpan(start, Math.Min(_options.BatchSize, order.Length - start));
            Collect(batch, mined, ref random);
            (double batchLoss, double batchWeight) = Forward(batch);
            (loss, weight) = (loss + batchLoss, weight + batchWeight);
            _queries.Back(_rowGradients);
            _items.Back(_rowGradients);
            _rowGradients.Step(_rows, (float)_options.LearningRate);
            Step(_query, _queries.Gradient, _querySquares);
            Step(_item, _items.Gradient, _itemSquares);
            progress?.Report((epoch + ((double)start / order.Length)) / _options.Epochs);
        }

        return loss / weight;
    }

    // The batch's queries in the order of its examples, and its distinct items: right ones, given negatives, mined negatives.
    private void Collect(ReadOnlySpan<int> batch, int[][]? mined, ref RandomStream random)
    {
        _queries.Begin();
        _items.Begin();
        _places.Clear();
        _batchItems.Clear();
        foreach (int number in batch)
        {
            DssmPair example = _set.Train[number];
            _queries.Add(_set.Queries[example.Query]);
            AddItem(example.Item);
            for (int draw = Math.Min(_options.GivenNegatives, example.Negatives.Length); draw > 0; draw--)
            {
                AddItem(example.Negatives[random.NextInt(example.Negatives.Length)]);
            }

            foreach (int item in mined?[number] ?? [])
            {
                AddItem(item);
            }
        }
    }

    private void AddItem(int item)
    {
        if (_places.TryAdd(item, _items.Count))
        {
            _items.Add(_set.Items[item]);
            _batchItems.Add(item);
        }
    }

    private (double Loss, double Weight) Forward(ReadOnlySpan<int> batch)
    {
        _queries.Run(_rows);
        _items.Run(_rows);
        int dimension = _options.Shape.Dimension;
        float smoothing = (float)_options.Smoothing;
        (double loss, double weight) = (0, 0);
        if (_logits.Length < _items.Count)
        {
            _logits = new float[_items.Count];
        }

        Span<float> logits = _logits.AsSpan(0, _items.Count);
        for (int index = 0; index < batch.Length; index++)
        {
            DssmPair example = _set.Train[batch[index]];
            int right = _places[example.Item];
            ReadOnlySpan<float> query = _queries.Vectors.AsSpan(index * dimension, dimension);
            for (int item = 0; item < logits.Length; item++)
            {
                // Another right answer of the same query is no negative.
                logits[item] = item != right && _set.IsAnswer(example.Query, _batchItems[item])
                    ? float.NegativeInfinity
                    : smoothing * TensorPrimitives.Dot(query, _items.Vectors.AsSpan(item * dimension, dimension));
            }

            float largest = TensorPrimitives.Max(logits);
            TensorPrimitives.Subtract(logits, largest, logits);
            float rightLogit = logits[right];
            TensorPrimitives.Exp(logits, logits);
            float sum = TensorPrimitives.Sum(logits);
            loss += example.Weight * (Math.Log(sum) - rightLogit);
            weight += example.Weight;
            TensorPrimitives.Multiply(logits, smoothing * example.Weight / (sum * batch.Length), logits);
            logits[right] -= smoothing * example.Weight / batch.Length;
            Span<float> queryGradient = _queries.VectorGradients.AsSpan(index * dimension, dimension);
            for (int item = 0; item < logits.Length; item++)
            {
                if (logits[item] != 0)
                {
                    Span<float> itemGradient = _items.VectorGradients.AsSpan(item * dimension, dimension);
                    TensorPrimitives.MultiplyAdd(_items.Vectors.AsSpan(item * dimension, dimension), logits[item], queryGradient, queryGradient);
                    TensorPrimitives.MultiplyAdd(query, logits[item], itemGradient, itemGradient);
                }
            }
        }

        return (loss, weight);
    }

    private void Step(DssmTower tower, DssmTower gradient, DssmTower squares)
    {
        float rate = (float)_options.LearningRate;
        foreach (((float[] weights, float[] slopes), float[] sums) in tower.Arrays.Zip(gradient.Arrays).Zip(squares.Arrays))
        {
            TensorPrimitives.MultiplyAdd(slopes, slopes, sums, sums);
            for (int at = 0; at < weights.Length; at++)
            {
                weights[at] -= rate * slopes[at] / MathF.Sqrt(sums[at] + 1e-8f);
            }
        }
    }

    private float[] FirstRows()
    {
        DssmShape shape = _options.Shape;
        int[] frequencies = _set.Items.DocumentFrequencies();
        double rarest = Math.Log(1 + _set.Items.Count);
        float[] rows = new float[shape.RowCount * shape.RowSize];
        double scale = 1 / Math.Sqrt(shape.RowSize);
        for (int row = 0; row < shape.RowCount; row++)
        {
            RandomStream random = RandomStream.For(_options.Seed, "rows", (ulong)row);
            double length = scale * Math.Log(1 + (_set.Items.Count / (1.0 + frequencies[row]))) / rarest;
            for (int at = row * shape.RowSize; at < (row + 1) * shape.RowSize; at++)
            {
                rows[at] = (float)(length * random.NextGaussian());
            }
        }

        return rows;
    }

    private static void Fill(float[] queries, float[] items, int inputs, ref RandomStream random)
    {
        for (int at = 0; at < queries.Length; at++)
        {
            queries[at] = items[at] = (float)(random.NextGaussian() / Math.Sqrt(inputs));
        }
    }

    private static IEnumerable<float[]> ArraysOf(DssmEncoder encoder) => [encoder.Rows, .. encoder.Query.Arrays, .. encoder.Item.Arrays];

    private static float[][] Copy(DssmEncoder encoder) => [.. ArraysOf(encoder).Select(array => (float[])array.Clone())];
}
