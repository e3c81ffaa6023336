using System.ComponentModel.DataAnnotations;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Learning.Training.Trees;

/// <summary>What tree training minimises.</summary>
public enum TreeObjective
{
    /// <summary>Cross-entropy per row: scores are log-odds. Labels from 0 to 1.</summary>
    Logistic,

    /// <summary>NDCG by LambdaMART (Burges, MSR-TR-2010-82): scores order a list. Labels are grades, at least 0; rows have lists.</summary>
    LambdaMart,

    /// <summary>Logistic loss over pairs of a list with different labels (RankNet): scores order a list. Rows have lists.</summary>
    Pairwise,

    /// <summary>Squared error: scores are expected labels.</summary>
    SquaredError,

    /// <summary>Poisson deviance: scores are logarithms of expected counts. Labels at least 0.</summary>
    Poisson,
}

/// <summary>How a tree grows.</summary>
public enum TreeGrowth
{
    /// <summary>The leaf with the largest gain is split next (LightGBM's way).</summary>
    LeafWise,

    /// <summary>All leaves of a level get the same split (oblivious trees, CatBoost's way): weaker trees that score faster and overfit less.</summary>
    Symmetric,
}

/// <summary>What is watched on the validation set.</summary>
public enum TreeMetric
{
    /// <summary>NDCG of the first <see cref="TreeTrainerOptions.MetricAt"/>, mean over lists with a positive.</summary>
    Ndcg,

    /// <summary>Mean average precision over lists with a positive.</summary>
    Map,

    /// <summary>Area under the ROC curve over rows; labels above 0.5 are positive.</summary>
    Auc,

    /// <summary>Cross-entropy of the logistic of the score.</summary>
    LogLoss,

    /// <summary>Root of the mean squared error; of the exponential of the score under the Poisson objective.</summary>
    Rmse,
}

/// <summary>How the tree trainer works.</summary>
public sealed record TreeTrainerOptions
{
    /// <summary>What is minimised. Default: LambdaMART.</summary>
    public TreeObjective Objective { get; init; } = TreeObjective.LambdaMart;

    /// <summary>How a tree grows. Default: leaf-wise.</summary>
    public TreeGrowth Growth { get; init; }

    /// <summary>Most trees. Default: 500.</summary>
    [Range(1, 100_000)]
    public int Trees { get; init; } = 500;

    /// <summary>Factor on every leaf. Default: 0.05.</summary>
    [Range(1e-6, 10)]
    public double LearningRate { get; init; } = 0.05;

    /// <summary>Most leaves of a tree. Default: 31.</summary>
    [Range(2, 4096)]
    public int MaxLeaves { get; init; } = 31;

    /// <summary>Most splits from root to leaf; 0 = no limit but the leaves. Symmetric trees: their depth; 0 takes the smallest that holds MaxLeaves.</summary>
    [Range(0, 12)]
    public int MaxDepth { get; init; }

    /// <summary>Least rows of a leaf. Symmetric trees: a leaf that a split would leave below is no reason for that split. Default: 20.</summary>
    [Range(1, 1_000_000)]
    public int MinRowsInLeaf { get; init; } = 20;

    /// <summary>Least sum of hessians of a leaf. Default: 0.001.</summary>
    [Range(0, 1e12)]
    public double MinHessianInLeaf { get; init; } = 1e-3;

    /// <summary>A split must gain more. Default: 0.</summary>
    [Range(0, 1e12)]
    public double MinGain { get; init; }

    /// <summary>Penalty on the absolute values of leaves. Default: 0.</summary>
    [Range(0, 1e12)]
    public double L1 { get; init; }

    /// <summary>Penalty on the squares of leaves. Default: 1.</summary>
    [Range(0, 1e12)]
    public double L2 { get; init; } = 1;

    /// <summary>Share of rows (of lists, when there are some) that each sample holds. Default: 1.</summary>
    [Range(0.01, 1)]
    public double RowShare { get; init; } = 1;

    /// <summary>Trees that share a sample of rows. Default: 1.</summary>
    [Range(1, 100_000)]
    public int TreesPerSample { get; init; } = 1;

    /// <summary>Share of inputs that each tree may use. Default: 1.</summary>
    [Range(0.01, 1)]
    public double FeatureShare { get; init; } = 1;

    /// <summary>LambdaMART: pairs count of which one item stands among so many first places; the best DCG is taken there too. Default: 30.</summary>
    [Range(1, 1_000_000)]
    public int Truncation { get; init; } = 30;

    /// <summary>LambdaMART and pairwise: steepness of the logistic. Default: 1.</summary>
    [Range(1e-3, 1e3)]
    public double Sigmoid { get; init; } = 1;

    /// <summary>LambdaMART: whether far pairs and long lists weigh less (as LightGBM's lambdarank_norm). Default: true.</summary>
    public bool NormaliseLists { get; init; } = true;

    /// <summary>What a grade is worth, in training and in the watched NDCG. Default: 2^grade − 1.</summary>
    public Gain Gain { get; init; } = Gain.Exponential;

    /// <summary>Categories: added to the hessian where categories are put in order, so that rare ones stay in the middle. Default: 10.</summary>
    [Range(0, 1e9)]
    public double CategorySmoothing { get; init; } = 10;

    /// <summary>Categories: added to L2 where their splits are judged, for they have more freedom than cuts of a number. Default: 10.</summary>
    [Range(0, 1e9)]
    public double CategoryL2 { get; init; } = 10;

    /// <summary>Categories: most of them on the left of a split. Default: 32.</summary>
    [Range(1, 254)]
    public int MaxCategoriesPerSplit { get; init; } = 32;

    /// <summary>Categories: one with fewer rows in the leaf goes right. Default: 10.</summary>
    [Range(1, 1_000_000)]
    public int MinRowsPerCategory { get; init; } = 10;

    /// <summary>Trees without a better validation metric after which training ends; 0 = never. The model ends at its best tree.</summary>
    [Range(0, 100_000)]
    public int EarlyStoppingTrees { get; init; }

    /// <summary>The validation metric; null takes NDCG for lists, log-loss for the logistic objective, RMSE else.</summary>
    public TreeMetric? Metric { get; init; }

    /// <summary>Places that the watched NDCG counts. Default: 10.</summary>
    [Range(1, 1_000_000)]
    public int MetricAt { get; init; } = 10;

    /// <summary>Seeds samples of rows and inputs.</summary>
    public ulong Seed { get; init; }

    /// <summary>Threads; 0 takes one per processor. The model is the same to the bit whatever the number.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Bytes of histograms kept so that a sibling is had by subtraction; beyond, it is summed anew. Default: 1 GB.</summary>
    [Range(0, long.MaxValue)]
    public long HistogramBytes { get; init; } = 1L << 30;

    internal TreeMetric MetricOrDefault => Metric ?? Objective switch
    {
        TreeObjective.LambdaMart or TreeObjective.Pairwise => TreeMetric.Ndcg,
        TreeObjective.Logistic => TreeMetric.LogLoss,
        _ => TreeMetric.Rmse,
    };

    internal bool NeedsLists => Objective is TreeObjective.LambdaMart or TreeObjective.Pairwise;
}
