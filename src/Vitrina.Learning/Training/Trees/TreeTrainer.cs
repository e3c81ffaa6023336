using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Histograms;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Trains gradient-boosted trees (Friedman, 2001; second-order as Chen and Guestrin, XGBoost, KDD 2016) over histograms of bins.</summary>
/// <remarks>
/// Deterministic: the same dataset, options and seed give the same model to the bit, whatever the number of threads; gradients are quantised to
/// whole numbers once per tree, so that sums have no order. Missing values learn their side at each split.
/// </remarks>
public sealed class TreeTrainer
{
    private readonly TreeDataset _set;
    private readonly TreeTrainerOptions _options;
    private readonly WorkerTeam _team;
    private readonly Loss _loss;
    private readonly TreeGrower _grower;
    private readonly float[] _scores;
    private readonly float[] _gradients;
    private readonly float[] _hessians;
    private readonly bool[] _isSampled;
    private readonly double[] _gainByInput;
    private int _sampleCount;

    private TreeTrainer(TreeDataset set, TreeTrainerOptions options)
    {
        _set = set;
        _options = options;
        _team = new WorkerTeam(options.Threads);
        _loss = Loss.Of(set, options);
        _grower = options.Growth == TreeGrowth.Symmetric ? new SymmetricGrower(set, options, _team) : new LeafWiseGrower(set, options, _team);
        _scores = new float[set.RowCount];
        _gradients = new float[set.RowCount];
        _hessians = new float[set.RowCount];
        _isSampled = new bool[set.RowCount];
        _gainByInput = new double[set.Inputs.Count];
    }

    /// <summary>Trains a model.</summary>
    /// <param name="set">The training set.</param>
    /// <param name="options">How to train.</param>
    /// <param name="validation">Later rows, built with the training set's bins, on which training is watched and stopped; null to grow all trees.</param>
    /// <param name="progress">Receives the share of trees that are grown.</param>
    /// <param name="cancellationToken">Ends the training between two trees.</param>
    /// <exception cref="TrainingSetException">The set cannot be learned from: no positives, labels out of range, lists missing.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or the validation set has other bins.</exception>
    public static TreeTraining Train(
        TreeDataset set, TreeTrainerOptions options, TreeDataset? validation = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        System.ComponentModel.DataAnnotations.Validator.ValidateObject(options, new(options), validateAllProperties: true);
        if (validation is not null && validation.Features != set.Features)
        {
            throw new ArgumentException("The validation set was not built with the training set's bins.", nameof(validation));
        }

        return new TreeTrainer(set, options).Run(validation, progress, cancellationToken);
    }

    private TreeTraining Run(TreeDataset? validation, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        Array.Fill(_scores, (float)_loss.BaseScore);
        ValidationScores? watched = validation is null ? null : new ValidationScores(validation, _options, _loss.BaseScore);
        List<DecisionTree> trees = [];
        List<double> history = [];
        int best = -1;
        for (int number = 0; number < _options.Trees; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Grow(number) is not { } tree)
            {
                break;
            }

            double[] values = AddToScores(tree.Grown, tree.Scores);
            trees.Add(TreeWriter.Write(tree.Grown, _set, values));
            progress?.Report((number + 1.0) / _options.Trees);
            if (watched is null)
            {
                continue;
            }

            watched.Add(tree.Grown, values, _team);
            history.Add(watched.Measure());
            best = best < 0 || (watched.IsLoss ? history[^1] < history[best] : history[^1] > history[best]) ? history.Count - 1 : best;
            if (_options.EarlyStoppingTrees > 0 && history.Count - 1 - best >= _options.EarlyStoppingTrees)
            {
                break;
            }
        }

        if (_options.EarlyStoppingTrees > 0 && best >= 0)
        {
            trees.RemoveRange(best + 1, trees.Count - best - 1);
        }

        return new TreeTraining(
            new TreeEnsemble
            {
                Inputs = [.. _set.Inputs.Select(input => new ModelInput(input.Name, input.FixedAtServing))],
                Trees = trees,
                BaseScore = _loss.BaseScore,
                Link = _options.Objective switch
                {
                    TreeObjective.Logistic => ScoreLink.Logistic,
                    TreeObjective.Poisson => ScoreLink.Exponential,
                    _ => ScoreLink.Identity,
                },
            },
            Report(trees.Count, history));
    }

    private TreeTrainingReport Report(int trees, List<double> history)
    {
        int skipped = _loss is ListLoss lists ? lists.SkippedLists : 0;
        return new TreeTrainingReport
        {
            Rows = _set.RowCount,
            Lists = _set.ListCount - skipped,
            SkippedLists = skipped,
            Trees = trees,
            Validation = history,
            Metric = _options.MetricOrDefault,
            GainByInput = _gainByInput,
            Unused = _set.Unused,
            DatasetBytes = _set.MemoryBytes,
        };
    }

    // Null when there is nothing left to learn.
    private (GrowingTree Grown, LeafScores Scores)? Grow(int number)
    {
        _loss.Write(_scores, _gradients, _hessians, _team);
        if (Quantise() is not { } scores)
        {
            return null;
        }

        if (number % _options.TreesPerSample == 0)
        {
            SampleRows(number);
        }

        ResetRows();
        SampleFeatures(number);
        GrowingTree tree = _grower.Grow(_sampleCount, scores);
        foreach (SplitCandidate split in tree.Splits)
        {
            _gainByInput[_set.Features[split.Feature].Input] += split.Gain;
        }

        return tree.Splits.Count == 0 && _options.RowShare == 1 && _options.FeatureShare == 1 ? null : (tree, scores);
    }

    // Whole multiples of a power of two: large enough for a sum over all rows, small enough to lose nothing that matters.
    private LeafScores? Quantise()
    {
        const int GradientBits = 30, HessianBits = 35;
        double largest = 0, hessians = 0;
        for (int row = 0; row < _gradients.Length; row++)
        {
            largest = Math.Max(largest, Math.Abs(_gradients[row]));
            hessians += _hessians[row];
        }

        if (!(largest > 0) || !double.IsFinite(largest))
        {
            return null;
        }

        double gradientScale = Math.ScaleB(1, GradientBits - Math.ILogB(largest) - 1);
        double hessianScale = hessians > 0 ? Math.ScaleB(1, HessianBits - Math.ILogB(hessians) - 1) : 1;
        GradientSum[] target = _grower.Gradients;
        const int StepRows = 16384;
        _team.For((target.Length + StepRows - 1) / StepRows, step =>
        {
            for (int row = step * StepRows; row < Math.Min((step + 1) * StepRows, target.Length); row++)
            {
                target[row] = GradientSum.OfRow((long)Math.Round(_gradients[row] * gradientScale), (long)Math.Round(_hessians[row] * hessianScale));
            }
        });
        return new LeafScores(_options, 1 / gradientScale, 1 / hessianScale);
    }

    private void SampleRows(int number)
    {
        if (_options.RowShare == 1)
        {
            Array.Fill(_isSampled, true);
            return;
        }

        RandomStream random = RandomStream.For(_options.Seed, "rows", (ulong)number);
        ReadOnlySpan<int> starts = _set.ListStarts;
        int units = starts.IsEmpty ? _set.RowCount : starts.Length - 1;
        bool hasAny = false;
        for (int unit = 0; unit < units; unit++)
        {
            bool isIn = random.NextBool(_options.RowShare) || (!hasAny && unit == units - 1);
            hasAny |= isIn;
            int from = starts.IsEmpty ? unit : starts[unit], end = starts.IsEmpty ? unit + 1 : starts[unit + 1];
            _isSampled.AsSpan(from, end - from).Fill(isIn);
        }
    }

    private void ResetRows()
    {
        _sampleCount = 0;
        for (int row = 0; row < _isSampled.Length; row++)
        {
            _grower.Rows[_sampleCount] = row;
            _sampleCount += _isSampled[row] ? 1 : 0;
        }
    }

    private void SampleFeatures(int number)
    {
        bool[] active = _grower.Finder.IsActive;
        int[] order = [.. Enumerable.Range(0, active.Length)];
        if (_options.FeatureShare < 1)
        {
            RandomStream random = RandomStream.For(_options.Seed, "features", (ulong)number);
            random.Shuffle<int>(order);
        }

        Array.Clear(active);
        foreach (int feature in order.AsSpan(0, Math.Max(1, (int)Math.Round(order.Length * _options.FeatureShare))))
        {
            active[feature] = true;
        }
    }

    // The values of the leaves, and every row's score with them: sampled rows stand in their leaf, the others walk.
    private double[] AddToScores(GrowingTree tree, LeafScores scores)
    {
        double[] values = new double[tree.Leaves.Count];
        _team.For(values.Length, number =>
        {
            GrowingLeaf leaf = tree.Leaves[number];
            values[number] = _options.LearningRate * scores.Output(leaf.Sum, leaf.Lower, leaf.Upper);
            float value = (float)values[number];
            foreach (int row in _grower.Rows.AsSpan(leaf.Start, leaf.Count))
            {
                _scores[row] += value;
            }
        });
        if (_sampleCount < _set.RowCount)
        {
            const int StepRows = 4096;
            _team.For((_set.RowCount + StepRows - 1) / StepRows, step =>
            {
                for (int row = step * StepRows; row < Math.Min((step + 1) * StepRows, _set.RowCount); row++)
                {
                    _scores[row] += _isSampled[row] ? 0 : (float)values[tree.LeafOf(_set, row)];
                }
            });
        }

        return values;
    }
}
