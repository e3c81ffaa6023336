using System.Numerics;
using System.Numerics.Tensors;

namespace Vitrina.Engine.Models.Linear;

/// <summary>A linear model over encoded features whose score is the log-odds of the target; the first ranker of every installation.</summary>
/// <remarks>Immutable and safe for concurrent use. Sums are kept in double precision, so that explanations add up to the score.</remarks>
public sealed class LogisticModel : RankingModel
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
        Inputs = [.. _features.Select(feature => new ModelInput(feature.Name, feature.FixedAtServing))];
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

    /// <inheritdoc/>
    public override string Kind => "logistic";

    /// <inheritdoc/>
    public override IReadOnlyList<ModelInput> Inputs { get; }

    /// <inheritdoc/>
    public override double BaseScore => Intercept;

    /// <inheritdoc/>
    /// <remarks>Cost: candidates x features; allocates nothing. Safe for concurrent use.</remarks>
    public override void Score(FeatureMatrix features, ReadOnlySpan<int> columnOfInput, Span<float> scores)
    {
        CheckShape(features, columnOfInput, scores.Length, features.Rows);
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

                TensorPrimitives.ConvertTruncating<float, double>(features.Column(columnOfInput[f]).Slice(start, count), blockValues);
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

    /// <inheritdoc/>
    public override void Contributions(FeatureMatrix features, ReadOnlySpan<int> rows, ReadOnlySpan<int> columnOfInput, Span<double> contributions)
    {
        CheckShape(features, columnOfInput, contributions.Length, rows.Length * _features.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            for (int f = 0; f < _features.Length; f++)
            {
                LogisticFeature feature = _features[f];
                contributions[(i * _features.Length) + f] = feature.Contribution(feature.FixedAtServing ?? features[rows[i], columnOfInput[f]]);
            }
        }
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
}
