using System.Numerics;
using System.Numerics.Tensors;

namespace Vitrina.Engine.Models.Linear;

/// <summary>A linear model over encoded features whose score is the log-odds of the target; the first ranker of every installation.</summary>
/// <remarks>Immutable and safe for concurrent use. Sums are kept in double precision, so that explanations add up to the score.</remarks>
public sealed class LogisticModel
{
    // 256 doubles twice is 4 KiB of stack: both buffers stay in the first-level cache while the columns pass by.
    private const int BlockRows = 256;

    private readonly LogisticFeature[] _features;
    private readonly double[] _slopes;
    private readonly double[] _offsets;
    private readonly double _servingBase;

    /// <summary>Makes a model from its intercept and the encodings of its features.</summary>
    /// <exception cref="ArgumentException">A number is not finite, a clip range is empty, or two features share a name.</exception>
    public LogisticModel(double intercept, IReadOnlyList<LogisticFeature> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (!double.IsFinite(intercept))
        {
            throw new ArgumentException("The intercept is not finite.", nameof(intercept));
        }

        Intercept = intercept;
        _features = [.. features];
        _slopes = new double[_features.Length];
        _offsets = new double[_features.Length];
        _servingBase = intercept;
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int f = 0; f < _features.Length; f++)
        {
            LogisticFeature feature = _features[f];
            feature.Validate();
            if (!names.Add(feature.Name))
            {
                throw new ArgumentException($"Feature '{feature.Name}' appears twice.", nameof(features));
            }

            _slopes[f] = feature.Slope;
            _offsets[f] = feature.Offset;
            _servingBase += feature.FixedAtServing is { } value ? feature.Contribution(value) : 0;
        }
    }

    /// <summary>Log-odds of a candidate whose every feature is at its training mean.</summary>
    public double Intercept { get; }

    /// <summary>The encodings, in the model's own feature order.</summary>
    public IReadOnlyList<LogisticFeature> Features => _features;

    /// <summary>Finds the column of every feature by name.</summary>
    /// <param name="columnNames">Names of the feature matrix's columns, in column order.</param>
    /// <returns>Shape [Features]; −1 for a feature that is fixed at serving and has no column.</returns>
    /// <exception cref="ModelMismatchException">A feature has no column; every missing one is listed with the nearest names.</exception>
    public int[] ColumnsIn(IReadOnlyList<string> columnNames)
    {
        ArgumentNullException.ThrowIfNull(columnNames);
        Dictionary<string, int> columnOfName = new(StringComparer.Ordinal);
        for (int column = 0; column < columnNames.Count; column++)
        {
            columnOfName.TryAdd(columnNames[column], column);
        }

        int[] columns = new int[_features.Length];
        List<string> missing = [];
        for (int f = 0; f < columns.Length; f++)
        {
            columns[f] = columnOfName.GetValueOrDefault(_features[f].Name, -1);
            if (columns[f] < 0 && _features[f].FixedAtServing is null)
            {
                missing.Add(_features[f].Name);
            }
        }

        return missing.Count == 0 ? columns : throw ModelMismatchException.ForMissing(missing, columnNames);
    }

    /// <summary>Scores every candidate.</summary>
    /// <param name="features">Feature values, shape [candidates x columns]; NaN marks a missing value.</param>
    /// <param name="columnOfFeature">Column of each model feature, from <see cref="ColumnsIn"/>.</param>
    /// <param name="scores">Receives log-odds, shape [candidates]; larger is better.</param>
    /// <exception cref="ArgumentException">A shape does not fit the model.</exception>
    /// <remarks>Cost: candidates x features; allocates nothing. Safe for concurrent use.</remarks>
    public void Score(FeatureMatrix features, ReadOnlySpan<int> columnOfFeature, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(features);
        CheckShape(features, columnOfFeature);
        if (scores.Length != features.Rows)
        {
            throw new ArgumentException($"{scores.Length} scores for {features.Rows} candidates.", nameof(scores));
        }

        Span<double> values = stackalloc double[BlockRows];
        Span<double> sums = stackalloc double[BlockRows];
        for (int start = 0; start < features.Rows; start += BlockRows)
        {
            int count = Math.Min(BlockRows, features.Rows - start);
            Span<double> blockValues = values[..count];
            Span<double> blockSums = sums[..count];
            blockSums.Fill(_servingBase);
            for (int f = 0; f < _features.Length; f++)
            {
                LogisticFeature feature = _features[f];
                if (feature.FixedAtServing is not null || (feature.Weight == 0 && feature.MissingWeight == 0))
                {
                    continue;
                }

                TensorPrimitives.ConvertTruncating<float, double>(features.Column(columnOfFeature[f]).Slice(start, count), blockValues);
                if (feature.LogScale)
                {
                    TensorPrimitives.Max(blockValues, 0.0, blockValues);
                    TensorPrimitives.LogP1(blockValues, blockValues);
                }

                AddColumn(blockValues, blockSums, feature, _slopes[f], _offsets[f]);
            }

            TensorPrimitives.ConvertTruncating<double, float>(blockSums, scores.Slice(start, count));
        }
    }

    /// <summary>Takes one candidate's score apart, feature by feature.</summary>
    /// <param name="features">Feature values, shape [candidates x columns].</param>
    /// <param name="row">The candidate.</param>
    /// <param name="columnOfFeature">Column of each model feature, from <see cref="ColumnsIn"/>.</param>
    /// <param name="contributions">Receives log-odds per feature in the model's order; at least as long as <see cref="Features"/>.</param>
    /// <returns>The number of contributions written. Their sum and the intercept make the raw score (to float rounding).</returns>
    /// <exception cref="ArgumentException">A shape does not fit the model.</exception>
    public int Contributions(FeatureMatrix features, int row, ReadOnlySpan<int> columnOfFeature, Span<double> contributions)
    {
        ArgumentNullException.ThrowIfNull(features);
        CheckShape(features, columnOfFeature);
        if (contributions.Length < _features.Length)
        {
            throw new ArgumentException($"Room for {contributions.Length} contributions, {_features.Length} needed.", nameof(contributions));
        }

        for (int f = 0; f < _features.Length; f++)
        {
            LogisticFeature feature = _features[f];
            contributions[f] = feature.Contribution(feature.FixedAtServing ?? features[row, columnOfFeature[f]]);
        }

        return _features.Length;
    }

    /// <summary>Probability of the target at the given log-odds; between 0 and 1, never NaN for a number.</summary>
    public static double Probability(double logOdds)
    {
        if (logOdds >= 0)
        {
            return 1 / (1 + Math.Exp(-logOdds));
        }

        double odds = Math.Exp(logOdds);
        return odds / (1 + odds);
    }

    private static void AddColumn(ReadOnlySpan<double> values, Span<double> sums, LogisticFeature feature, double slope, double offset)
    {
        Vector<double> low = new(feature.Low), high = new(feature.High), missing = new(feature.MissingWeight);
        Vector<double> slopes = new(slope), offsets = new(offset);
        int i = 0;
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            Vector<double> value = new(values[i..]);
            Vector<double> present = (Vector.Min(Vector.Max(value, low), high) * slopes) + offsets;
            Vector<double> added = Vector.ConditionalSelect(Vector.Equals(value, value), present, missing);
            (new Vector<double>(sums[i..]) + added).CopyTo(sums[i..]);
        }

        for (; i < values.Length; i++)
        {
            sums[i] += double.IsNaN(values[i])
                ? feature.MissingWeight
                : (Math.Min(Math.Max(values[i], feature.Low), feature.High) * slope) + offset;
        }
    }

    private void CheckShape(FeatureMatrix features, ReadOnlySpan<int> columnOfFeature)
    {
        if (columnOfFeature.Length != _features.Length)
        {
            throw new ArgumentException($"{columnOfFeature.Length} columns for {_features.Length} features.", nameof(columnOfFeature));
        }

        for (int f = 0; f < _features.Length; f++)
        {
            if ((uint)columnOfFeature[f] >= (uint)features.Columns && _features[f].FixedAtServing is null)
            {
                throw new ArgumentException($"Feature '{_features[f].Name}' points to column {columnOfFeature[f]} of {features.Columns}.", nameof(columnOfFeature));
            }
        }
    }
}
