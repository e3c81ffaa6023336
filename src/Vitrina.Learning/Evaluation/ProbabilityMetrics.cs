using Vitrina.Engine.Models;

namespace Vitrina.Learning.Evaluation;

/// <summary>Level and steepness of predicted probabilities against what happened: logit(true) = Intercept + Slope · logit(predicted).</summary>
/// <param name="Slope">1 when right; below 1 the predictions are too extreme, above 1 too timid. NaN when it cannot be told.</param>
/// <param name="Intercept">0 when right; below 0 the predictions are too high. NaN when it cannot be told.</param>
public readonly record struct CalibrationLine(double Slope, double Intercept);

/// <summary>Quality of scores and probabilities over rows, without regard to lists.</summary>
/// <remarks>Labels above 0.5 are positive. Where a figure is undefined (no rows, or only one class for AUC) it is NaN.</remarks>
public static class ProbabilityMetrics
{
    // Keeps ln finite for a prediction of exactly 0 or 1; the bound that scikit-learn uses for doubles.
    private const double Smallest = 2.220446049250313e-16;

    /// <summary>Probability that a random positive scores above a random negative; ties count half.</summary>
    /// <param name="scores">Shape [rows]; any scale, NaN counts as lowest.</param>
    /// <param name="labels">Shape [rows].</param>
    /// <remarks>Cost: one sort.</remarks>
    public static double Auc(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels)
    {
        Check(scores.Length, labels.Length);
        float[] keys = scores.ToArray();
        float[] sorted = labels.ToArray();
        Array.Sort(keys, sorted);
        double positives = 0, wins = 0, negativesBelow = 0;
        for (int start = 0; start < keys.Length;)
        {
            int end = start;
            double tiedPositives = 0, tiedNegatives = 0;
            for (; end < keys.Length && keys[end].Equals(keys[start]); end++)
            {
                if (sorted[end] > 0.5f)
                {
                    tiedPositives++;
                }
                else
                {
                    tiedNegatives++;
                }
            }

            wins += tiedPositives * (negativesBelow + (tiedNegatives / 2));
            positives += tiedPositives;
            negativesBelow += tiedNegatives;
            start = end;
        }

        return positives * negativesBelow > 0 ? wins / (positives * negativesBelow) : double.NaN;
    }

    /// <summary>Mean of −ln of the probability given to what happened.</summary>
    /// <param name="probabilities">Shape [rows]; 0 and 1 are read as the nearest number inside.</param>
    /// <param name="labels">Shape [rows]; fractions count in proportion.</param>
    public static double LogLoss(ReadOnlySpan<float> probabilities, ReadOnlySpan<float> labels)
    {
        Check(probabilities.Length, labels.Length);
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double probability = Math.Clamp((double)probabilities[i], Smallest, 1 - Smallest);
            sum -= (labels[i] * Math.Log(probability)) + ((1 - labels[i]) * Math.Log(1 - probability));
        }

        return labels.Length == 0 ? double.NaN : sum / labels.Length;
    }

    /// <summary>Expected calibration error: mean distance of predicted and observed share over bins of equally many rows.</summary>
    /// <param name="probabilities">Shape [rows].</param>
    /// <param name="labels">Shape [rows].</param>
    /// <param name="bins">Number of bins, at least 1. Equal counts, because served probabilities crowd near 0 and would share one equal-width bin.</param>
    /// <remarks>Rows of equal probability never part: they fall into the bin in which the first of them lies.</remarks>
    public static double Ece(ReadOnlySpan<float> probabilities, ReadOnlySpan<float> labels, int bins = 10)
    {
        Check(probabilities.Length, labels.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        float[] keys = probabilities.ToArray();
        float[] sorted = labels.ToArray();
        Array.Sort(keys, sorted);
        double error = 0;
        int start = 0;
        for (int bin = 1; bin <= bins && start < keys.Length; bin++)
        {
            int end = Math.Max(start, (int)((long)bin * keys.Length / bins));
            while (end > start && end < keys.Length && keys[end].Equals(keys[end - 1]))
            {
                end++;
            }

            double difference = 0;
            for (int i = start; i < end; i++)
            {
                difference += keys[i] - (double)sorted[i];
            }

            error += Math.Abs(difference);
            start = end;
        }

        return keys.Length == 0 ? double.NaN : error / keys.Length;
    }

    /// <summary>Fits observed outcomes to the log-odds of the predictions (Cox's calibration regression).</summary>
    /// <param name="probabilities">Shape [rows].</param>
    /// <param name="labels">Shape [rows].</param>
    /// <returns>NaN for both when there is one class only, all predictions are equal, or they separate the classes.</returns>
    public static CalibrationLine Calibration(ReadOnlySpan<float> probabilities, ReadOnlySpan<float> labels)
    {
        Check(probabilities.Length, labels.Length);
        double[] logits = new double[probabilities.Length];
        for (int i = 0; i < logits.Length; i++)
        {
            double probability = Math.Clamp((double)probabilities[i], Smallest, 1 - Smallest);
            logits[i] = Math.Log(probability / (1 - probability));
        }

        double slope = 1, intercept = 0, loss = LineLoss(logits, labels, slope, intercept);
        for (int iteration = 0; iteration < 100; iteration++)
        {
            (double slopeStep, double interceptStep) = LineStep(logits, labels, slope, intercept);
            double step = 1, nextLoss = LineLoss(logits, labels, slope + slopeStep, intercept + interceptStep);
            while (nextLoss > loss && step > 1e-9)
            {
                step /= 2;
                nextLoss = LineLoss(logits, labels, slope + (step * slopeStep), intercept + (step * interceptStep));
            }

            slope += step * slopeStep;
            intercept += step * interceptStep;
            loss = nextLoss;
            if (!double.IsFinite(slope) || !double.IsFinite(intercept) || Math.Abs(slope) > 1e6)
            {
                break;
            }

            // So near the optimum the loss is flat to its last bit; Newton's error after the step is the square of it.
            if (Math.Abs(slopeStep) + Math.Abs(interceptStep) < 1e-7)
            {
                return new CalibrationLine(slope, intercept);
            }
        }

        return new CalibrationLine(double.NaN, double.NaN);
    }

    private static (double Slope, double Intercept) LineStep(double[] logits, ReadOnlySpan<float> labels, double slope, double intercept)
    {
        double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            double fitted = RankingModel.Probability(intercept + (slope * logits[i]));
            double residual = labels[i] - fitted, curvature = fitted * (1 - fitted);
            g0 += residual;
            g1 += residual * logits[i];
            h00 += curvature;
            h01 += curvature * logits[i];
            h11 += curvature * logits[i] * logits[i];
        }

        double determinant = (h00 * h11) - (h01 * h01);
        return determinant > 1e-12 * h00 * h11
            ? (((h00 * g1) - (h01 * g0)) / determinant, ((h11 * g0) - (h01 * g1)) / determinant)
            : (double.NaN, double.NaN);
    }

    private static double LineLoss(double[] logits, ReadOnlySpan<float> labels, double slope, double intercept)
    {
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            double score = intercept + (slope * logits[i]);
            sum += Math.Max(score, 0) + Math.Log(1 + Math.Exp(-Math.Abs(score))) - (labels[i] * score);
        }

        return sum;
    }

    private static void Check(int rows, int labels)
    {
        if (rows != labels)
        {
            throw new ArgumentException($"{rows} predictions for {labels} labels.");
        }
    }
}
