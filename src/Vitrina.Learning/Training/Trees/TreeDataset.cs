using Vitrina.Kernels.Histograms;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Rows as bins, with labels, weights and lists: what trees are trained on, and what training is watched on. Made by <see cref="TreeDatasetBuilder"/>.</summary>
/// <remarks>Immutable and safe for concurrent use. Two bytes per row and column; several small inputs share a column.</remarks>
public sealed class TreeDataset
{
    internal TreeDataset(IReadOnlyList<TreeInput> inputs, FeatureBins[] features, BinnedRows bins, TreeRows rows)
    {
        Inputs = inputs;
        Features = features;
        Bins = bins;
        Rows = rows;
    }

    /// <summary>The inputs, in the order of the rows' values.</summary>
    public IReadOnlyList<TreeInput> Inputs { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount => Rows.Labels.Length;

    /// <summary>Number of lists; 0 when rows were added without.</summary>
    public int ListCount => Math.Max(0, Rows.ListStarts.Length - 1);

    /// <summary>Labels, shape [rows].</summary>
    public ReadOnlySpan<float> Labels => Rows.Labels;

    /// <summary>First row of each list and the row count at the end, shape [lists + 1]; empty without lists.</summary>
    public ReadOnlySpan<int> ListStarts => Rows.ListStarts;

    /// <summary>Inputs that no tree can use, and why.</summary>
    public IReadOnlyList<UnusedFeature> Unused { get; internal init; } = [];

    /// <summary>Bytes that the dataset holds.</summary>
    public long MemoryBytes => Bins.MemoryBytes + ((long)RowCount * 2 * sizeof(float)) + ((long)Rows.ListStarts.Length * sizeof(int));

    internal FeatureBins[] Features { get; }

    internal TreeRows Rows { get; }

    internal BinnedRows Bins { get; }
}

/// <summary>What rows have beside their features.</summary>
/// <param name="Labels">Labels, shape [rows].</param>
/// <param name="Weights">Weights, shape [rows]; empty when all are 1.</param>
/// <param name="ListStarts">First row of each list and the row count at the end; empty without lists.</param>
internal sealed record TreeRows(float[] Labels, float[] Weights, int[] ListStarts)
{
    public float WeightOf(int row) => Weights.Length == 0 ? 1 : Weights[row];
}
