using Vitrina.Learning.Training;

namespace Vitrina.Cli.Benchmarks;

/// <summary>Loads svmlight files as arrays: the features are those that the training file names, in the order of their indices.</summary>
internal sealed class SvmLightLists
{
    private readonly Dictionary<int, int> _columnOfIndex;

    private SvmLightLists(int[] indices)
    {
        Indices = indices;
        _columnOfIndex = indices.Select((index, column) => (index, column)).ToDictionary(pair => pair.index, pair => pair.column);
    }

    /// <summary>Index of each feature in the files.</summary>
    public int[] Indices { get; }

    /// <summary>Reads which features a training file has.</summary>
    /// <exception cref="SvmLightException">The file cannot be read, or names no feature.</exception>
    public static SvmLightLists Survey(string path)
    {
        HashSet<int> indices = [];
        using var reader = new SvmLightReader(path);
        while (reader.Read())
        {
            foreach (var index in reader.Indices)
            {
                indices.Add(index);
            }
        }

        return indices.Count > 0 ? new SvmLightLists([.. indices.Order()]) : throw new SvmLightException($"'{path}' has no row with a feature");
    }

    /// <summary>Loads a file. What a row leaves out is 0; a feature that the training file does not have is left out.</summary>
    /// <exception cref="SvmLightException">The file cannot be read, has no rows, or is too large for memory.</exception>
    public ListArrays Load(string path)
    {
        List<float> labels = [];
        List<int> starts = [];
        List<float[]> rows = [];
        using var reader = new SvmLightReader(path);
        for (var list = -1; reader.Read(); labels.Add(reader.Label))
        {
            if (reader.List != list)
            {
                starts.Add(labels.Count);
                list = reader.List;
            }

            var row = new float[Indices.Length];
            for (var i = 0; i < reader.Indices.Length; i++)
            {
                if (_columnOfIndex.TryGetValue(reader.Indices[i], out var column))
                {
                    row[column] = reader.Values[i];
                }
            }

            rows.Add(row);
        }

        if (labels.Count == 0)
        {
            throw new SvmLightException($"'{path}' has no rows");
        }

        if ((long)labels.Count * Indices.Length > Array.MaxLength)
        {
            throw new SvmLightException($"'{path}': {labels.Count} rows of {Indices.Length} features are more than the {Array.MaxLength} values that fit");
        }

        var values = new float[labels.Count * Indices.Length];
        for (var row = 0; row < rows.Count; row++)
        {
            rows[row].CopyTo(values, row * Indices.Length);
            rows[row] = [];
        }

        starts.Add(labels.Count);
        return new ListArrays(values, [.. labels], [.. starts]);
    }
}
