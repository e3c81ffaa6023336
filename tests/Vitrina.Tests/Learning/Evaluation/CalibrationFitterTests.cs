using Vitrina.Engine.Models;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Tests.Learning.Evaluation;

public sealed class CalibrationFitterTests
{
    [Theory]
    [InlineData(CalibrationMethod.Platt)]
    [InlineData(CalibrationMethod.Isotonic)]
    [InlineData(CalibrationMethod.Auto)]
    public void A_score_far_from_log_odds_becomes_a_probability_on_later_rows(CalibrationMethod method)
    {
        var (scores, labels) = Rows(1, 20_000);
        var (laterScores, laterLabels) = Rows(2, 20_000);
        var fitted = CalibrationFitter.Judge(CalibrationFitter.Fit(scores, labels, method)!, laterScores, laterLabels);
        var raw = CalibrationFitter.Judge(CalibrationFitter.Fit(scores, labels, CalibrationMethod.None)!, laterScores, laterLabels);
        Assert.InRange(fitted.Ece!.Value, 0, 0.01);
        Assert.InRange(fitted.CalibrationSlope!.Value, 0.9, 1.1);
        Assert.True(raw.Ece > 0.1, $"the raw score's error is {raw.Ece}");
        Assert.Equal(10, fitted.Curve.Count);
        Assert.All(fitted.Curve, point => Assert.Equal(point.Predicted, point.Observed, 0.04));
        Assert.Equal(method == CalibrationMethod.Platt ? "platt" : "isotonic", fitted.Method);
        Assert.Null(fitted.FindMistake());
    }

    [Fact]
    public void Platt_finds_the_line_that_made_the_labels()
    {
        var (scores, labels) = Rows(3, 100_000);
        var fitted = CalibrationFitter.Fit(scores, labels, CalibrationMethod.Platt)!;

        // The rows are drawn with log-odds 0.5 score − 2.
        Assert.Equal(0.5, fitted.Slope, 0.02);
        Assert.Equal(-2, fitted.Intercept, 0.06);
    }

    [Theory]
    [InlineData(CalibrationMethod.Platt, 1)]
    [InlineData(CalibrationMethod.Isotonic, 1)]
    [InlineData(CalibrationMethod.Platt, -1)]
    [InlineData(CalibrationMethod.Isotonic, -1)]
    public void No_order_ever_changes(CalibrationMethod method, int sign)
    {
        var (scores, labels) = Rows(4, 3_000);
        var fitted = CalibrationFitter.Fit([.. scores.Select(score => sign * score)], labels, method)!;
        var last = 0.0;
        for (var score = -40.0; score <= 40; score += 0.01)
        {
            var probability = fitted.Apply(score);
            Assert.InRange(probability, last, 1);
            last = probability;
        }
    }

    [Fact]
    public void One_class_teaches_nothing()
    {
        Assert.Null(CalibrationFitter.Fit([1, 2, 3], [0, 0, 0], CalibrationMethod.Auto));
        Assert.Null(CalibrationFitter.Fit([1, 2, 3], [1, 1, 1], CalibrationMethod.Platt));
    }

    [Fact]
    public void Few_positives_are_fitted_with_two_parameters()
    {
        var (scores, labels) = Rows(5, 1_000);
        Assert.Equal("platt", CalibrationFitter.Fit(scores, labels, CalibrationMethod.Auto)!.Method);
    }

    [Fact]
    public void Chance_alone_shows_more_error_on_fewer_rows()
    {
        float[] few = [.. Enumerable.Range(0, 200).Select(i => i / 400f)], many = [.. Enumerable.Range(0, 20_000).Select(i => (i % 100) / 200f)];
        Assert.True(CalibrationFitter.EceByChance(few, 1) > 0.02);
        Assert.True(CalibrationFitter.EceByChance(many, 1) < 0.015);
    }

    private static (float[] Scores, float[] Labels) Rows(ulong seed, int count)
    {
        var stream = RandomStream.For(seed, "calibration");
        var (scores, labels) = (new float[count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            scores[i] = (float)(3 * stream.NextGaussian());
            labels[i] = stream.NextBool(RankingModel.Probability((0.5 * scores[i]) - 2)) ? 1 : 0;
        }

        return (scores, labels);
    }
}
