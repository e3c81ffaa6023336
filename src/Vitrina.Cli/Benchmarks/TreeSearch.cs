using Vitrina.Engine.Models.Trees;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Cli.Benchmarks;

/// <summary>Chooses settings of a LambdaMART model on validation lists, and averages a few models of the best ones.</summary>
/// <remarks>How many settings are tried depends on the size of the data alone, so that the same files and seed give the same model.</remarks>
internal static class TreeSearch
{
    private const int SearchTrees = 400;
    private const int FinalTrees = 2000;
    private const int Patience = 60;

    // From what helps most data sets to what helps few: fewer are tried on larger data.
    private static readonly TreeTrainerOptions[] s_settings =
    [
        Setting(31, 20, 0.7, 0.8, 1),
        Setting(15, 50, 0.7, 0.8, 1),
        Setting(63, 100, 0.5, 0.8, 5),
        Setting(31, 50, 0.3, 0.6, 10),
        Setting(7, 20, 0.7, 0.8, 1),
        Setting(64, 20, 0.7, 0.8, 1) with { Growth = TreeGrowth.Symmetric },
        Setting(31, 20, 1, 1, 1),
        Setting(15, 20, 0.3, 0.6, 10),
        Setting(4, 20, 0.5, 0.6, 1),
        Setting(16, 10, 0.5, 0.7, 3) with { Growth = TreeGrowth.Symmetric },
        Setting(7, 50, 0.3, 0.6, 10),
        Setting(15, 20, 0.5, 0.7, 3) with { NormaliseLists = false },
    ];

    /// <summary>What was found.</summary>
    /// <param name="Model">The averaged model.</param>
    /// <param name="Chosen">The settings.</param>
    /// <param name="Tried">How many settings were tried.</param>
    /// <param name="Validation">NDCG@10 of a single model of the chosen settings on the validation lists.</param>
    internal sealed record Found(TreeEnsemble Model, TreeTrainerOptions Chosen, int Tried, double Validation);

    /// <summary>Searches and trains.</summary>
    public static Found Run(ListArrays train, ListArrays valid, IReadOnlyList<string> names, ulong seed, IProgress<double> progress, CancellationToken cancellationToken)
    {
        using var builder = new TreeDatasetBuilder([.. names.Select(name => new TreeInput(name))], new TreeDatasetOptions { Seed = seed });
        var set = Build(builder, train);
        using var later = new TreeDatasetBuilder(set);
        var judge = Build(later, valid);
        var cells = (long)train.Values.Length;
        var (tries, models) = cells <= 4_000_000 ? (s_settings.Length, 5) : cells <= 40_000_000 ? (6, 3) : cells <= 200_000_000 ? (3, 1) : (1, 1);
        var (best, bestMetric) = (s_settings[0], double.NegativeInfinity);
        for (var number = 0; number < tries && tries > 1; number++)
        {
            var options = s_settings[number] with { Trees = SearchTrees, LearningRate = 0.1, EarlyStoppingTrees = Patience / 2, Seed = seed };
            var metric = TreeTrainer.Train(set, options, judge, null, cancellationToken).Report.BestMetric ?? double.NegativeInfinity;
            (best, bestMetric) = metric > bestMetric ? (s_settings[number], metric) : (best, bestMetric);
            progress.Report((double)(number + 1) / (tries + (2 * models)));
        }

        List<TreeTraining> trained = [];
        for (var number = 0; number < models; number++)
        {
            var options = best with { Trees = FinalTrees, LearningRate = 0.05, EarlyStoppingTrees = Patience, Seed = seed + (ulong)number };
            trained.Add(TreeTrainer.Train(set, options, judge, null, cancellationToken));
            progress.Report((double)(tries + (2 * (number + 1))) / (tries + (2 * models)));
        }

        return new Found(Average([.. trained.Select(training => training.Model)]), best, tries, trained[0].Report.BestMetric ?? double.NaN);
    }

    private static TreeTrainerOptions Setting(int leaves, int minRows, double featureShare, double rowShare, double l2) => new()
    {
        MaxLeaves = leaves,
        MinRowsInLeaf = minRows,
        FeatureShare = featureShare,
        RowShare = rowShare,
        L2 = l2,
    };

    private static TreeDataset Build(TreeDatasetBuilder builder, ListArrays lists)
    {
        for (var list = 0; list < lists.ListCount; list++)
        {
            for (var row = lists.ListStarts[list]; row < lists.ListStarts[list + 1]; row++)
            {
                builder.Add(lists.Row(row), lists.Labels[row], 1, list);
            }
        }

        return builder.Build();
    }

    private static TreeEnsemble Average(TreeEnsemble[] models) => models[0] with
    {
        BaseScore = models.Average(model => model.BaseScore),
        Trees =
        [
            .. models.SelectMany(model => model.Trees)
                .Select(tree => tree with { LeafValue = [.. tree.LeafValue.Select(value => value / models.Length)] }),
        ],
    };
}
