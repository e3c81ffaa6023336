using Vitrina.Engine.Models;
using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Evaluation;

/// <summary>How a score becomes a probability.</summary>
public enum CalibrationMethod
{
    /// <summary>Isotonic with at least 1,000 positives and as many others, else Platt (Niculescu-Mizil and Caruana, Predicting Good Probabilities, 2005).</summary>
    Auto,

    /// <summary>The score is log-odds already and is taken as it is.</summary>
    None,

    /// <summary>What the version has is judged again and not fitted anew.</summary>
    Keep,

    /// <summary>A monotone step fit, joined by straight lines (Zadrozny and Elkan, 2002; pool adjacent violators).</summary>
    Isotonic,

    /// <summary>A logistic curve with two parameters (Platt, 1999).</summary>
    Platt,
}

/// <summary>Fits probabilities to scores on rows later than the training data.</summary>
public static class CalibrationFitter
{
    private const long EnoughForIsotonic = 1_000;

    // Below it a block's share is mostly chance: neighbours are joined first, so that the ends are not 0 and 1 by a handful of rows.
    private const int SmallestBlock = 50;

    /// <summary>Fits a calibration.</summary>
    /// <param name="scores">Raw scores, shape [rows]; finite.</param>
    /// <param name="labels">Above 0.5 = has the label, shape [rows].</param>
    /// <param name="method">How.</param>
    /// <returns>The calibration; null when the rows hold one class only, from which no probability can be learned.</returns>
    public static ScoreCalibration? Fit(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels, CalibrationMethod method)
    {
        if (scores.Length != labels.Length)
        {
            throw new ArgumentException($"{scores.Length} scores for {labels.Length} labels.", nameof(labels));
        }

        long positives = 0;
        foreach (float label in labels)
        {
            positives += label > 0.5f ? 1 : 0;
        }

        if (method == CalibrationMethod.None)
        {
            return new ScoreCalibration { Method = "none", Rows = scores.Length, PositiveRows = positives };
        }

        if (positives == 0 || positives == scores.Length)
        {
            return null;
        }

        bool isIsotonic = method == CalibrationMethod.Isotonic || (method == CalibrationMethod.Auto && Math.Min(positives, scores.Length - positives) >= EnoughForIsotonic);
        return (isIsotonic ? Isotonic(scores, labels) : Platt(scores, labels, positives)) with { Rows = scores.Length, PositiveRows = positives };
    }

    private static ScoreCalibration Isotonic(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels)
    {
        float[] keys = scores.ToArray();
        float[] sorted = labels.ToArray();
        Array.Sort(keys, sorted);
        List<Block> blocks = [];
        for (int start = 0; start < keys.Length;)
        {
            // Equal scores never part, and a block begins with enough rows to mean something.
            int end = start;
            Block block = default;
            while (end < keys.Length && (end - start < SmallestBlock || keys[end].Equals(keys[end - 1])))
            {
                block = block.With(keys[end], sorted[end] > 0.5f);
                end++;
            }

            start = end;
            while (blocks.Count > 0 && (blocks[^1].Share >= block.Share || block.Rows < SmallestBlock))
            {
                block = blocks[^1].With(block);
                blocks.RemoveAt(blocks.Count - 1);
            }

            blocks.Add(block);
        }

        List<double> points = [], probabilities = [];
        foreach (Block block in blocks)
        {
            double score = block.ScoreSum / block.Rows;
            if (points.Count == 0 || score > points[^1])
            {
                points.Add(score);
                probabilities.Add(block.Share);
            }
        }

        return new ScoreCalibration { Method = "isotonic", Scores = points, Probabilities = probabilities };
    }

    // Targets drawn in from 0 and 1 by Platt's prior, so that a separable sample does not run to infinity.
    private static ScoreCalibration Platt(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels, long positives)
    {
        long negatives = scores.Length - positives;
        double high = (positives + 1.0) / (positives + 2), low = 1.0 / (negatives + 2);
        double mean = 0, deviation = 0;
        foreach (float score in scores)
        {
            mean += score / scores.Length;
        }

        foreach (float score in scores)
        {
            deviation += (score - mean) * (score - mean) / scores.Length;
        }

        deviation = deviation > 0 ? Math.Sqrt(deviation) : 1;
        double slope = 0, intercept = Math.Log(positives / (double)negatives);
        for (int iteration = 0; iteration < 100; iteration++)
        {
            double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 1e-12;
            for (int i = 0; i < scores.Length; i++)
            {
                double x = (scores[i] - mean) / deviation, fitted = RankingModel.Probability(intercept + (slope * x));
                double residual = (labels[i] > 0.5f ? high : low) - fitted, curvature = Math.Max(fitted * (1 - fitted), 1e-12);
                (g0, g1) = (g0 + residual, g1 + (residual * x));
                (h00, h01, h11) = (h00 + curvature, h01 + (curvature * x), h11 + (curvature * x * x));
            }

            double determinant = (h00 * h11) - (h01 * h01);
            double step1 = determinant > 0 ? ((h00 * g1) - (h01 * g0)) / determinant : 0;
            double step0 = determinant > 0 ? ((h11 * g0) - (h01 * g1)) / determinant : g0 / h00;

            // Newton's step may overshoot from far away; two units of log-odds are plenty for one iteration.
            double shrink = Math.Min(1, 2 / Math.Max(Math.Abs(step0), Math.Abs(step1)));
            (intercept, slope) = (intercept + (shrink * step0), slope + (shrink * step1));
            if (Math.Abs(step0) + Math.Abs(step1) < 1e-10)
            {
                break;
            }
        }

        // A score that runs against its label says nothing: the base rate for all, and no order changed.
        if (slope <= 0)
        {
            return new ScoreCalibration { Method = "platt", Slope = 0, Intercept = Math.Log(positives / (double)negatives) };
        }

        return new ScoreCalibration { Method = "platt", Slope = slope / deviation, Intercept = intercept - (slope * mean / deviation) };
    }

    private readonly record struct Block(double ScoreSum, long Rows, long Positives)
    {
        public double Share => (double)Positives / Rows;

        public Block With(float score, bool isPositive) => new(ScoreSum + score, Rows + 1, Positives + (isPositive ? 1 : 0));

        public Block With(Block other) => new(ScoreSum + other.ScoreSum, Rows + other.Rows, Positives + other.Positives);
    }

    /// <summary>Adds how the calibration did on rows that it did not see: ECE, slope and reliability curve.</summary>
    /// <param name="calibration">The calibration.</param>
    /// <param name="scores">Raw scores of later rows.</param>
    /// <param name="labels">Their labels.</param>
    public static ScoreCalibration Judge(ScoreCalibration calibration, ReadOnlySpan<float> scores, ReadOnlySpan<float> labels)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        if (scores.IsEmpty)
        {
            return calibration with { Ece = null, CalibrationSlope = null, Curve = [] };
        }

        float[] probabilities = Probabilities(calibration, scores);
        double slope = ProbabilityMetrics.Calibration(probabilities, labels).Slope;
        return calibration with
        {
            Ece = ProbabilityMetrics.Ece(probabilities, labels),
            CalibrationSlope = double.IsFinite(slope) ? slope : null,
            Curve = Curve(probabilities, labels, 10),
        };
    }

    /// <summary>The probabilities of scores, shape [rows].</summary>
    public static float[] Probabilities(ScoreCalibration calibration, ReadOnlySpan<float> scores)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        float[] probabilities = new float[scores.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            probabilities[i] = (float)calibration.Apply(scores[i]);
        }

        return probabilities;
    }

    /// <summary>The calibration error that exactly right probabilities exceed in one of twenty samples of their own: what so few rows show by chance.</summary>
    /// <param name="probabilities">Predicted probabilities, shape [rows].</param>
    /// <param name="seed">Seed of the samples.</param>
    /// <remarks>Cost: 100 sorts of the rows; beyond 200,000 rows chance shows less than 0.003 and is answered as 0.</remarks>
    public static double EceByChance(ReadOnlySpan<float> probabilities, ulong seed)
    {
        if (probabilities.Length > 200_000)
        {
            return 0;
        }

        RandomStream stream = RandomStream.For(seed, "calibration by chance");
        double[] errors = new double[100];
        float[] labels = new float[probabilities.Length];
        for (int sample = 0; sample < errors.Length; sample++)
        {
            for (int i = 0; i < labels.Length; i++)
            {
                labels[i] = stream.NextBool(probabilities[i]) ? 1 : 0;
            }

            errors[sample] = ProbabilityMetrics.Ece(probabilities, labels);
        }

        Array.Sort(errors);
        return errors[94];
    }

    private static List<ReliabilityPoint> Curve(float[] probabilities, ReadOnlySpan<float> labels, int bins)
    {
        float[] keys = [.. probabilities];
        float[] sorted = labels.ToArray();
        Array.Sort(keys, sorted);
        List<ReliabilityPoint> curve = [];
        for (int bin = 0; bin < bins; bin++)
        {
            int start = (int)((long)keys.Length * bin / bins), end = (int)((long)keys.Length * (bin + 1) / bins);
            if (end > start)
            {
                double predicted = 0, observed = 0;
                for (int i = start; i < end; i++)
                {
                    (predicted, observed) = (predicted + keys[i], observed + (sorted[i] > 0.5f ? 1 : 0));
                }

                curve.Add(new ReliabilityPoint(predicted / (end - start), observed / (end - start), end - start));
            }
        }

        return curve;
    }
}
