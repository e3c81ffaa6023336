namespace Vitrina.Cli.Benchmarks;

/// <summary>Rows of ranked lists in memory: row-major values, labels, and where each list begins.</summary>
/// <param name="Values">Shape [rows x features].</param>
/// <param name="Labels">Shape [rows].</param>
/// <param name="ListStarts">First row of each list and the row count at the end.</param>
internal sealed record ListArrays(float[] Values, float[] Labels, int[] ListStarts)
{
    private const int DefaultListRows = 20;

    /// <summary>Number of features.</summary>
    public int FeatureCount => Labels.Length == 0 ? 0 : Values.Length / Labels.Length;

    /// <summary>Number of lists.</summary>
    public int ListCount => ListStarts.Length - 1;

    /// <summary>Values of one row.</summary>
    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * FeatureCount, FeatureCount);

    /// <summary>Reads one part of a folder of arrays: <c>ltr_PART_x.f32</c>, <c>ltr_PART_y.f32</c>, and lists of 20 rows.</summary>
    /// <exception cref="UsageException">A file is missing, or the sizes do not fit each other.</exception>
    public static ListArrays Read(string folder, string part)
    {
        float[] values = ReadFile(folder, $"ltr_{part}_x.f32"), labels = ReadFile(folder, $"ltr_{part}_y.f32");
        if (labels.Length == 0 || values.Length % labels.Length != 0 || labels.Length % DefaultListRows != 0)
        {
            throw new UsageException($"'{folder}': {values.Length} values of {labels.Length} {part} rows are not lists of {DefaultListRows} rows with equally many features");
        }

        return new ListArrays(values, labels, [.. Enumerable.Range(0, (labels.Length / DefaultListRows) + 1).Select(list => list * DefaultListRows)]);
    }

    /// <summary>The lists for which a draw says yes.</summary>
    public ListArrays Where(Func<int, bool> isKept)
    {
        List<int> starts = [0];
        List<float> labels = [], values = [];
        for (var list = 0; list < ListCount; list++)
        {
            if (isKept(list))
            {
                var (from, end) = (ListStarts[list], ListStarts[list + 1]);
                labels.AddRange(Labels.AsSpan(from, end - from));
                values.AddRange(Values.AsSpan(from * FeatureCount, (end - from) * FeatureCount));
                starts.Add(labels.Count);
            }
        }

        return new ListArrays([.. values], [.. labels], [.. starts]);
    }

    private static float[] ReadFile(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? PythonPeer.ReadFloats(path) : throw new UsageException($"there is no file '{path}'");
    }
}
