namespace Vitrina.Engine.Models;

/// <summary>Turns a model's raw score into the probability of its label: straight lines between points, the end values beyond them.</summary>
/// <remarks>
/// Never falls as the score rises, so that it changes no order; lists are ordered by the raw score. Both fits end here: an isotonic one by its
/// blocks, a logistic one (Platt) through <see cref="Slope"/> and <see cref="Intercept"/>. Immutable and safe for concurrent use.
/// </remarks>
public sealed record ScoreCalibration
{
    /// <summary>How it was fitted: <c>isotonic</c>, <c>platt</c>, or <c>none</c>: the score was judged as log-odds, as it is.</summary>
    public required string Method { get; init; }

    /// <summary>Platt: log-odds per unit of the score, at least 0.</summary>
    public double Slope { get; init; } = 1;

    /// <summary>Platt: log-odds at score 0.</summary>
    public double Intercept { get; init; }

    /// <summary>Isotonic: scores, ascending.</summary>
    public IReadOnlyList<double> Scores { get; init; } = [];

    /// <summary>Isotonic: the probability at each of them, never falling.</summary>
    public IReadOnlyList<double> Probabilities { get; init; } = [];

    /// <summary>Rows that it was fitted on: items that were seen, in lists later than the training data.</summary>
    public long Rows { get; init; }

    /// <summary>Rows with the label among them.</summary>
    public long PositiveRows { get; init; }

    /// <summary>Expected calibration error on rows later than those that it was fitted on; null when there were none.</summary>
    public double? Ece { get; init; }

    /// <summary>Steepness of what happened against what was predicted, on the same later rows: 1 when right; null when it cannot be told.</summary>
    public double? CalibrationSlope { get; init; }

    /// <summary>Predicted and observed shares on the same later rows, in ten bins of equally many.</summary>
    public IReadOnlyList<ReliabilityPoint> Curve { get; init; } = [];

    /// <summary>The probability at a raw score; between 0 and 1.</summary>
    public double Apply(double score)
    {
        if (Scores.Count == 0)
        {
            return RankingModel.Probability((Slope * score) + Intercept);
        }

        if (double.IsNaN(score) || score <= Scores[0])
        {
            return Probabilities[0];
        }

        if (score >= Scores[^1])
        {
            return Probabilities[^1];
        }

        int low = 0, high = Scores.Count - 1;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            (low, high) = Scores[middle] <= score ? (middle, high) : (low, middle);
        }

        double share = (score - Scores[low]) / (Scores[high] - Scores[low]);
        return Probabilities[low] + (share * (Probabilities[high] - Probabilities[low]));
    }

    /// <summary>What is wrong with it, or null: read from a file, it may be anything.</summary>
    public string? FindMistake()
    {
        if (!double.IsFinite(Slope) || !double.IsFinite(Intercept) || Slope < 0)
        {
            return "the calibration's slope must be a number of at least 0";
        }

        if (Scores.Count != Probabilities.Count)
        {
            return "the calibration has another number of scores than of probabilities";
        }

        for (int i = 0; i < Scores.Count; i++)
        {
            bool isOrdered = i == 0 || (Scores[i] > Scores[i - 1] && Probabilities[i] >= Probabilities[i - 1]);
            if (!isOrdered || !double.IsFinite(Scores[i]) || Probabilities[i] is not (>= 0 and <= 1))
            {
                return $"the calibration's point {i + 1} is out of order or out of range";
            }
        }

        return null;
    }
}

/// <summary>One point of a reliability curve.</summary>
/// <param name="Predicted">Mean predicted probability of the bin.</param>
/// <param name="Observed">Share of the bin that had the label.</param>
/// <param name="Rows">Rows in the bin.</param>
public readonly record struct ReliabilityPoint(double Predicted, double Observed, long Rows);
