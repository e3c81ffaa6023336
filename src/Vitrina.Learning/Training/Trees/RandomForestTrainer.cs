using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Training.Trees;

/// <summary>
/// A forest of extremely randomised trees (Geurts, Ernst and Wehenkel, Machine Learning 2006): every node draws some features and one cut of each, and takes
/// the best of these. The mean of many such trees follows few rows less closely than boosting does.
/// </summary>
/// <remarks>Rows and values stay as they are, without bins: for thousands of rows, not for millions. Cost: trees × rows × features drawn × depth. A missing value goes left. For one thread.</remarks>
public sealed class RandomForestTrainer
{
    private readonly float[] _values;
    private readonly float[] _targets;
    private readonly RandomForestOptions _options;
    private readonly int _width;
    private readonly int[] _rows;
    private readonly int[] _features;
    private readonly List<(int Input, double Threshold, int Left, int Right, int Rows)> _splits = [];
    private readonly List<(double Value, int Rows)> _leaves = [];
    private RandomStream _draws;

    private RandomForestTrainer(float[] values, float[] targets, int[] rows, RandomForestOptions options)
    {
        (_values, _targets, _rows, _options) = (values, targets, rows, options);
        _width = values.Length / targets.Length;
        _features = [.. Enumerable.Range(0, _width)];
    }

    /// <summary>Grows the forest; its score is the trees' mean.</summary>
    /// <param name="names">Names of the features.</param>
    /// <param name="values">All rows, row-major, shape [targets x names]; NaN marks a missing value.</param>
    /// <param name="targets">What to predict, shape [targets].</param>
    /// <param name="rows">The rows to learn from.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there is no row.</exception>
    public static TreeEnsemble Train(
        IReadOnlyList<string> names, float[] values, float[] targets, IEnumerable<int> rows, RandomForestOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(options);
        int[] learned = [.. rows];
        if (learned.Length == 0 || values.Length != targets.Length * names.Count)
        {
            throw new ArgumentException($"{learned.Length} rows to learn from; {values.Length} values of {targets.Length} rows with {names.Count} features.");
        }

        RandomForestTrainer trainer = new(values, targets, learned, options);
        DecisionTree[] trees = new DecisionTree[options.Trees];
        for (int tree = 0; tree < trees.Length; tree++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            trees[tree] = trainer.GrowTree(tree);
        }

        return new TreeEnsemble { Inputs = [.. names.Select(name => new ModelInput(name))], Trees = trees };
    }

    private DecisionTree GrowTree(int number)
    {
        _draws = RandomStream.For(_options.Seed, "forest", (ulong)number);
        _splits.Clear();
        _leaves.Clear();
        Grow(0, _rows.Length);
        return new DecisionTree
        {
            Input = [.. _splits.Select(split => split.Input)],
            Threshold = [.. _splits.Select(split => split.Threshold)],
            Rules = [.. _splits.Select(_ => SplitRules.MissingLeft)],
            Left = [.. _splits.Select(split => split.Left)],
            Right = [.. _splits.Select(split => split.Right)],
            SplitCover = [.. _splits.Select(split => (double)split.Rows)],
            LeafValue = [.. _leaves.Select(leaf => leaf.Value / _options.Trees)],
            LeafCover = [.. _leaves.Select(leaf => (double)leaf.Rows)],
        };
    }

    // Gives the node's number: a split, or the complement of a leaf.
    private int Grow(int start, int end)
    {
        if (FindCut(start, end) is not { } cut)
        {
            double sum = 0;
            foreach (int row in _rows.AsSpan(start, end - start))
            {
                sum += _targets[row];
            }

            _leaves.Add((sum / (end - start), end - start));
            return ~(_leaves.Count - 1);
        }

        int middle = start;
        for (int place = start; place < end; place++)
        {
            if (GoesLeft(_rows[place], cut.Feature, cut.Threshold))
            {
                (_rows[middle], _rows[place]) = (_rows[place], _rows[middle]);
                middle++;
            }
        }

        int number = _splits.Count;
        _splits.Add(default);
        _splits[number] = (cut.Feature, cut.Threshold, Grow(start, middle), Grow(middle, end), end - start);
        return number;
    }

    private bool GoesLeft(int row, int feature, double threshold) => !(_values[(row * _width) + feature] > threshold);

    private (int Feature, double Threshold)? FindCut(int start, int end)
    {
        if (end - start < 2 * _options.MinRowsInLeaf)
        {
            return null;
        }

        (int Feature, double Threshold)? best = null;
        double mostGain = double.NegativeInfinity;
        int left = Math.Max(1, (int)Math.Round(_width * _options.FeatureShare));
        for (int place = 0; place < _width && left > 0; place++)
        {
            int drawn = place + _draws.NextInt(_width - place);
            (_features[place], _features[drawn]) = (_features[drawn], _features[place]);
            if (DrawThreshold(_features[place], start, end) is { } threshold)
            {
                left--;
                double gain = GainOf(_features[place], threshold, start, end);
                (best, mostGain) = gain > mostGain ? ((_features[place], threshold), gain) : (best, mostGain);
            }
        }

        return best;
    }

    /// <summary>A cut between the smallest and the largest value, or behind what is missing, as often as values are missing; null when all are the same.</summary>
    private double? DrawThreshold(int feature, int start, int end)
    {
        (float smallest, float largest, int missing) = (float.PositiveInfinity, float.NegativeInfinity, 0);
        foreach (int row in _rows.AsSpan(start, end - start))
        {
            float value = _values[(row * _width) + feature];
            missing += float.IsNaN(value) ? 1 : 0;
            smallest = value < smallest ? value : smallest;
            largest = value > largest ? value : largest;
        }

        if (missing == end - start || (missing == 0 && smallest == largest))
        {
            return null;
        }

        double drawn = smallest + (_draws.NextDouble() * ((double)largest - smallest));
        return smallest == largest || _draws.NextDouble() * (end - start) < missing ? MathF.BitDecrement(smallest) : drawn < largest ? drawn : smallest;
    }

    // What the cut takes off the sum of squares, up to a constant of the node; −∞ where a side has too few rows.
    private double GainOf(int feature, double threshold, int start, int end)
    {
        (double left, double all, int count) = (0, 0, 0);
        foreach (int row in _rows.AsSpan(start, end - start))
        {
            bool isLeft = GoesLeft(row, feature, threshold);
            all += _targets[row];
            left += isLeft ? _targets[row] : 0;
            count += isLeft ? 1 : 0;
        }

        int rest = end - start - count;
        return count < _options.MinRowsInLeaf || rest < _options.MinRowsInLeaf
            ? double.NegativeInfinity
            : (left * left / count) + ((all - left) * (all - left) / rest);
    }
}
