using Vitrina.Engine.Models;

namespace Vitrina.Learning.Training;

/// <summary>The rows that a model learns from: feature values, label, weight, list and position of each shown candidate.</summary>
/// <remarks>
/// Kept column by column in chunks of <see cref="ChunkRows"/> rows, so that the set grows without ever copying what it holds and a pass
/// over one feature reads memory in order. NaN marks a missing feature value. Not safe for concurrent writing.
/// </remarks>
public sealed class TrainingSet
{
    /// <summary>Rows per chunk; a column's chunk is 64 KiB, below the large-object threshold.</summary>
    public const int ChunkRows = 16384;

    private readonly List<float[][]> _features = [];
    private readonly List<float[]> _labels = [];
    private readonly List<float[]> _weights = [];
    private readonly List<int[]> _groups = [];
    private readonly List<int[]> _positions = [];

    /// <summary>Makes an empty set.</summary>
    /// <param name="featureNames">Names of the features, in the order in which rows give them; unique.</param>
    /// <exception cref="ArgumentException">A name appears twice.</exception>
    public TrainingSet(IReadOnlyList<string> featureNames)
    {
        ArgumentNullException.ThrowIfNull(featureNames);
        FeatureNames = [.. featureNames];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string name in FeatureNames)
        {
            if (!seen.Add(name))
            {
                throw new ArgumentException($"Feature '{name}' appears twice.", nameof(featureNames));
            }
        }
    }

    /// <summary>Names of the features, in row order.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>Number of features.</summary>
    public int FeatureCount => FeatureNames.Count;

    /// <summary>Number of rows.</summary>
    public int RowCount { get; private set; }

    /// <summary>Number of chunks that hold rows.</summary>
    public int ChunkCount => _labels.Count;

    /// <summary>Bytes that the chunks hold, filled or not.</summary>
    public long MemoryBytes => (long)ChunkCount * ChunkRows * ((4L * FeatureCount) + 16);

    /// <summary>Appends one row.</summary>
    /// <param name="features">Feature values in the order of <see cref="FeatureNames"/>; NaN when missing.</param>
    /// <param name="label">1 or 0, a probability, or a graded gain; the trainer states what it takes.</param>
    /// <param name="weight">How much the row counts; finite and at least 0.</param>
    /// <param name="group">Number of the list that the row belongs to; rows of one list follow each other.</param>
    /// <param name="position">Position in the list, from 1; 0 when unknown.</param>
    /// <exception cref="ArgumentException">The number of features does not fit.</exception>
    public void Add(ReadOnlySpan<float> features, float label, float weight, int group, int position)
    {
        if (features.Length != FeatureCount)
        {
            throw new ArgumentException($"{features.Length} feature values for {FeatureCount} features.", nameof(features));
        }

        int row = NextRow(label, weight, group, position);
        float[][] chunk = _features[^1];
        for (int f = 0; f < features.Length; f++)
        {
            chunk[f][row] = features[f];
        }
    }

    /// <summary>Appends one candidate of a feature matrix.</summary>
    /// <param name="matrix">Feature values of the candidates of one ranking.</param>
    /// <param name="matrixRow">The candidate.</param>
    /// <param name="columnOfFeature">Column of each of this set's features; −1 for one that is missing throughout.</param>
    /// <param name="label">1 or 0, a probability, or a graded gain.</param>
    /// <param name="weight">How much the row counts; finite and at least 0.</param>
    /// <param name="group">Number of the list.</param>
    /// <param name="position">Position in the list, from 1; 0 when unknown.</param>
    /// <exception cref="ArgumentException">The number of columns does not fit.</exception>
    public void Add(FeatureMatrix matrix, int matrixRow, ReadOnlySpan<int> columnOfFeature, float label, float weight, int group, int position)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (columnOfFeature.Length != FeatureCount)
        {
            throw new ArgumentException($"{columnOfFeature.Length} columns for {FeatureCount} features.", nameof(columnOfFeature));
        }

        int row = NextRow(label, weight, group, position);
        float[][] chunk = _features[^1];
        for (int f = 0; f < columnOfFeature.Length; f++)
        {
            chunk[f][row] = columnOfFeature[f] < 0 ? float.NaN : matrix[matrixRow, columnOfFeature[f]];
        }
    }

    /// <summary>Feature values of one chunk, shape [rows in the chunk].</summary>
    public ReadOnlySpan<float> Features(int chunk, int feature) => _features[chunk][feature].AsSpan(0, RowsIn(chunk));

    /// <summary>Labels of one chunk, shape [rows in the chunk].</summary>
    public ReadOnlySpan<float> Labels(int chunk) => _labels[chunk].AsSpan(0, RowsIn(chunk));

    /// <summary>Weights of one chunk, shape [rows in the chunk].</summary>
    public ReadOnlySpan<float> Weights(int chunk) => _weights[chunk].AsSpan(0, RowsIn(chunk));

    /// <summary>List numbers of one chunk, shape [rows in the chunk].</summary>
    public ReadOnlySpan<int> Groups(int chunk) => _groups[chunk].AsSpan(0, RowsIn(chunk));

    /// <summary>Positions of one chunk, shape [rows in the chunk].</summary>
    public ReadOnlySpan<int> Positions(int chunk) => _positions[chunk].AsSpan(0, RowsIn(chunk));

    /// <summary>One feature value of one row.</summary>
    public float Feature(int row, int feature) => _features[row / ChunkRows][feature][row % ChunkRows];

    /// <summary>The label of one row.</summary>
    public float Label(int row) => _labels[row / ChunkRows][row % ChunkRows];

    /// <summary>The weight of one row.</summary>
    public float Weight(int row) => _weights[row / ChunkRows][row % ChunkRows];

    /// <summary>The list number of one row.</summary>
    public int Group(int row) => _groups[row / ChunkRows][row % ChunkRows];

    /// <summary>The position of one row.</summary>
    public int Position(int row) => _positions[row / ChunkRows][row % ChunkRows];

    /// <summary>One line for a progress display: rows, features and memory.</summary>
    public override string ToString() => FormattableString.Invariant($"{RowCount} rows x {FeatureCount} features, {MemoryBytes / 1048576.0:F1} MB");

    /// <summary>Copies a run of consecutive values of one feature, which may cross chunks.</summary>
    internal void CopyFeature(int feature, int firstRow, Span<float> target)
    {
        while (!target.IsEmpty)
        {
            ReadOnlySpan<float> rest = _features[firstRow / ChunkRows][feature].AsSpan(firstRow % ChunkRows);
            int count = Math.Min(rest.Length, target.Length);
            rest[..count].CopyTo(target);
            target = target[count..];
            firstRow += count;
        }
    }

    private int RowsIn(int chunk) => Math.Min(ChunkRows, RowCount - (chunk * ChunkRows));

    private int NextRow(float label, float weight, int group, int position)
    {
        int row = RowCount % ChunkRows;
        if (row == 0)
        {
            float[][] columns = new float[FeatureCount][];
            for (int f = 0; f < columns.Length; f++)
            {
                columns[f] = new float[ChunkRows];
            }

            _features.Add(columns);
            _labels.Add(new float[ChunkRows]);
            _weights.Add(new float[ChunkRows]);
            _groups.Add(new int[ChunkRows]);
            _positions.Add(new int[ChunkRows]);
        }

        _labels[^1][row] = label;
        _weights[^1][row] = weight;
        _groups[^1][row] = group;
        _positions[^1][row] = position;
        RowCount++;
        return row;
    }
}
