using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Training;

/// <summary>Finds out how each feature should be read: one pass for range and missing values, a row sample for quantiles, one pass for the spread.</summary>
internal sealed class EncodingFitter
{
    // Half a million rows put the 0.1 % quantile within ±0.004 % of its rank (binomial error), far below what a clip can notice.
    private const int SampleRows = 524_288;

    // A tail is long when the skewness passes that of an exponential's neighbourhood and the logarithm takes at least a quarter of it away.
    private const double LongTailSkewness = 1.5;
    private const double LogarithmGain = 0.75;

    private readonly TrainingSet _set;
    private readonly LogisticTrainerOptions _options;
    private readonly int[] _listStarts;
    private readonly int[] _sample;

    /// <param name="set">The rows.</param>
    /// <param name="options">Clip share, logarithm, seed and threads.</param>
    /// <param name="listStarts">First row of each list and the row count at the end; empty when lists do not matter.</param>
    public EncodingFitter(TrainingSet set, LogisticTrainerOptions options, int[] listStarts)
    {
        _set = set;
        _options = options;
        _listStarts = listStarts;
        _sample = SampleOf(set.RowCount, options.Seed);
    }

    public FeatureEncoding[] Fit(ParallelOptions parallel)
    {
        FeatureEncoding[] encodings = new FeatureEncoding[_set.FeatureCount];
        Parallel.For(0, encodings.Length, parallel, f => encodings[f] = Fit(f));
        return encodings;
    }

    private FeatureEncoding Fit(int feature)
    {
        (double low, double high, int missingCount) = Range(feature);
        if (missingCount == _set.RowCount)
        {
            return new FeatureEncoding { UnusedReason = "all missing" };
        }

        bool hasMissing = missingCount > 0;
        if (_listStarts.Length > 0 && !VariesWithinLists(feature))
        {
            return new FeatureEncoding { UnusedReason = "constant within lists" };
        }

        if (low > high)
        {
            // Present values, none of them finite: nothing to scale by.
            return new FeatureEncoding { HasMissingWeight = hasMissing, UnusedReason = "constant" };
        }

        double[] sample = FiniteSample(feature);
        bool isLog = _options.AutoLog && low >= 0 && HasLongTail(sample);
        if (isLog)
        {
            (low, high) = (Math.Log(1 + low), Math.Log(1 + high));
            for (int i = 0; i < sample.Length; i++)
            {
                sample[i] = Math.Log(1 + sample[i]);
            }
        }

        (low, high) = Clip(sample, low, high);
        FeatureEncoding encoding = new() { LogScale = isLog, Low = low, High = high, HasMissingWeight = hasMissing };
        (double mean, double deviation) = Spread(feature, encoding);
        bool isConstant = !(deviation > 1e-9 * Math.Max(Math.Abs(mean), 1e-30));
        return isConstant
            ? encoding with { Mean = mean, UnusedReason = "constant" }
            : encoding with { Mean = mean, Scale = deviation, HasWeight = true };
    }

    // Evenly spread rows with a random offset in each stride: lists of equal length would otherwise show one position only.
    private static int[] SampleOf(int rowCount, ulong seed)
    {
        int count = Math.Min(rowCount, SampleRows);
        int[] rows = new int[count];
        RandomStream stream = RandomStream.For(seed, "training sample");
        for (int i = 0; i < count; i++)
        {
            long first = (long)i * rowCount / count;
            long next = (long)(i + 1) * rowCount / count;
            rows[i] = (int)first + stream.NextInt((int)(next - first));
        }

        return rows;
    }

    private (double Low, double High, int MissingCount) Range(int feature)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        int missing = 0;
        for (int chunk = 0; chunk < _set.ChunkCount; chunk++)
        {
            foreach (float value in _set.Features(chunk, feature))
            {
                if (float.IsNaN(value))
                {
                    missing++;
                }
                else if (float.IsFinite(value))
                {
                    low = Math.Min(low, value);
                    high = Math.Max(high, value);
                }
            }
        }

        return (low, high, missing);
    }

    private bool VariesWithinLists(int feature)
    {
        for (int list = 0; list + 1 < _listStarts.Length; list++)
        {
            float first = _set.Feature(_listStarts[list], feature);
            for (int row = _listStarts[list] + 1; row < _listStarts[list + 1]; row++)
            {
                if (!_set.Feature(row, feature).Equals(first))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private double[] FiniteSample(int feature)
    {
        double[] values = new double[_sample.Length];
        int count = 0;
        foreach (int row in _sample)
        {
            float value = _set.Feature(row, feature);
            if (float.IsFinite(value))
            {
                values[count++] = value;
            }
        }

        return values[..count];
    }

    private static bool HasLongTail(double[] sample)
    {
        double plain = Skewness(sample, isLog: false);
        return plain > LongTailSkewness && Math.Abs(Skewness(sample, isLog: true)) < LogarithmGain * plain;
    }

    private static double Skewness(double[] sample, bool isLog)
    {
        double sum = 0;
        foreach (double value in sample)
        {
            sum += isLog ? Math.Log(1 + value) : value;
        }

        double mean = sum / sample.Length, second = 0, third = 0;
        foreach (double value in sample)
        {
            double distance = (isLog ? Math.Log(1 + value) : value) - mean;
            second += distance * distance;
            third += distance * distance * distance;
        }

        return second > 0 ? third / sample.Length / Math.Pow(second / sample.Length, 1.5) : 0;
    }

    private (double Low, double High) Clip(double[] sample, double low, double high)
    {
        if (_options.ClipQuantile == 0 || sample.Length < 2)
        {
            return (low, high);
        }

        Array.Sort(sample);
        double last = sample.Length - 1;
        double lower = sample[(int)Math.Floor(_options.ClipQuantile * last)];
        double upper = sample[(int)Math.Ceiling((1 - _options.ClipQuantile) * last)];
        return lower < upper ? (lower, upper) : (low, high);
    }

    private (double Mean, double Deviation) Spread(int feature, FeatureEncoding encoding)
    {
        double[] values = new double[TrainingSet.ChunkRows];
        double mean = 0, squares = 0;
        long count = 0;
        for (int chunk = 0; chunk < _set.ChunkCount; chunk++)
        {
            ReadOnlySpan<float> raw = _set.Features(chunk, feature);
            encoding.Transform(raw, values.AsSpan(0, raw.Length));
            for (int i = 0; i < raw.Length; i++)
            {
                if (!double.IsNaN(values[i]))
                {
                    // Welford's update: no cancellation when the mean is large against the spread.
                    count++;
                    double distance = values[i] - mean;
                    mean += distance / count;
                    squares += distance * (values[i] - mean);
                }
            }
        }

        return count == 0 ? (0, 0) : (mean, Math.Sqrt(squares / count));
    }
}
