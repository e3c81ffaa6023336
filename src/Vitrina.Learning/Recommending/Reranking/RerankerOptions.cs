using Vitrina.Learning.Training.Trees;

namespace Vitrina.Learning.Recommending.Reranking;

/// <summary>How the re-ranker learns.</summary>
public sealed record RerankerOptions
{
    /// <summary>For sets without an order: one forest, and 80 negatives a list (decision 0062).</summary>
    public static RerankerOptions ForSets => new() { NegativesPerList = 80, Forests = [s_forest] };

    /// <summary>Candidates without a target that are drawn from each list. Default: 50.</summary>
    public int NegativesPerList { get; init; } = 50;

    /// <summary>Share of the lists on which the number of trees is chosen, by NDCG@10 among all their candidates. Default: 0.12.</summary>
    public double WatchedShare { get; init; } = 0.12;

    /// <summary>How the forests grow whose mean orders: one that tells targets from the rest row by row, one that orders lists. They err differently.</summary>
    public IReadOnlyList<TreeTrainerOptions> Forests { get; init; } = [s_forest, s_forest with { Objective = TreeObjective.LambdaMart, LearningRate = 0.06 }];

    private static readonly TreeTrainerOptions s_forest = new()
    {
        Objective = TreeObjective.Logistic,
        Trees = 600,
        EarlyStoppingTrees = 80,
        Metric = TreeMetric.Ndcg,
        LearningRate = 0.08,
        MaxLeaves = 32,
        MaxDepth = 6,
        MinRowsInLeaf = 40,
        RowShare = 0.7,
        FeatureShare = 0.4,
        L2 = 5,
    };
}
