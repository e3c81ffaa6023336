using Vitrina.Engine.Models;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Tests.Learning.Evaluation;

public class ProbabilityMetricsTests
{
    [Fact]
    public void Auc_equals_the_share_of_pairs_in_order_with_ties_as_half()
    {
        RandomStream stream = RandomStream.For(1, "auc");
        float[] scores = new float[200], labels = new float[200];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = stream.NextInt(20);
            labels[i] = stream.NextBool(scores[i] / 25) ? 1 : 0;
        }

        double wins = 0, pairs = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            for (int j = 0; j < scores.Length; j++)
            {
                if (labels[i] > labels[j])
                {
                    pairs++;
                    wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }

        Assert.Equal(wins / pairs, ProbabilityMetrics.Auc(scores, labels), 1e-12);
        Assert.Equal(0.5, ProbabilityMetrics.Auc([1, 1, 1], [0, 1, 0]));
        Assert.True(double.IsNaN(ProbabilityMetrics.Auc([1, 2], [1, 1])));
    }

    [Fact]
    public void Log_loss_is_the_mean_surprise_and_stays_finite_at_the_ends()
    {
        Assert.Equal(-(Math.Log(0.8f) + Math.Log(1 - (double)0.3f)) / 2, ProbabilityMetrics.LogLoss([0.8f, 0.3f], [1, 0]), 1e-12);
        Assert.InRange(ProbabilityMetrics.LogLoss([0, 1], [1, 0]), 30, 40);
    }

    [Fact]
    public void Calibration_error_is_zero_for_shares_that_come_true_and_the_gap_otherwise()
    {
        float[] probabilities = [.. Enumerable.Repeat(0.25f, 400), .. Enumerable.Repeat(0.75f, 400)];
        float[] labels = [.. Enumerable.Range(0, 800).Select(i => i < 400 ? (i % 4 == 0 ? 1f : 0) : (i % 4 == 0 ? 0f : 1))];
        Assert.Equal(0, ProbabilityMetrics.Ece(probabilities, labels), 1e-9);
        float[] tooHigh = [.. probabilities.Select(p => p + 0.1f)];
        Assert.Equal(0.1, ProbabilityMetrics.Ece(tooHigh, labels), 1e-6);
    }

    [Fact]
    public void The_calibration_line_finds_how_much_too_extreme_predictions_are()
    {
        RandomStream stream = RandomStream.For(2, "calibration");
        float[] probabilities = new float[40_000], labels = new float[40_000];
        for (int i = 0; i < labels.Length; i++)
        {
            double logit = stream.NextGaussian();
            labels[i] = stream.NextBool(RankingModel.Probability(logit - 0.5)) ? 1 : 0;
            probabilities[i] = (float)RankingModel.Probability(2 * logit);
        }

        CalibrationLine line = ProbabilityMetrics.Calibration(probabilities, labels);
        Assert.Equal(0.5, line.Slope, 0.03);
        Assert.Equal(-0.5, line.Intercept, 0.03);
        Assert.True(double.IsNaN(ProbabilityMetrics.Calibration([0.2f, 0.2f], [0, 1]).Slope));
        Assert.True(double.IsNaN(ProbabilityMetrics.Calibration([0.2f, 0.8f], [0, 1]).Slope));
    }
}
