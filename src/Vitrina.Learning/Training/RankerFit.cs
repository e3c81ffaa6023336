using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Linear;
using Vitrina.Engine.Models.Trees;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Learning.Training;

/// <summary>A setting of the trees that was tried.</summary>
/// <param name="Leaves">Most leaves of a tree.</param>
/// <param name="Trees">Trees that were kept.</param>
/// <param name="Metric">What was watched on the validation part.</param>
/// <param name="Value">Its value for the kept trees.</param>
public readonly record struct TreeTrial(int Leaves, int Trees, TreeMetric Metric, double Value);

/// <summary>How the fits of one run of the loop went.</summary>
public sealed record LearningReport
{
    /// <summary>The kind of model that was chosen: `logistic` or `trees`.</summary>
    public required string Kind { get; init; }

    /// <summary>Training rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Training rows that are positive.</summary>
    public required int PositiveRows { get; init; }

    /// <summary>The share of shown items that the catalogue did not hold when their list was shown: they are left out, with what was done to them.</summary>
    public double UnknownShare { get; init; }

    /// <summary>Mean NDCG@10 over the validation lists by the linear model.</summary>
    public required double LinearNdcg { get; init; }

    /// <summary>The same by trees; null when none were grown.</summary>
    public double? TreesNdcg { get; init; }

    /// <summary>The linear fit.</summary>
    public required LogisticTrainingReport Linear { get; init; }

    /// <summary>Settings of the trees that were tried on the validation part, in order.</summary>
    public IReadOnlyList<TreeTrial> Trials { get; init; } = [];

    /// <summary>Bytes per row of the trees' training set, in bins.</summary>
    public double? TreeBytesPerRow { get; init; }

    /// <summary>The gain of each input in the chosen trees, largest first; inputs that no tree uses are left out.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Gains { get; init; } = [];

    /// <summary>The probability that each position is examined, from position 1 on; null without inverse propensities.</summary>
    public IReadOnlyList<float>? Examination { get; init; }
}

/// <summary>Fits the linear model and trees to the same rows, and chooses.</summary>
/// <param name="Linear">The linear model.</param>
/// <param name="Chosen">The model to publish.</param>
/// <param name="Report">How the fits went.</param>
internal sealed record RankerFit(LogisticModel Linear, RankingModel Chosen, LearningReport Report)
{
    private static readonly double[] PenaltyGrid = [1e-5, 1e-4, 1e-3, 1e-2];
    private static readonly int[] LeavesGrid = [8, 16, 31];

    // Neither is tuned on a data set: samples of both kinds are what keeps trees on logs of a few thousand lists from learning them by heart.
    private const double RowShare = 0.8;
    private const double FeatureShare = 0.6;
    private const int EarlyStoppingTrees = 50;

    /// <summary>Fits both kinds that the options ask for.</summary>
    public static RankerFit Of(LearningRows rows, LearningOptions options, CancellationToken cancellationToken)
    {
        var (linear, linearReport) = LogisticTrainer.Train(
            rows.Linear,
            new LogisticTrainerOptions
            {
                Objective = options.Objective == LearningObjective.Logistic ? LinearObjective.Logistic : LinearObjective.Listwise,
                L2Grid = PenaltyGrid,
                Seed = options.Seed,
                Threads = options.Threads,
                FixedAtServing = rows.Columns.FixedAtServing,
            },
            rows.Validation);
        var report = new LearningReport
        {
            Kind = linear.Kind,
            Rows = rows.RowCount,
            PositiveRows = rows.PositiveCount,
            LinearNdcg = NdcgOf(linear, rows),
            Linear = linearReport,
        };
        if (options.Kind == RankerKind.Logistic)
        {
            return new RankerFit(linear, linear, report);
        }

        var (trees, withTrees) = FitTrees(rows, options, report, cancellationToken);
        var isTrees = options.Kind == RankerKind.Trees || options.Monotone.Count > 0 || withTrees.TreesNdcg > withTrees.LinearNdcg;
        return new RankerFit(linear, isTrees ? trees : linear, withTrees with { Kind = isTrees ? trees.Kind : linear.Kind });
    }

    private static (TreeModel Model, LearningReport Report) FitTrees(LearningRows rows, LearningOptions options, LearningReport report, CancellationToken cancellationToken)
    {
        var train = rows.BuildTrees();
        var validation = rows.BuildValidation(train);
        var trials = new List<TreeTrial>();
        TreeTraining? best = null;
        foreach (var leaves in options.Leaves is { } given ? [given] : LeavesGrid)
        {
            var training = TreeTrainer.Train(train, OptionsOf(options, leaves, options.Trees, EarlyStoppingTrees), validation, null, cancellationToken);
            var value = training.Report.BestMetric ?? double.NaN;
            trials.Add(new TreeTrial(leaves, training.Report.Trees, training.Report.Metric, value));
            best = best is null || IsBetter(training.Report.Metric, value, best.Value.Report.BestMetric ?? double.NaN) ? training : best;
        }

        var chosen = ModelOf(best!.Value.Model, options);
        return (chosen, report with
        {
            TreesNdcg = NdcgOf(chosen, rows),
            Trials = trials,
            TreeBytesPerRow = Math.Round((double)train.MemoryBytes / train.RowCount, 1),
            Gains = [.. rows.Inputs.Zip(best.Value.Report.GainByInput, (input, gain) => KeyValuePair.Create(input.Name, gain)).Where(pair => pair.Value > 0).OrderByDescending(pair => pair.Value)],
        });
    }

    /// <summary>Grows trees of a fixed number and shape, which nothing was chosen for.</summary>
    public static TreeModel TreesOf(LearningRows rows, LearningOptions options, int leaves, int trees, CancellationToken cancellationToken) =>
        ModelOf(TreeTrainer.Train(rows.BuildTrees(), OptionsOf(options, leaves, trees, 0), null, null, cancellationToken).Model, options);

    private static TreeModel ModelOf(TreeEnsemble ensemble, LearningOptions options) =>
        new(options.Objective == LearningObjective.Logistic ? ensemble with { Link = ScoreLink.Logistic } : ensemble);

    private static TreeTrainerOptions OptionsOf(LearningOptions options, int leaves, int trees, int earlyStopping) => new()
    {
        Objective = options.Objective switch
        {
            LearningObjective.Listwise => TreeObjective.LambdaMart,
            LearningObjective.Pairwise => TreeObjective.Pairwise,
            _ => TreeObjective.Logistic,
        },
        Gain = options.Gains.Count > 0 ? Gain.Linear : Gain.Exponential,
        Trees = trees,
        LearningRate = options.LearningRate,
        MaxLeaves = leaves,
        RowShare = RowShare,
        FeatureShare = FeatureShare,
        EarlyStoppingTrees = earlyStopping,
        Seed = options.Seed,
        Threads = options.Threads,
    };

    private static bool IsBetter(TreeMetric metric, double value, double than) =>
        metric is TreeMetric.LogLoss or TreeMetric.Rmse ? value < than : value > than;

    private static double NdcgOf(RankingModel model, LearningRows rows)
    {
        var set = rows.Validation;
        var columns = model.ColumnsIn(set.FeatureNames);
        var (scores, labels) = (new float[set.RowCount], new float[set.RowCount]);
        var matrix = new FeatureMatrix();
        List<int> starts = [];
        for (var (chunk, first) = (0, 0); chunk < set.ChunkCount; chunk++)
        {
            var count = set.Labels(chunk).Length;
            matrix.Reset(count, set.FeatureCount);
            for (var feature = 0; feature < set.FeatureCount; feature++)
            {
                set.Features(chunk, feature).CopyTo(matrix.Column(feature));
            }

            model.Score(matrix, columns, scores.AsSpan(first, count));
            set.Labels(chunk).CopyTo(labels.AsSpan(first));
            first += count;
        }

        for (var row = 0; row < set.RowCount; row++)
        {
            if (row == 0 || set.Group(row) != set.Group(row - 1))
            {
                starts.Add(row);
            }
        }

        starts.Add(set.RowCount);
        var perList = RankingMetrics.PerList(scores, labels, starts.ToArray(), relevances => RankingMetrics.Ndcg(relevances, 10));
        return perList.Where(value => !double.IsNaN(value)).DefaultIfEmpty(0).Average();
    }
}
