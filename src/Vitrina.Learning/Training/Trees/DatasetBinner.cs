using Vitrina.Kernels.Histograms;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Turns raw rows into bytes: one column for each large feature, one for several small ones.</summary>
/// <param name="raw">The raw rows.</param>
/// <param name="features">The features with their bins and columns.</param>
/// <param name="encoded">Values that replace the raw ones of an input, by row; null for the raw ones.</param>
internal sealed class DatasetBinner(RawRows raw, FeatureBins[] features, float[]?[] encoded)
{
    private const int StepRows = 2048;

    /// <summary>Bins all rows.</summary>
    public BinnedRows Bin(int rowCount, WorkerTeam team)
    {
        BinnedRows bins = new(rowCount, features.Max(feature => feature.Column) + 1);
        float[] buffer = [];
        for (int chunk = 0; chunk < raw.ChunkCount; chunk++)
        {
            int length = raw.Read(chunk, ref buffer).Length / raw.Width, first = chunk * raw.ChunkRows;
            int current = chunk;
            float[] read = buffer;
            team.For((length + StepRows - 1) / StepRows, step =>
            {
                float[] own = read;
                ReadOnlySpan<float> values = raw.IsInMemory(current) ? raw.Read(current, ref own) : own;
                int from = step * StepRows;
                BinRows(values, first, from, Math.Min(from + StepRows, length), bins);
            });
        }

        return bins;
    }

    /// <summary>Gives every feature its column: alone when it is large, with others when their bins multiply to at most 256.</summary>
    public static void AssignColumns(IReadOnlyList<FeatureBins> features)
    {
        int column = 0;
        List<FeatureBins> shared = [];
        int product = 1;
        foreach (FeatureBins feature in features.OrderByDescending(feature => feature.Radix).ThenBy(feature => feature.Input))
        {
            if (product * feature.Radix > GradientHistogram.Bins)
            {
                column++;
                product = 1;
                shared.Clear();
            }

            feature.Column = column;
            feature.Stride = product;
            product *= feature.Radix;
            shared.Add(feature);
            feature.IsAlone = shared.Count == 1;
            shared[0].IsAlone = shared.Count == 1;
        }
    }

    /// <summary>Values of some rows by input, shape [inputs][rows].</summary>
    public static float[][] Gather(RawRows raw, int[] rows)
    {
        float[][] columns = new float[raw.Width][];
        for (int input = 0; input < columns.Length; input++)
        {
            columns[input] = new float[rows.Length];
        }

        float[] buffer = [];
        for (int chunk = 0, at = 0; chunk < raw.ChunkCount; chunk++)
        {
            ReadOnlySpan<float> values = raw.Read(chunk, ref buffer);
            int first = chunk * raw.ChunkRows, end = first + (values.Length / raw.Width);
            for (; at < rows.Length && rows[at] < end; at++)
            {
                ReadOnlySpan<float> row = values.Slice((rows[at] - first) * raw.Width, raw.Width);
                for (int input = 0; input < columns.Length; input++)
                {
                    columns[input][at] = row[input];
                }
            }
        }

        return columns;
    }

    /// <summary>All values of one input.</summary>
    public static float[] ColumnOf(RawRows raw, int input, int rowCount)
    {
        float[] column = new float[rowCount];
        float[] buffer = [];
        for (int chunk = 0, at = 0; chunk < raw.ChunkCount; chunk++)
        {
            ReadOnlySpan<float> values = raw.Read(chunk, ref buffer);
            for (int i = input; i < values.Length; i += raw.Width)
            {
                column[at++] = values[i];
            }
        }

        return column;
    }

    private void BinRows(ReadOnlySpan<float> values, int first, int from, int end, BinnedRows bins)
    {
        foreach (FeatureBins feature in features)
        {
            Span<byte> column = bins.Column(feature.Column).Slice(first + from, end - from);
            float[]? replaced = encoded[feature.Input];
            for (int i = 0; i < column.Length; i++)
            {
                int bin = replaced is null ? feature.BinOf(values[((from + i) * raw.Width) + feature.Input]) : feature.BinOfNumber(replaced[first + from + i]);
                column[i] += (byte)(bin * feature.Stride);
            }
        }

        bins.Arrange(first + from, end - from);
    }
}
