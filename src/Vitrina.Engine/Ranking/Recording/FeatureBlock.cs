namespace Vitrina.Engine.Ranking.Recording;

/// <summary>The feature vectors recorded of one ranking: the items that were shown, and a sample of those that were not.</summary>
public sealed class FeatureBlock
{
    /// <summary>The ranking.</summary>
    public required string RankingId { get; init; }

    /// <summary>The journal sequence that the ranking saw.</summary>
    public required long AsOf { get; init; }

    /// <summary>When it was answered, Unix milliseconds.</summary>
    public required long AtMs { get; init; }

    /// <summary>The features' names; one list shared by the blocks of a surface.</summary>
    public required IReadOnlyList<string> FeatureNames { get; init; }

    /// <summary>The items' ids, one per row.</summary>
    public required string[] Items { get; init; }

    /// <summary>The position at which each row's item was shown, from 1; 0 = not shown.</summary>
    public required short[] Positions { get; init; }

    /// <summary>Column-major, shape [FeatureNames x Items]; NaN marks a missing value. Every bit pattern survives.</summary>
    public required float[] Values { get; init; }

    /// <summary>The model whose scores are still to be added, off the path of the answer; null = none.</summary>
    internal ServingModel? Shadow { get; init; }

    /// <summary>Checks that the shapes fit each other.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal void RequireShape()
    {
        if (Positions.Length != Items.Length || Values.LongLength != (long)Items.Length * FeatureNames.Count)
        {
            throw new ArgumentException(
                $"{Items.Length} items with {FeatureNames.Count} features each do not fit {Positions.Length} positions and {Values.Length} values.");
        }
    }
}
