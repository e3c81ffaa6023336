using System.ComponentModel.DataAnnotations;

namespace Vitrina.Learning.Training.Trees;

/// <summary>How rows become bins.</summary>
public sealed record TreeDatasetOptions
{
    /// <summary>Most bins of a number, the one of missing values not counted. Default: 254, so that a bin is a byte.</summary>
    [Range(2, 254)]
    public int MaxBins { get; init; } = 254;

    /// <summary>Most categories with a bin of their own; rarer ones share the bin of missing values. Default: 254.</summary>
    [Range(1, 254)]
    public int MaxCategories { get; init; } = 254;

    /// <summary>Most rows, drawn by the seed, from which quantiles are taken. Default: 200,000; a quantile is then within 0.3 % of its rank.</summary>
    [Range(1000, 10_000_000)]
    public int SampleRows { get; init; } = 200_000;

    /// <summary>Rows that the prior weighs in a target statistic. Default: 10.</summary>
    [Range(0.001, 1e6)]
    public double TargetPriorRows { get; init; } = 10;

    /// <summary>Bytes of raw values kept in memory until they are binned; what goes beyond waits in a temporary file. Default: 1 GB.</summary>
    [Range(0, long.MaxValue)]
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Folder of that file; null takes the system's temporary folder. The file is deleted when the dataset is built.</summary>
    public string? SpillFolder { get; init; }

    /// <summary>Seeds the sample and the random order of target statistics.</summary>
    public ulong Seed { get; init; }

    /// <summary>Threads; 0 takes one per processor. The bins are the same whatever the number.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }
}
