using Vitrina.Learning.Replay;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Learning.Training;

/// <summary>The rows that models are fitted on, taken from lists as they pass by.</summary>
/// <remarks>
/// Rows for trees go to the dataset builder, which spills to a file; the linear model's rows are a share of the lists by a hash of their ids, and
/// the validation rows are those of bounded many lists: both are held in memory.
/// </remarks>
internal sealed class LearningRows : IDisposable
{
    // One act at a place that hardly anybody examines must not outweigh a day of acts at the top (clipping: Joachims et al., 2017, section 6).
    private const float MaxWeight = 10;

    // People who search long are no programs, and tell most of what people who search long do: only who acts this many times as often as the busiest
    // of usual visitors is held back.
    private const float BusyTimes = 8;
    private readonly LearningOptions _options;
    private readonly float[]? _examination;
    private readonly double _linearShare;
    private readonly TreeDatasetBuilder _trees;
    private int _group;

    /// <summary>Makes an empty set.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="options">What is learned.</param>
    /// <param name="linearShare">The share of training lists that the linear model is fitted on.</param>
    /// <param name="examination">The probability that each position is examined, from position 1 on; null without inverse propensities.</param>
    public LearningRows(LearningColumns columns, LearningOptions options, double linearShare = 1, float[]? examination = null)
    {
        (Columns, _options, _linearShare, _examination) = (columns, options, linearShare, examination);
        Linear = new TrainingSet(columns.Names);
        Validation = new TrainingSet(columns.Names);
        Inputs = [.. columns.Names.Take(columns.TreeCount).Select(name => new TreeInput(name)
        {
            FixedAtServing = columns.FixedAtServing.TryGetValue(name, out var value) ? value : null,
            Monotone = options.Monotone.GetValueOrDefault(name),
        })];
        _trees = new TreeDatasetBuilder(Inputs, new TreeDatasetOptions { Seed = options.Seed, Threads = options.Threads });
    }

    public LearningColumns Columns { get; }

    public IReadOnlyList<TreeInput> Inputs { get; }

    /// <summary>The linear model's rows.</summary>
    public TrainingSet Linear { get; }

    /// <summary>Rows of the validation part.</summary>
    public TrainingSet Validation { get; }

    /// <summary>All training rows.</summary>
    public int RowCount => _trees.RowCount;

    public int PositiveCount { get; private set; }

    /// <summary>Adds the rows of a list that say something.</summary>
    public void Add(LearningList list)
    {
        var last = LastRow(list);
        if (last == 0 || (!list.HasPositive && _options.Objective != LearningObjective.Logistic))
        {
            return;
        }

        _group++;
        var isTraining = list.Part == LogPart.Train;
        var isLinear = isTraining && Shares.Holds(list.Id, _linearShare);
        Span<float> values = stackalloc float[Columns.Names.Count];
        for (var row = 0; row < list.Labels.Length; row++)
        {
            var (label, position) = (list.Labels[row], list.Positions[row]);
            if (position > last && label == 0)
            {
                continue;
            }

            Columns.Fill(list, row, values);
            var examined = label > 0 && _examination is { } curve ? Math.Min(MaxWeight, 1 / curve[Math.Min(position, curve.Length) - 1]) : 1;
            var weight = Math.Min(1, BusyTimes * list.VisitorWeight) * examined;
            if (isTraining)
            {
                _trees.Add(values[..Columns.TreeCount], label, weight, _group);
                PositiveCount += label > 0 ? 1 : 0;
            }

            if (isLinear || !isTraining)
            {
                (isTraining ? Linear : Validation).Add(values, label, weight, _group, position);
            }
        }
    }

    // Seen and not acted on: up to the last view where the client sends views, else one place beyond the last act. Inverse propensities
    // answer for what was not examined, so that everything shown counts.
    private int LastRow(LearningList list)
    {
        if (_examination is not null)
        {
            return list.Positions[^1];
        }

        var lastActed = 0;
        for (var row = 0; row < list.Labels.Length; row++)
        {
            lastActed = list.Labels[row] > 0 ? Math.Max(lastActed, list.Positions[row]) : lastActed;
        }

        return list.LastSeen > 0 ? list.LastSeen : lastActed == 0 ? 0 : lastActed + 1;
    }

    /// <summary>The training rows in the trainer's bins. Once.</summary>
    public TreeDataset BuildTrees() => _trees.Build();

    /// <summary>The validation rows in the bins of the training rows.</summary>
    public TreeDataset BuildValidation(TreeDataset train)
    {
        using var builder = new TreeDatasetBuilder(train);
        var values = new float[Columns.TreeCount];
        for (var row = 0; row < Validation.RowCount; row++)
        {
            for (var column = 0; column < values.Length; column++)
            {
                values[column] = Validation.Feature(row, column);
            }

            builder.Add(values, Validation.Label(row), Validation.Weight(row), Validation.Group(row));
        }

        return builder.Build();
    }

    public void Dispose() => _trees.Dispose();
}

/// <summary>Shares of lists and users by a hash of their ids: the same ones in every run, whatever else the log holds.</summary>
internal static class Shares
{
    public static bool Holds(string id, double share) => share >= 1 || (Kernels.Hashing.Hash.Of64(id) >> 11) * (1.0 / (1UL << 53)) < share;
}
