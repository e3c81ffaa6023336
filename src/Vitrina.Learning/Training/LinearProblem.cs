using System.Numerics.Tensors;
using Vitrina.Engine.Models;

namespace Vitrina.Learning.Training;

/// <summary>A convex training objective over encoded rows: value, gradient and Hessian of the mean loss plus the penalty.</summary>
/// <remarks>
/// Rows are encoded afresh on every pass, block by block, so that memory stays that of the training set. Rows are cut into a fixed number
/// of shards whose sums are added in shard order: the result does not depend on the number of threads.
/// </remarks>
internal sealed class LinearProblem
{
    private const int BlockRows = 256;
    private const int MostShards = 32;

    private readonly TrainingSet _set;
    private readonly FeatureEncoding[] _encodings;
    private readonly TrainingLists _lists;
    private readonly ParallelOptions _parallel;
    private readonly int[] _blockStarts;
    private readonly Shard[] _shards;
    private readonly int _blockCapacity;

    public LinearProblem(TrainingSet set, FeatureEncoding[] encodings, TrainingLists lists, ParallelOptions parallel)
    {
        _set = set;
        _encodings = encodings;
        _lists = lists;
        _parallel = parallel;
        WeightIndex = new int[encodings.Length];
        MissingIndex = new int[encodings.Length];
        for (int f = 0; f < encodings.Length; f++)
        {
            WeightIndex[f] = encodings[f].HasWeight ? ParameterCount++ : -1;
            MissingIndex[f] = encodings[f].HasMissingWeight ? ParameterCount++ : -1;
        }

        InterceptIndex = lists.IsListwise ? -1 : ParameterCount++;
        _blockStarts = Blocks(set.RowCount, lists, out _blockCapacity);
        int blockCount = _blockStarts.Length - 1;
        _shards = new Shard[Math.Min(MostShards, blockCount)];
        for (int s = 0; s < _shards.Length; s++)
        {
            int first = (int)((long)s * blockCount / _shards.Length);
            int end = (int)((long)(s + 1) * blockCount / _shards.Length);
            _shards[s] = new Shard(first, end, ParameterCount);
        }
    }

    /// <summary>Number of free parameters.</summary>
    public int ParameterCount { get; }

    /// <summary>Parameter of each feature's weight; −1 when it has none.</summary>
    public int[] WeightIndex { get; }

    /// <summary>Parameter of each feature's missing-value weight; −1 when it has none.</summary>
    public int[] MissingIndex { get; }

    /// <summary>Parameter of the intercept; −1 when there is none (listwise).</summary>
    public int InterceptIndex { get; }

    /// <summary>Penalty on every parameter but the intercept.</summary>
    public double L2 { get; set; }

    /// <summary>The objective at a point.</summary>
    /// <param name="point">Parameters, shape [ParameterCount].</param>
    /// <param name="gradient">Receives the gradient, shape [ParameterCount].</param>
    /// <param name="hessian">Receives the lower triangle, row-major, shape [ParameterCount x ParameterCount]; empty to leave it out.</param>
    /// <returns>Mean loss plus penalty.</returns>
    public double Evaluate(double[] point, Span<double> gradient, Span<double> hessian)
    {
        bool withHessian = !hessian.IsEmpty;
        Parallel.For(0, _shards.Length, _parallel, s => Run(_shards[s], point, withHessian));
        double loss = 0;
        gradient.Clear();
        hessian.Clear();
        foreach (Shard shard in _shards)
        {
            loss += shard.Loss;
            TensorPrimitives.Add(gradient, shard.Gradient, gradient);
            if (withHessian)
            {
                TensorPrimitives.Add(hessian, shard.Hessian, hessian);
            }
        }

        double perUnit = 1 / _lists.TotalWeight;
        TensorPrimitives.Multiply(gradient, perUnit, gradient);
        TensorPrimitives.Multiply(hessian, perUnit, hessian);
        double penalty = 0;
        for (int j = 0; j < ParameterCount; j++)
        {
            if (j != InterceptIndex)
            {
                penalty += point[j] * point[j];
                gradient[j] += L2 * point[j];
                if (withHessian)
                {
                    hessian[(j * ParameterCount) + j] += L2;
                }
            }
        }

        return (loss * perUnit) + (L2 / 2 * penalty);
    }

    private static int[] Blocks(int rowCount, TrainingLists lists, out int capacity)
    {
        List<int> starts = [0];
        capacity = BlockRows;
        if (!lists.IsListwise)
        {
            for (int row = BlockRows; row < rowCount; row += BlockRows)
            {
                starts.Add(row);
            }

            starts.Add(rowCount);
            return [.. starts];
        }

        // A list is never cut: its softmax needs all of it.
        for (int list = 0; list < lists.Count; list++)
        {
            int end = lists.Starts[list + 1];
            if (end - starts[^1] > BlockRows && lists.Starts[list] > starts[^1])
            {
                starts.Add(lists.Starts[list]);
            }

            capacity = Math.Max(capacity, end - starts[^1]);
        }

        starts.Add(rowCount);
        return [.. starts];
    }

    private void Run(Shard shard, double[] point, bool withHessian)
    {
        shard.Clear(_blockCapacity, withHessian);
        int list = _lists.IsListwise ? _lists.ListAt(_blockStarts[shard.FirstBlock]) : 0;
        for (int block = shard.FirstBlock; block < shard.EndBlock; block++)
        {
            int start = _blockStarts[block];
            int count = _blockStarts[block + 1] - start;
            FillDesign(shard, start, count);
            Span<double> scores = shard.Scores.AsSpan(0, count);
            scores.Clear();
            for (int j = 0; j < ParameterCount; j++)
            {
                TensorPrimitives.MultiplyAdd(shard.Column(j, count), point[j], scores, scores);
            }

            if (_lists.IsListwise)
            {
                list = ListwiseTerms(shard, list, start, count);
            }
            else
            {
                LogisticTerms(shard, start, count);
            }

            for (int j = 0; j < ParameterCount; j++)
            {
                shard.Gradient[j] += TensorPrimitives.Dot(shard.Column(j, count), shard.Residuals.AsSpan(0, count));
            }

            if (withHessian)
            {
                AddHessian(shard, start, count);
            }
        }
    }

    private void FillDesign(Shard shard, int start, int count)
    {
        Span<float> raw = shard.Raw.AsSpan(0, count);
        for (int f = 0; f < _encodings.Length; f++)
        {
            int weight = WeightIndex[f], missing = MissingIndex[f];
            if (weight < 0 && missing < 0)
            {
                continue;
            }

            _set.CopyFeature(f, start, raw);
            Span<double> values = weight < 0 ? shard.Unused.AsSpan(0, count) : shard.Column(weight, count);
            _encodings[f].Encode(raw, values, missing < 0 ? [] : shard.Column(missing, count));
        }

        if (InterceptIndex >= 0)
        {
            shard.Column(InterceptIndex, count).Fill(1);
        }
    }

    private void LogisticTerms(Shard shard, int start, int count)
    {
        for (int i = 0; i < count; i++)
        {
            double score = shard.Scores[i], label = _set.Label(start + i), weight = _set.Weight(start + i);
            double probability = RankingModel.Probability(score);
            double softplus = Math.Max(score, 0) + Math.Log(1 + Math.Exp(-Math.Abs(score)));
            shard.Loss += weight * (softplus - (label * score));
            shard.Residuals[i] = weight * (probability - label);
            shard.Curvatures[i] = weight * probability * (1 - probability);
        }
    }

    private int ListwiseTerms(Shard shard, int list, int start, int count)
    {
        for (; list < _lists.Count && _lists.Starts[list] < start + count; list++)
        {
            int first = _lists.Starts[list] - start, end = _lists.Starts[list + 1] - start;
            double choices = _lists.Choices[list];
            if (choices == 0)
            {
                shard.Residuals.AsSpan(first, end - first).Clear();
                shard.Curvatures.AsSpan(first, end - first).Clear();
                continue;
            }

            ReadOnlySpan<double> scores = shard.Scores.AsSpan(first, end - first);
            double largest = TensorPrimitives.Max(scores), sum = 0;
            foreach (double score in scores)
            {
                sum += Math.Exp(score - largest);
            }

            shard.Loss += choices * (largest + Math.Log(sum));
            for (int i = first; i < end; i++)
            {
                double chosen = (double)_set.Label(start + i) * _set.Weight(start + i);
                double expected = choices * Math.Exp(shard.Scores[i] - largest) / sum;
                shard.Loss -= chosen * shard.Scores[i];
                shard.Residuals[i] = expected - chosen;
                shard.Curvatures[i] = expected;
            }
        }

        return list;
    }

    private void AddHessian(Shard shard, int start, int count)
    {
        if (_lists.IsListwise)
        {
            CentreWithinLists(shard, start, count);
        }

        Span<double> scaled = shard.Unused.AsSpan(0, count);
        for (int j = 0; j < ParameterCount; j++)
        {
            TensorPrimitives.Multiply(shard.Column(j, count), shard.Curvatures.AsSpan(0, count), scaled);
            for (int k = 0; k <= j; k++)
            {
                shard.Hessian[(j * ParameterCount) + k] += TensorPrimitives.Dot(scaled, shard.Column(k, count));
            }
        }
    }

    // The Hessian of a list is the covariance of its rows under the softmax: the weighted square of rows minus their weighted mean.
    private void CentreWithinLists(Shard shard, int start, int count)
    {
        for (int list = _lists.ListAt(start); list < _lists.Count && _lists.Starts[list] < start + count; list++)
        {
            if (_lists.Choices[list] == 0)
            {
                continue;
            }

            int first = _lists.Starts[list] - start, length = _lists.Starts[list + 1] - start - first;
            ReadOnlySpan<double> curvatures = shard.Curvatures.AsSpan(first, length);
            for (int j = 0; j < ParameterCount; j++)
            {
                Span<double> values = shard.Column(j, count).Slice(first, length);
                double mean = TensorPrimitives.Dot(values, curvatures) / _lists.Choices[list];
                TensorPrimitives.Subtract(values, mean, values);
            }
        }
    }

    /// <summary>A fixed run of blocks with its sums and its scratch space.</summary>
    private sealed class Shard(int firstBlock, int endBlock, int parameterCount)
    {
        private double[] _design = [];
        private int _capacity;

        public int FirstBlock { get; } = firstBlock;

        public int EndBlock { get; } = endBlock;

        public double Loss { get; set; }

        public double[] Gradient { get; } = new double[parameterCount];

        public double[] Hessian { get; private set; } = [];

        public float[] Raw { get; private set; } = [];

        public double[] Scores { get; private set; } = [];

        public double[] Residuals { get; private set; } = [];

        public double[] Curvatures { get; private set; } = [];

        public double[] Unused { get; private set; } = [];

        public Span<double> Column(int parameter, int count) => _design.AsSpan(parameter * _capacity, count);

        public void Clear(int capacity, bool withHessian)
        {
            if (_capacity != capacity)
            {
                _capacity = capacity;
                _design = new double[parameterCount * capacity];
                Raw = new float[capacity];
                Scores = new double[capacity];
                Residuals = new double[capacity];
                Curvatures = new double[capacity];
                Unused = new double[capacity];
            }

            if (withHessian && Hessian.Length == 0)
            {
                Hessian = new double[parameterCount * parameterCount];
            }

            Loss = 0;
            Array.Clear(Gradient);
            Array.Clear(Hessian);
        }
    }
}
