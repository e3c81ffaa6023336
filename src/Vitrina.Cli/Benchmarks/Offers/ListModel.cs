using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Linear;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Learning.Training;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>What a method knows of the rows of a list.</summary>
/// <param name="WithPrice">Price bin and relative price.</param>
/// <param name="ItemStrength">Strength of the prior of the item's rate; null: the rate is not known.</param>
/// <param name="Kernel">Transfer of the offer's rate; null: the rate is not known.</param>
/// <param name="OfferStrength">Strength of the prior of the offer's rate.</param>
internal sealed record ListMethod(bool WithPrice, double? ItemStrength = null, TransferKernel? Kernel = null, double OfferStrength = 1);

/// <summary>A conditional logit over lists, and its scores of every row.</summary>
internal sealed class ListModel
{
    private ListModel(double[] scores, double validationLoss) => (Scores, ValidationLoss) = (scores, validationLoss);

    /// <summary>Scores of all rows.</summary>
    public double[] Scores { get; }

    /// <summary>Mean loss of a click in the validation part, nats.</summary>
    public double ValidationLoss { get; }

    /// <summary>Trains on the first part of the lists; statistics run along and know only earlier lists.</summary>
    /// <param name="world">Lists and clicks.</param>
    /// <param name="method">What is known.</param>
    /// <param name="expected">The share of a list's clicks that each row's place and price let expect.</param>
    public static ListModel Train(ListWorld world, ListMethod method, double[] expected)
    {
        var names = ListWorld.PlainNames().ToList();
        if (method.ItemStrength is not null)
        {
            names.Add("itemRate");
        }

        if (method.Kernel is not null)
        {
            names.Add("offerRate");
        }

        var lists = world.Lists;
        var statistics = new ListStatistics(lists.ItemCount);
        var set = new TrainingSet(names);
        var values = new float[lists.Items.Count][];
        for (var list = 0; list < lists.Count; list++)
        {
            var (start, end) = (lists.Starts[list], lists.Starts[list + 1]);
            double clicks = 0;
            for (var row = start; row < end; row++)
            {
                clicks += world.Clicks[row];
                values[row] = Fill(world, method, statistics, list, row, names.Count);
                if (list < world.ValidationFrom)
                {
                    set.Add(values[row], world.Clicks[row], 1, list, row - start + 1);
                }
            }

            for (var row = start; row < end; row++)
            {
                statistics.Add(lists.Items[row], world.Bins[row], world.Clicks[row], clicks * expected[row]);
            }
        }

        var model = LogisticTrainer.Train(set, new LogisticTrainerOptions { Objective = LinearObjective.Listwise, L2 = 1e-5, AutoLog = false, ClipQuantile = 0 }).Model;
        var scores = ScoresOf(model, values, names.Count);
        return new ListModel(scores, MeanLoss(world, scores, world.ValidationFrom, world.TestFrom));
    }

    private static float[] Fill(ListWorld world, ListMethod method, ListStatistics statistics, int list, int row, int count)
    {
        var values = new float[count];
        world.FillPlain(list, row, method.WithPrice, values);
        var next = ListWorld.PlainCount;
        if (method.ItemStrength is { } strength)
        {
            values[next++] = (float)statistics.LogRate(world.Lists.Items[row], world.Bins[row], TransferKernel.Full, strength);
        }

        if (method.Kernel is { } kernel)
        {
            values[next] = (float)statistics.LogRate(world.Lists.Items[row], world.Bins[row], kernel, method.OfferStrength);
        }

        return values;
    }

    private static double[] ScoresOf(LogisticModel model, float[][] values, int count)
    {
        var matrix = new FeatureMatrix();
        matrix.Reset(values.Length, count);
        for (var row = 0; row < values.Length; row++)
        {
            for (var column = 0; column < count; column++)
            {
                matrix[row, column] = values[row][column];
            }
        }

        var scores = new float[values.Length];
        model.Score(matrix, [.. Enumerable.Range(0, count)], scores);
        return [.. scores.Select(score => (double)score)];
    }

    /// <summary>The share of the clicks that each row gets by its score, within its list.</summary>
    public static double[] Shares(ListWorld world, double[] scores)
    {
        var shares = new double[scores.Length];
        for (var list = 0; list < world.Lists.Count; list++)
        {
            var (start, end) = (world.Lists.Starts[list], world.Lists.Starts[list + 1]);
            var top = scores.AsSpan(start, end - start).ToArray().Max();
            double sum = 0;
            for (var row = start; row < end; row++)
            {
                sum += shares[row] = Math.Exp(scores[row] - top);
            }

            for (var row = start; row < end; row++)
            {
                shares[row] /= sum;
            }
        }

        return shares;
    }

    /// <summary>Loss of a click in each list, nats.</summary>
    public static double[] Losses(ListWorld world, double[] scores, int from, int to)
    {
        var shares = Shares(world, scores);
        var losses = new double[to - from];
        for (var list = from; list < to; list++)
        {
            double sum = 0, clicks = 0;
            for (var row = world.Lists.Starts[list]; row < world.Lists.Starts[list + 1]; row++)
            {
                sum -= world.Clicks[row] > 0 ? world.Clicks[row] * Math.Log(shares[row]) : 0;
                clicks += world.Clicks[row];
            }

            losses[list - from] = sum / clicks;
        }

        return losses;
    }

    private static double MeanLoss(ListWorld world, double[] scores, int from, int to) => Losses(world, scores, from, to).Average();
}
