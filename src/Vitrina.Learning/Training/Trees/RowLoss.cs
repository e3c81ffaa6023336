namespace Vitrina.Learning.Training.Trees;

/// <summary>Gradients of a loss at given scores.</summary>
internal abstract class Loss
{
    /// <summary>Score before any tree.</summary>
    public abstract double BaseScore { get; }

    /// <summary>Writes the derivatives of the loss by score, weighted by row.</summary>
    /// <param name="scores">Scores by row.</param>
    /// <param name="gradients">Receives first derivatives.</param>
    /// <param name="hessians">Receives second derivatives, at least 0.</param>
    /// <param name="team">Who works.</param>
    public abstract void Write(float[] scores, float[] gradients, float[] hessians, WorkerTeam team);

    /// <summary>The loss of an objective over a dataset.</summary>
    /// <exception cref="TrainingSetException">Labels are out of the objective's range, or leave nothing to learn.</exception>
    public static Loss Of(TreeDataset set, TreeTrainerOptions options) => options.NeedsLists ? new ListLoss(set, options) : new RowLoss(set, options.Objective);
}

/// <summary>Losses that are sums over rows: logistic, squared error, Poisson.</summary>
internal sealed class RowLoss : Loss
{
    private const int StepRows = 16384;

    // Keeps exp finite; XGBoost bounds a Poisson step likewise (its max_delta_step).
    private const double MaxLogCount = 30;
    private readonly TreeRows _rows;
    private readonly TreeObjective _objective;

    public RowLoss(TreeDataset set, TreeObjective objective)
    {
        _rows = set.Rows;
        _objective = objective;
        double labels = 0, weights = 0;
        for (int row = 0; row < set.RowCount; row++)
        {
            float label = _rows.Labels[row];
            if (objective != TreeObjective.SquaredError && (label < 0 || (objective == TreeObjective.Logistic && label > 1)))
            {
                string range = objective == TreeObjective.Logistic ? "between 0 and 1" : "at least 0";
                throw new TrainingSetException(TrainingSetFault.BadLabel, row, FormattableString.Invariant($"Row {row} has label {label}; labels are {range}."));
            }

            labels += (double)label * _rows.WeightOf(row);
            weights += _rows.WeightOf(row);
        }

        if (objective != TreeObjective.SquaredError && labels == 0)
        {
            throw new TrainingSetException(TrainingSetFault.NoPositives, -1, $"None of the {set.RowCount} rows is positive.");
        }

        if (objective == TreeObjective.Logistic && labels >= weights)
        {
            throw new TrainingSetException(TrainingSetFault.NoNegatives, -1, $"All {set.RowCount} rows are positive: there is nothing to tell apart.");
        }

        double mean = labels / weights;
        BaseScore = objective switch
        {
            TreeObjective.Logistic => Math.Log(mean / (1 - mean)),
            TreeObjective.Poisson => Math.Log(mean),
            _ => mean,
        };
    }

    public override double BaseScore { get; }

    public override void Write(float[] scores, float[] gradients, float[] hessians, WorkerTeam team)
        => team.For((scores.Length + StepRows - 1) / StepRows, step =>
        {
            int from = step * StepRows, end = Math.Min(from + StepRows, scores.Length);
            for (int row = from; row < end; row++)
            {
                (double gradient, double hessian) = Derivatives(scores[row], _rows.Labels[row]);
                float weight = _rows.WeightOf(row);
                gradients[row] = (float)gradient * weight;
                hessians[row] = (float)hessian * weight;
            }
        });

    private (double Gradient, double Hessian) Derivatives(double score, double label)
    {
        switch (_objective)
        {
            case TreeObjective.Logistic:
                double probability = 1 / (1 + Math.Exp(-score));
                return (probability - label, probability * (1 - probability));
            case TreeObjective.Poisson:
                double count = Math.Exp(Math.Min(score, MaxLogCount));
                return (count - label, count);
            default:
                return (score - label, 1);
        }
    }
}
