using Vitrina.Engine.Models;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Scores of a validation set while trees are added, and the metric that is watched on them.</summary>
internal sealed class ValidationScores
{
    private const int StepRows = 4096;
    private readonly TreeDataset _set;
    private readonly TreeTrainerOptions _options;
    private readonly float[] _scores;

    public ValidationScores(TreeDataset set, TreeTrainerOptions options, double baseScore)
    {
        if (set.ListCount == 0 && options.MetricOrDefault is TreeMetric.Ndcg or TreeMetric.Map)
        {
            throw new TrainingSetException(TrainingSetFault.ScatteredGroup, -1, $"The metric {options.MetricOrDefault} needs validation rows with lists.");
        }

        _set = set;
        _options = options;
        _scores = new float[set.RowCount];
        Array.Fill(_scores, (float)baseScore);
    }

    /// <summary>Whether the metric is better when it is smaller.</summary>
    public bool IsLoss => _options.MetricOrDefault is TreeMetric.LogLoss or TreeMetric.Rmse;

    /// <summary>Adds a tree.</summary>
    public void Add(GrowingTree tree, double[] leafValues, WorkerTeam team)
        => team.For((_scores.Length + StepRows - 1) / StepRows, step =>
        {
            for (int row = step * StepRows; row < Math.Min((step + 1) * StepRows, _scores.Length); row++)
            {
                _scores[row] += (float)leafValues[tree.LeafOf(_set, row)];
            }
        });

    /// <summary>The metric at the present scores.</summary>
    public double Measure() => _options.MetricOrDefault switch
    {
        TreeMetric.Ndcg => MeanOverLists(relevances => RankingMetrics.Ndcg(relevances, _options.MetricAt, _options.Gain)),
        TreeMetric.Map => MeanOverLists(relevances => RankingMetrics.AveragePrecision(relevances)),
        TreeMetric.Auc => ProbabilityMetrics.Auc(_scores, _set.Labels),
        TreeMetric.LogLoss => ProbabilityMetrics.LogLoss(Array.ConvertAll(_scores, score => (float)RankingModel.Probability(score)), _set.Labels),
        _ => RootMeanSquare(),
    };

    private double MeanOverLists(ListMetric metric)
    {
        double[] values = RankingMetrics.PerList(_scores, _set.Labels, _set.ListStarts, metric);
        double[] present = [.. values.Where(value => !double.IsNaN(value))];
        return present.Length == 0
            ? throw new TrainingSetException(TrainingSetFault.NoPositives, -1, "No list of the validation set has a positive row.")
            : present.Average();
    }

    private double RootMeanSquare()
    {
        double sum = 0, weights = 0;
        for (int row = 0; row < _scores.Length; row++)
        {
            double predicted = _options.Objective == TreeObjective.Poisson ? Math.Exp(_scores[row]) : _scores[row];
            double error = predicted - _set.Labels[row];
            sum += error * error * _set.Rows.WeightOf(row);
            weights += _set.Rows.WeightOf(row);
        }

        return Math.Sqrt(sum / weights);
    }
}
