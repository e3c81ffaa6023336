using Vitrina.Learning.Recommending;
using Vitrina.Learning.Recommending.Sources;

namespace Vitrina.Tests.Learning.Recommending;

/// <summary>Each source against the plain definition over dictionaries.</summary>
public sealed class ItemSourceTests
{
    private static readonly int[][] s_histories = RandomHistories.Draw(3, 60);
    private static readonly int[] s_query = [4, 17, 9];
    private readonly ItemSequences _known = new(RandomHistories.Items, s_histories);

    [Fact]
    public void Directed_co_visitation_equals_its_definition()
    {
        CoVisitationOptions options = new() { Window = 3, Decay = 2, Back = 0.4, TargetExponent = 0.3, QueryDecay = 1.5 };
        Dictionary<(int, int), double> counts = [];
        foreach (int[] history in s_histories)
        {
            for (int i = 0; i < history.Length; i++)
            {
                for (int j = i + 1; j < history.Length && j - i <= options.Window; j++)
                {
                    double weight = Math.Exp(-(j - i - 1) / options.Decay);
                    counts[(history[i], history[j])] = counts.GetValueOrDefault((history[i], history[j])) + weight;
                    counts[(history[j], history[i])] = counts.GetValueOrDefault((history[j], history[i])) + (options.Back * weight);
                }
            }
        }

        float[] expected = Sum(options.QueryDecay, (item, other) =>
            counts.GetValueOrDefault((item, other)) / ((Math.Pow(Count(item), 0.5) * Math.Pow(Count(other), 0.3)) + options.Shrink));
        RandomHistories.AssertNear(expected, Score(new MatrixSource("co-visitation", 10, FittedSources.CoVisitation(_known, options, 1000), options.QueryDecay)));
    }

    [Fact]
    public void Pairs_at_a_lag_are_counted_in_their_direction()
    {
        CsrMatrix back = PairCounts.Count(_known, PairWeights.At(-2));
        for (int item = 0; item < RandomHistories.Items; item++)
        {
            float[] row = new float[RandomHistories.Items];
            back.AddRow(item, 1, row);
            for (int other = 0; other < RandomHistories.Items; other++)
            {
                Assert.Equal(s_histories.Sum(history => Enumerable.Range(2, Math.Max(0, history.Length - 2)).Count(place => history[place] == item && history[place - 2] == other)), row[other]);
            }
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(5)]
    public void User_knn_equals_its_definition(int neighbours)
    {
        UserKnnOptions options = new() { QueryDecay = 2, NeighbourDecay = 4, Neighbours = neighbours };
        double Idf(int item) => Math.Log(1 + ((double)s_histories.Length / Math.Max(1, Count(item))));
        (Dictionary<int, double> Weights, double Likeness)[] people =
        [
            .. s_histories.Select(history =>
            {
                Dictionary<int, double> weights = history.Select((item, place) => (item, Weight: Math.Exp(-(history.Length - 1 - place) / options.NeighbourDecay) * Idf(item)))
                    .ToDictionary(pair => pair.item, pair => pair.Weight);
                double norm = Math.Sqrt(weights.Values.Sum(weight => weight * weight));
                weights = weights.ToDictionary(pair => pair.Key, pair => pair.Value / norm);
                double likeness = s_query.Select((item, place) => Math.Exp(-(s_query.Length - 1 - place) / options.QueryDecay) * Idf(item) * weights.GetValueOrDefault(item)).Sum();
                return (weights, likeness);
            }),
        ];
        float[] expected = new float[RandomHistories.Items];
        foreach ((Dictionary<int, double> weights, double likeness) in people.OrderByDescending(person => person.Likeness).Take(neighbours))
        {
            foreach ((int item, double weight) in weights)
            {
                expected[item] += (float)(likeness * weight);
            }
        }

        RandomHistories.AssertNear(expected, Score(new UserKnnSource(_known, options, 10)));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(5)]
    public void Sequence_knn_equals_its_definition(int neighbours)
    {
        SequenceKnnOptions options = new() { QueryDecay = 2, StepDecay = 1.5, Back = 0.4, LengthExponent = 0.7, Neighbours = neighbours };
        double Idf(int item) => Math.Log(1 + ((double)s_histories.Length / Math.Max(1, Count(item))));
        float[] expected = new float[RandomHistories.Items];
        foreach ((int[] history, double likeness) in s_histories.Select(history => (history, Likeness(history))).OrderByDescending(person => person.Item2).Take(neighbours).Where(person => person.Item2 > 0))
        {
            int anchor = Array.IndexOf(history, s_query.Last(history.Contains));
            for (int place = 0; place < history.Length; place++)
            {
                double near = place == anchor ? 0 : Math.Exp(-(Math.Abs(place - anchor) - 1) / options.StepDecay);
                expected[history[place]] += (float)(likeness * near * (place < anchor ? options.Back : 1));
            }
        }

        RandomHistories.AssertNear(expected, Score(new SequenceKnnSource(_known, options, 10)));

        double Likeness(int[] history) => Math.Pow(history.Length, -options.LengthExponent)
            * s_query.Select((item, place) => history.Contains(item) ? Math.Exp(-(s_query.Length - 1 - place) / options.QueryDecay) * Idf(item) * Idf(item) : 0).Sum();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void Sequence_ridge_solves_its_normal_equations(double attributeWeight)
    {
        SequenceRidgeOptions options = new() { Ridge = 4, BeforeDecay = 1, LaterDecay = 2, AttributeWeight = attributeWeight };
        MatrixSource source = SequenceRidgeSource.Fit(_known, RandomHistories.Attributes(), options, 10);
        int items = RandomHistories.Items;
        double[,] before = new double[items, items], later = new double[items, items];
        foreach (int[] history in s_histories)
        {
            for (int cut = 1; cut < history.Length; cut++)
            {
                for (int i = 0; i < cut; i++)
                {
                    for (int j = 0; j < history.Length; j++)
                    {
                        double weight = Math.Exp(-(cut - 1 - i) / options.BeforeDecay);
                        before[history[i], history[j]] += j < cut ? weight * Math.Exp(-(cut - 1 - j) / options.BeforeDecay) : 0;
                        later[history[i], history[j]] += j >= cut ? weight * Math.Exp(-(j - cut) / options.LaterDecay) : 0;
                    }
                }
            }
        }

        ItemAttributes attributes = RandomHistories.Attributes();
        for (int item = 0; item < items; item++)
        {
            before[item, item] += options.Ridge;
            for (int other = 0; other < items; other++)
            {
                double shared = attributeWeight * attributes.ByItem.ColumnsOf(item).ToArray().Intersect(attributes.ByItem.ColumnsOf(other).ToArray()).Sum(attribute => attributes.Idf[attribute] * attributes.Idf[attribute]);
                before[item, other] += shared;
                later[item, other] += shared;
            }
        }

        // (P'P + λI) B = P'S over the items that meet the other at all; B's rows are what each item alone scores.
        float[][] rows = [.. Enumerable.Range(0, items).Select(item => Row(source, item))];
        for (int item = 0; item < items; item++)
        {
            for (int other = 0; other < items; other++)
            {
                double product = Enumerable.Range(0, items).Sum(middle => before[item, middle] * rows[middle][other]);
                if (later[item, other] == 0)
                {
                    Assert.Equal(0, rows[item][other]);
                }
                else
                {
                    Assert.Equal(later[item, other], product, 1e-3);
                }
            }
        }

        static float[] Row(MatrixSource source, int item)
        {
            float[] row = new float[RandomHistories.Items];
            source.Score([item], row);
            return row;
        }
    }

    [Fact]
    public void Attribute_cosine_equals_its_definition()
    {
        ItemAttributes attributes = RandomHistories.Attributes();
        float[] expected = Sum(2, (item, other) =>
        {
            int[] mine = [.. attributes.ByItem.ColumnsOf(item)], theirs = [.. attributes.ByItem.ColumnsOf(other)];
            double Norm(int[] of) => Math.Sqrt(of.Sum(attribute => (double)attributes.Idf[attribute] * attributes.Idf[attribute]));
            return mine.Length == 0 || theirs.Length == 0 ? 0 : mine.Intersect(theirs).Sum(attribute => (double)attributes.Idf[attribute] * attributes.Idf[attribute]) / (Norm(mine) * Norm(theirs));
        });
        RandomHistories.AssertNear(expected, Score(new AttributeSource(attributes, 10, 2)));
    }

    [Fact]
    public void Ease_weights_solve_each_item_from_the_others()
    {
        // Ridge regression on the other items that meet the item at all: the residual's product with each of their columns, minus λ B, is zero.
        EaseOptions options = new() { Ridge = 20, AttributeWeight = 0, QueryDecay = double.PositiveInfinity };
        MatrixSource source = EaseSource.Fit(_known, null, options, 10);
        double[,] gram = new double[RandomHistories.Items, RandomHistories.Items], weights = new double[RandomHistories.Items, RandomHistories.Items];
        foreach (int[] history in s_histories)
        {
            foreach (int item in history)
            {
                foreach (int other in history)
                {
                    gram[item, other]++;
                }
            }
        }

        for (int item = 0; item < RandomHistories.Items; item++)
        {
            float[] row = new float[RandomHistories.Items];
            source.Score([item], row);
            for (int other = 0; other < row.Length; other++)
            {
                weights[item, other] = row[other];
            }
        }

        for (int target = 0; target < RandomHistories.Items; target++)
        {
            Assert.Equal(0, weights[target, target]);
            for (int item = 0; item < RandomHistories.Items; item++)
            {
                double gradient = gram[item, target] - (options.Ridge * weights[item, target]);
                for (int middle = 0; middle < RandomHistories.Items; middle++)
                {
                    gradient -= gram[item, middle] * weights[middle, target];
                }

                bool isApart = item == target || gram[item, target] == 0;
                Assert.True(isApart ? weights[item, target] == 0 : Math.Abs(gradient) < 1e-3, $"{item} for {target}: {weights[item, target]}, gradient {gradient}");
            }
        }
    }

    [Fact]
    public void A_sum_adds_shares_of_the_best_scores_and_leaves_out_what_says_nothing()
    {
        SumSource sum = new(10, [(new FixedSource("a", 1, [1, 4, 0]), 2), (new FixedSource("b", 1, [0, 0, 0]), 1), (new FixedSource("c", 1, [5, 0, 10]), 0.5)]);
        float[] scores = [9, 9, 9];
        sum.Score([0], scores);
        Assert.Equal([(2 * 0.25f) + (0.5f * 0.5f), 2, 0.5f], scores);
    }

    [Fact]
    public void Expected_groups_equal_the_normal_equations()
    {
        CsrMatrix groups = RandomHistories.Attributes().ByItem;
        const int Count = 8;
        double[,] system = new double[Count, Count], right = new double[Count, Count];
        double[] Before(int[] items)
        {
            double[] sums = new double[Count];
            for (int place = 0; place < items.Length; place++)
            {
                foreach (int group in groups.ColumnsOf(items[place]))
                {
                    sums[group] += Math.Exp(-(items.Length - 1 - place) / 2.0);
                }
            }

            return sums;
        }

        foreach (int[] history in s_histories)
        {
            for (int place = 1; place < history.Length; place++)
            {
                double[] before = Before(history[..place]);
                for (int a = 0; a < Count; a++)
                {
                    for (int b = 0; b < Count; b++)
                    {
                        system[a, b] += before[a] * before[b];
                        right[a, b] += before[a] * (groups.ColumnsOf(history[place]).Contains(b) ? 1 : 0);
                    }
                }
            }
        }

        GroupTransitions transitions = new(_known, groups, 50);
        double[] query = Before(s_query);
        float[] found = new float[Count];
        transitions.Score(s_query, found);
        double[,] solved = Solve(system, right, 50);
        RandomHistories.AssertNear([.. Enumerable.Range(0, Count).Select(b => (float)Enumerable.Range(0, Count).Sum(a => query[a] * solved[a, b]))], found);
    }

    // Gauss-Jordan on (system + ridge I) X = right.
    private static double[,] Solve(double[,] system, double[,] right, double ridge)
    {
        int n = system.GetLength(0);
        double[,] a = (double[,])system.Clone(), x = (double[,])right.Clone();
        for (int i = 0; i < n; i++)
        {
            a[i, i] += ridge;
        }

        for (int pivot = 0; pivot < n; pivot++)
        {
            for (int row = 0; row < n; row++)
            {
                double factor = row == pivot ? 0 : a[row, pivot] / a[pivot, pivot];
                for (int column = 0; column < n; column++)
                {
                    a[row, column] -= factor * a[pivot, column];
                    x[row, column] -= factor * x[pivot, column];
                }
            }
        }

        for (int row = 0; row < n; row++)
        {
            for (int column = 0; column < n; column++)
            {
                x[row, column] /= a[row, row];
            }
        }

        return x;
    }

    private static int Count(int item) => s_histories.Sum(history => history.Count(other => other == item));

    private static float[] Score(ItemSource source)
    {
        float[] scores = new float[RandomHistories.Items];
        Array.Fill(scores, float.NaN);
        source.Score(s_query, scores);
        return scores;
    }

    private static float[] Sum(double decay, Func<int, int, double> pair)
        => [.. Enumerable.Range(0, RandomHistories.Items).Select(other => (float)s_query.Select((item, place) => Math.Exp(-(s_query.Length - 1 - place) / decay) * pair(item, other)).Sum())];
}
