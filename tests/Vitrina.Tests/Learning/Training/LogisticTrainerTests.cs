using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Linear;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Training;

namespace Vitrina.Tests.Learning.Training;

public class LogisticTrainerTests
{
    private static readonly LogisticTrainerOptions Plain = new() { AutoLog = false, ClipQuantile = 0, L2 = 0.01, Threads = 2 };

    [Theory]
    [InlineData(LinearObjective.Logistic)]
    [InlineData(LinearObjective.Listwise)]
    public void Gradient_and_hessian_equal_finite_differences(LinearObjective objective)
    {
        LinearProblem problem = Problem(Planted(seed: 1, lists: 90, objective), objective, threads: 1);
        problem.L2 = 0.3;
        int n = problem.ParameterCount;
        RandomStream stream = RandomStream.For(2, "point");
        double[] point = new double[n], gradient = new double[n], hessian = new double[n * n];
        foreach (ref double value in point.AsSpan())
        {
            value = 0.5 * stream.NextGaussian();
        }

        problem.Evaluate(point, gradient, hessian);

        const double Step = 1e-5;
        double[] above = new double[n], below = new double[n];
        for (int j = 0; j < n; j++)
        {
            double[] moved = [.. point];
            moved[j] += Step;
            double high = problem.Evaluate(moved, above, []);
            moved[j] -= 2 * Step;
            double low = problem.Evaluate(moved, below, []);
            Assert.Equal((high - low) / (2 * Step), gradient[j], 1e-8);
            for (int k = 0; k <= j; k++)
            {
                Assert.Equal((above[k] - below[k]) / (2 * Step), hessian[(j * n) + k], 1e-7);
            }
        }
    }

    [Theory]
    [InlineData(LinearObjective.Logistic)]
    [InlineData(LinearObjective.Listwise)]
    public void Newton_and_l_bfgs_end_where_plain_gradient_descent_ends(LinearObjective objective)
    {
        TrainingSet set = Planted(seed: 3, lists: 60, objective);
        LinearProblem problem = Problem(set, objective, threads: 1);
        problem.L2 = 0.01;
        double[] descent = new double[problem.ParameterCount], gradient = new double[problem.ParameterCount];
        for (int step = 0; step < 6000; step++)
        {
            problem.Evaluate(descent, gradient, []);
            for (int j = 0; j < descent.Length; j++)
            {
                descent[j] -= 0.4 * gradient[j];
            }
        }

        double[] newton = new double[descent.Length], limited = new double[descent.Length];
        Assert.True(ConvexSolver.Newton(problem, newton, 50, 1e-9).IsConverged);
        Assert.True(ConvexSolver.LimitedMemory(problem, limited, 500, 1e-9).IsConverged);
        for (int j = 0; j < descent.Length; j++)
        {
            Assert.Equal(newton[j], limited[j], 1e-6);
            Assert.Equal(newton[j], descent[j], 1e-4);
        }
    }

    [Theory]
    [InlineData(LinearObjective.Logistic)]
    [InlineData(LinearObjective.Listwise)]
    public void The_planted_weights_are_found_again(LinearObjective objective)
    {
        (LogisticModel model, LogisticTrainingReport report) = LogisticTrainer.Train(
            Planted(seed: 5, lists: 6000, objective), Plain with { Objective = objective, L2 = 1e-6 });
        Assert.True(report.Converged);
        Assert.Equal("newton", report.Method);
        Assert.Equal(1, model.Features[0].Weight / model.Features[0].Scale, 0.08);
        Assert.Equal(-0.5, model.Features[1].Weight / model.Features[1].Scale, 0.05);

        // Missing stands for a planted −1 against present values that add −0.5 · x, whose mean the model counts as 0.
        Assert.Equal(-1 + (0.5 * model.Features[1].Mean), model.Features[1].MissingWeight, 0.15);
        Assert.Equal(0, model.Features[2].Weight, 0.05);
    }

    [Theory]
    [InlineData(LinearObjective.Logistic)]
    [InlineData(LinearObjective.Listwise)]
    public void The_model_is_the_same_to_the_bit_for_any_number_of_threads(LinearObjective objective)
    {
        TrainingSet set = Planted(seed: 7, lists: 3000, objective);
        LogisticTrainerOptions options = new() { Objective = objective };
        LogisticModel one = LogisticTrainer.Train(set, options with { Threads = 1 }).Model;
        LogisticModel two = LogisticTrainer.Train(set, options with { Threads = 2 }).Model;
        LogisticModel seven = LogisticTrainer.Train(set, options with { Threads = 7 }).Model;
        Assert.Equal(one.Features, two.Features);
        Assert.Equal(one.Features, seven.Features);
        Assert.Equal(BitConverter.DoubleToInt64Bits(one.Intercept), BitConverter.DoubleToInt64Bits(seven.Intercept));
    }

    [Fact]
    public void A_weight_of_two_equals_the_row_twice()
    {
        RandomStream stream = RandomStream.For(9, "rows");
        TrainingSet weighted = new(["x"]), repeated = new(["x"]);
        for (int i = 0; i < 300; i++)
        {
            float x = (float)stream.NextGaussian(), label = stream.NextBool(0.3) ? 1 : 0;
            weighted.Add([x], label, 2, i, 1);
            repeated.Add([x], label, 1, i, 1);
            repeated.Add([x], label, 1, i, 1);
        }

        LogisticModel first = LogisticTrainer.Train(weighted, Plain).Model, second = LogisticTrainer.Train(repeated, Plain).Model;
        Assert.Equal(first.Features[0].Weight, second.Features[0].Weight, 1e-9);
        Assert.Equal(first.Intercept, second.Intercept, 1e-9);
    }

    [Fact]
    public void Constant_and_missing_features_get_no_weight_and_are_named()
    {
        TrainingSet set = new(["constant", "missing", "constant or missing", "infinite", "good"]);
        for (int i = 0; i < 400; i++)
        {
            set.Add([3, float.NaN, i % 2 == 0 ? 1 : float.NaN, float.PositiveInfinity, i % 7], i % 7 > 3 || i % 2 == 0 ? 1 : 0, 1, i, 1);
        }

        (LogisticModel model, LogisticTrainingReport report) = LogisticTrainer.Train(set, Plain);
        Assert.Equal(
            [new("constant", "constant"), new("missing", "all missing"), new("constant or missing", "constant"), new UnusedFeature("infinite", "constant")],
            report.Unused);
        Assert.All(model.Features.Take(4), feature => Assert.Equal(0, feature.Weight));
        Assert.True(model.Features[2].MissingWeight < -0.5);
        Assert.True(model.Features[4].Weight > 0.5);
    }

    [Fact]
    public void A_feature_that_never_differs_within_a_list_is_named_by_the_listwise_objective()
    {
        TrainingSet set = new(["query length", "price"]);
        for (int i = 0; i < 300; i++)
        {
            set.Add([i / 3, i % 5], i % 3 == 0 ? 1 : 0, 1, i / 3, (i % 3) + 1);
        }

        LogisticTrainingReport report = LogisticTrainer.Train(set, Plain with { Objective = LinearObjective.Listwise }).Report;
        Assert.Equal([new UnusedFeature("query length", "constant within lists")], report.Unused);
        Assert.Equal((100, 0), (report.Lists, report.SkippedLists));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    public void Perfectly_separable_data_keeps_finite_weights(int newtonLimit)
    {
        TrainingSet set = new(["x"]);
        for (int i = 0; i < 100; i++)
        {
            set.Add([i], i < 50 ? 0 : 1, 1, i, 1);
        }

        (LogisticModel model, LogisticTrainingReport report) = LogisticTrainer.Train(set, Plain with { L2 = 1e-6, NewtonLimit = newtonLimit, Tolerance = 1e-7 });
        Assert.True(report.Converged);
        Assert.InRange(model.Features[0].Weight, 5, 1e4);
    }

    [Fact]
    public void Sets_that_cannot_be_learned_from_are_refused_with_the_reason()
    {
        Assert.Equal(TrainingSetFault.Empty, Fault([]));
        Assert.Equal(TrainingSetFault.NoPositives, Fault([(0, 1, 1), (0, 1, 2)]));
        Assert.Equal(TrainingSetFault.NoNegatives, Fault([(1, 1, 1), (1, 1, 2)]));
        Assert.Equal(TrainingSetFault.BadLabel, Fault([(float.NaN, 1, 1), (1, 1, 2)]));
        Assert.Equal(TrainingSetFault.BadLabel, Fault([(float.PositiveInfinity, 1, 1), (1, 1, 2)], LinearObjective.Listwise));
        Assert.Equal(TrainingSetFault.BadLabel, Fault([(2, 1, 1), (0, 1, 2)]));
        Assert.Equal(TrainingSetFault.BadWeight, Fault([(1, -1, 1), (0, 1, 2)]));
        Assert.Equal(TrainingSetFault.NoPositives, Fault([(1, 1, 1), (0, 1, 2), (0, 1, 2)], LinearObjective.Listwise));
        Assert.Equal(TrainingSetFault.ScatteredGroup, Fault([(1, 1, 1), (0, 1, 2), (0, 1, 1)], LinearObjective.Listwise));
    }

    [Fact]
    public void A_long_tail_is_read_by_its_logarithm_and_a_rare_flag_keeps_its_range()
    {
        RandomStream stream = RandomStream.For(11, "tail");
        TrainingSet set = new(["price", "flag", "age"]);
        for (int i = 0; i < 20_000; i++)
        {
            float price = (float)Math.Exp(5 + (1.5 * stream.NextGaussian()));
            set.Add([price, i % 4000 == 0 ? 1 : 0, (float)stream.NextGaussian()], stream.NextBool(0.2) ? 1 : 0, 1, i, 1);
        }

        LogisticModel model = LogisticTrainer.Train(set, new LogisticTrainerOptions()).Model;
        Assert.Equal([true, false, false], model.Features.Select(f => f.LogScale));
        Assert.Equal((0.0, 1.0), (model.Features[1].Low, model.Features[1].High));
        Assert.InRange(model.Features[2].High, 2.7, 3.5);
        Assert.InRange(model.Features[2].Low, -3.5, -2.7);
    }

    [Fact]
    public void The_penalty_with_the_least_validation_loss_is_kept()
    {
        LogisticTrainerOptions options = Plain with { L2Grid = [10, 1, 0.01, 1e-4] };
        LogisticTrainingReport report = LogisticTrainer.Train(
            Planted(seed: 13, lists: 500, LinearObjective.Logistic), options, Planted(seed: 14, lists: 500, LinearObjective.Logistic)).Report;
        Assert.Equal(4, report.Trials.Count);
        Assert.Equal(report.Trials.MinBy(t => t.ValidationLoss).L2, report.L2);
        Assert.Equal(report.Trials.Min(t => t.ValidationLoss), report.ValidationLoss!.Value, 1e-9);
        Assert.True(report.L2 < 1);
    }

    [Fact]
    public void The_position_effect_is_learned_and_held_constant_at_serving()
    {
        RandomStream stream = RandomStream.For(15, "position");
        TrainingSet set = new(["quality", "position"]);
        for (int i = 0; i < 20_000; i++)
        {
            int position = 1 + (i % 10);
            float quality = (float)stream.NextGaussian();
            set.Add([quality, position], stream.NextBool(RankingModel.Probability(quality - (0.3 * position))) ? 1 : 0, 1, i / 10, position);
        }

        LogisticModel model = LogisticTrainer.Train(set, Plain with { L2 = 1e-6, FixedAtServing = new Dictionary<string, float> { ["position"] = 1 } }).Model;
        Assert.Equal(-0.3, model.Features[1].Weight / model.Features[1].Scale, 0.03);
        FeatureMatrix matrix = new();
        matrix.Reset(1, 1);
        matrix[0, 0] = 0;
        float[] scores = new float[1];
        model.Score(matrix, model.ColumnsIn(["quality"]), scores);
        Assert.Equal(-0.3, scores[0], 0.1);
        Assert.Throws<ArgumentException>(() => LogisticTrainer.Train(set, Plain with { FixedAtServing = new Dictionary<string, float> { ["place"] = 1 } }));
    }

    [Fact]
    public void A_training_set_grows_over_chunks_and_gives_back_its_rows()
    {
        TrainingSet set = new(["a", "b"]);
        FeatureMatrix matrix = new();
        matrix.Reset(1, 1);
        for (int i = 0; i < TrainingSet.ChunkRows + 10; i++)
        {
            matrix[0, 0] = i;
            set.Add(matrix, 0, [0, -1], i % 2, 0.5f, i / 4, i % 4);
        }

        int last = TrainingSet.ChunkRows + 9;
        Assert.Equal((last + 1, 2), (set.RowCount, set.ChunkCount));
        Assert.Equal(10, set.Labels(1).Length);
        Assert.Equal((last, last % 2, 0.5f, last / 4, last % 4), (set.Feature(last, 0), set.Label(last), set.Weight(last), set.Group(last), set.Position(last)));
        Assert.True(float.IsNaN(set.Feature(3, 1)));
        float[] copy = new float[8];
        set.CopyFeature(0, TrainingSet.ChunkRows - 4, copy);
        Assert.Equal(Enumerable.Range(TrainingSet.ChunkRows - 4, 8).Select(i => (float)i), copy);
        Assert.Equal("16394 rows x 2 features, 0.8 MB", set.ToString());
        Assert.Throws<ArgumentException>(() => set.Add([1], 0, 1, 0, 0));
    }

    private static TrainingSetFault Fault((float Label, float Weight, int Group)[] rows, LinearObjective objective = LinearObjective.Logistic)
    {
        TrainingSet set = new(["x"]);
        foreach ((float label, float weight, int group) in rows)
        {
            set.Add([set.RowCount], label, weight, group, 1);
        }

        return Assert.Throws<TrainingSetException>(() => LogisticTrainer.Train(set, Plain with { Objective = objective })).Fault;
    }

    private static LinearProblem Problem(TrainingSet set, LinearObjective objective, int threads)
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads };
        TrainingLists lists = TrainingLists.Of(set, objective);
        return new LinearProblem(set, new EncodingFitter(set, Plain, lists.Starts).Fit(parallel), lists, parallel);
    }

    /// <summary>Lists of 2 to 11 rows; utility x0 − 0.5 · x1 (−1 where x1 is missing); x2 is noise. Listwise: one choice per list, some lists none.</summary>
    private static TrainingSet Planted(ulong seed, int lists, LinearObjective objective)
    {
        RandomStream stream = RandomStream.For(seed, "planted");
        TrainingSet set = new(["x0", "x1", "x2"]);
        float[][] rows = new float[11][];
        for (int list = 0; list < lists; list++)
        {
            int count = 2 + stream.NextInt(10), best = -1;
            double bestUtility = double.NegativeInfinity;
            double[] utilities = new double[count];
            for (int i = 0; i < count; i++)
            {
                float x1 = stream.NextBool(0.2) ? float.NaN : 1 + (float)(2 * stream.NextDouble());
                rows[i] = [(float)stream.NextGaussian(), x1, (float)stream.NextGaussian()];
                utilities[i] = rows[i][0] + (float.IsNaN(x1) ? -1 : -0.5 * x1);
                double drawn = utilities[i] + stream.NextGumbel();
                (best, bestUtility) = drawn > bestUtility ? (i, drawn) : (best, bestUtility);
            }

            bool isEmpty = stream.NextBool(0.1);
            for (int i = 0; i < count; i++)
            {
                bool isPositive = objective == LinearObjective.Listwise ? i == best && !isEmpty : stream.NextBool(RankingModel.Probability(utilities[i]));
                set.Add(rows[i], isPositive ? 1 : 0, 1, list, i + 1);
            }
        }

        return set;
    }
}
