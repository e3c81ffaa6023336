using Vitrina.Engine.Models.Factors;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Recommending.Factors;

namespace Vitrina.Tests.Learning.Recommending.Factors;

public sealed class ImplicitFactorsTests
{
    private const int Users = 60;
    private const int Items = 40;
    private static readonly FactorOptions s_options = new() { Dimensions = 6, Iterations = 5, Unobserved = 0.2, Ridge = 0.05, RidgeExponent = 0.5, Threads = 1 };

    [Fact]
    public void Exact_passes_equal_dense_least_squares()
    {
        var (starts, columns, weights) = Interactions();
        var training = new ImplicitFactors(starts, columns, weights, Items, s_options with { Steps = 0 });
        var items = (float[])training.ItemFactors.Clone();
        training.Pass();

        for (var user = 0; user < Users; user++)
        {
            var expected = DenseSolution(items, columns.AsSpan(starts[user]..starts[user + 1]), weights.AsSpan(starts[user]..starts[user + 1]));
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], training.UserFactors[(user * 6) + i], 1e-4);
            }
        }
    }

    [Fact]
    public void Passes_lower_the_objective_and_gradient_steps_come_as_low_as_exact_ones()
    {
        var (starts, columns, weights) = Interactions();
        var exact = new ImplicitFactors(starts, columns, weights, Items, s_options with { Steps = 0 });
        var stepped = new ImplicitFactors(starts, columns, weights, Items, s_options with { Steps = 3 });
        var last = double.MaxValue;
        for (var pass = 0; pass < 30; pass++)
        {
            exact.Pass();
            stepped.Pass();
            var loss = Objective(exact, starts, columns, weights);
            Assert.True(loss <= last * (1 + 1e-6), $"pass {pass}: {loss} after {last}");
            last = loss;
        }

        Assert.Equal(last, Objective(stepped, starts, columns, weights), 0.01 * last);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public void Folding_in_a_known_person_gives_the_minimum_of_the_objective(int steps)
    {
        var (starts, columns, weights) = Interactions();
        var model = ImplicitFactors.Fit(starts, columns, weights, Items, s_options, cancellation: TestContext.Current.CancellationToken);
        var user = new float[6];

        model.FoldIn(columns.AsSpan(starts[3]..starts[4]), weights.AsSpan(starts[3]..starts[4]), new FactorSystem(6), user, steps);

        var expected = DenseSolution(model.Items, columns.AsSpan(starts[3]..starts[4]), weights.AsSpan(starts[3]..starts[4]));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], user[i], 1e-4);
        }
    }

    [Fact]
    public void Threads_change_nothing_and_a_person_without_interactions_has_no_factors()
    {
        var (starts, columns, weights) = Interactions();
        var one = ImplicitFactors.Fit(starts, columns, weights, Items, s_options, cancellation: TestContext.Current.CancellationToken);
        var three = ImplicitFactors.Fit(starts, columns, weights, Items, s_options with { Threads = 3 }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(one.Items, three.Items);

        var user = new float[6];
        Array.Fill(user, 1);
        one.FoldIn([], [], new FactorSystem(6), user);
        Assert.All(user, factor => Assert.Equal(0, factor));
    }

    private static (int[] Starts, int[] Columns, float[] Weights) Interactions()
    {
        var random = RandomStream.For(9, "interactions");
        var (starts, columns, weights) = (new List<int> { 0 }, new List<int>(), new List<float>());
        for (var user = 0; user < Users; user++)
        {
            for (var item = 0; item < Items; item++)
            {
                if (random.NextDouble() < (item % 4 == user % 4 ? 0.5 : 0.05))
                {
                    columns.Add(item);
                    weights.Add((float)(0.5 + random.NextDouble()));
                }
            }

            starts.Add(columns.Count);
        }

        return ([.. starts], [.. columns], [.. weights]);
    }

    /// <summary>Gauss elimination over the written-out normal equations.</summary>
    private static double[] DenseSolution(float[] items, ReadOnlySpan<int> columns, ReadOnlySpan<float> weights)
    {
        var system = new double[6, 7];
        for (var item = 0; item < Items; item++)
        {
            var at = columns.IndexOf(item);
            var weight = s_options.Unobserved + (at < 0 ? 0 : weights[at]);
            for (var i = 0; i < 6; i++)
            {
                for (var j = 0; j < 6; j++)
                {
                    system[i, j] += weight * items[(item * 6) + i] * items[(item * 6) + j];
                }

                system[i, 6] += (at < 0 ? 0 : weights[at]) * items[(item * 6) + i];
            }
        }

        for (var i = 0; i < 6; i++)
        {
            system[i, i] += s_options.Ridge * Math.Pow(columns.Length + (s_options.Unobserved * Items), s_options.RidgeExponent);
        }

        for (var k = 0; k < 6; k++)
        {
            for (var row = 0; row < 6; row++)
            {
                var factor = system[row, k] / system[k, k];
                for (var column = k; row != k && column < 7; column++)
                {
                    system[row, column] -= factor * system[k, column];
                }
            }
        }

        return [.. Enumerable.Range(0, 6).Select(i => system[i, 6] / system[i, i])];
    }

    private static double Objective(ImplicitFactors factors, int[] starts, int[] columns, float[] weights)
    {
        var loss = 0d;
        var seen = new int[Items];
        for (var user = 0; user < Users; user++)
        {
            var own = factors.UserFactors.AsSpan(user * 6, 6);
            for (var item = 0; item < Items; item++)
            {
                var product = Product(own, factors.ItemFactors.AsSpan(item * 6, 6));
                loss += s_options.Unobserved * product * product;
                if (columns.AsSpan(starts[user]..starts[user + 1]).IndexOf(item) is >= 0 and var at)
                {
                    loss += weights[starts[user] + at] * (1 - product) * (1 - product);
                    seen[item]++;
                }
            }

            loss += s_options.Ridge * Math.Pow(starts[user + 1] - starts[user] + (s_options.Unobserved * Items), s_options.RidgeExponent) * Product(own, own);
        }

        for (var item = 0; item < Items; item++)
        {
            var own = factors.ItemFactors.AsSpan(item * 6, 6);
            loss += s_options.Ridge * Math.Pow(seen[item] + (s_options.Unobserved * Users), s_options.RidgeExponent) * Product(own, own);
        }

        return loss;
    }

    private static double Product(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0d;
        for (var i = 0; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }
}
