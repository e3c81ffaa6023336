using Vitrina.Learning.Recommending;
using Vitrina.Learning.Recommending.Sources;

namespace Vitrina.Tests.Learning.Recommending;

public sealed class GroupSourceTests
{
    private static readonly int[] s_query = [4, 17, 10];
    private readonly ItemAttributes _groups = RandomHistories.Attributes();

    [Fact]
    public void Own_history_counts_the_groups_of_the_items_met()
    {
        float[] expected = new float[8], found = new float[8];
        foreach (int item in s_query)
        {
            foreach (int group in _groups.ByItem.ColumnsOf(item))
            {
                expected[group]++;
            }
        }

        new GroupSumSource("own-history", 8, new HistorySource(1, double.PositiveInfinity), _groups, RandomHistories.Items).Score(s_query, found);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Factors_of_groups_are_asked_with_the_groups_of_the_items_in_their_order()
    {
        int[][] histories = RandomHistories.Draw(5, 40);
        int[] OfGroups(int[] items) => [.. items.SelectMany(item => _groups.ByItem.ColumnsOf(item).ToArray())];
        double groupsOfItem = Math.Max(1, (double)_groups.ByItem.EntryCount / RandomHistories.Items);
        FactorSource plain = new(new ItemSequences(8, [.. histories.Select(OfGroups)]), new FactorSourceOptions { QueryDecay = 6 * groupsOfItem }, 8);
        float[] expected = new float[8], found = new float[8];
        plain.Score(OfGroups(s_query), expected);
        new GroupFactorSource(new ItemSequences(RandomHistories.Items, histories), _groups, 8).Score(s_query, found);
        Assert.Contains(expected, score => score != 0);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Group_pairs_are_those_of_their_items()
    {
        int[][] histories = RandomHistories.Draw(5, 40);
        ItemSequences known = new(RandomHistories.Items, histories);
        CsrMatrix pairs = PairCounts.Count(known, PairWeights.At(1));
        CsrMatrix together = _groups.ByItem.Transposed().Times(pairs).Times(_groups.ByItem);
        float[] expected = new float[8], found = new float[8];
        foreach (int[] history in histories)
        {
            for (int place = 1; place < history.Length; place++)
            {
                foreach (int from in _groups.ByItem.ColumnsOf(history[place - 1]))
                {
                    foreach (int to in _groups.ByItem.ColumnsOf(history[place]))
                    {
                        expected[to] += s_query.Sum(item => _groups.ByItem.ColumnsOf(item).Contains(from) ? 1 : 0);
                    }
                }
            }
        }

        new GroupMatrixSource("pairs", 8, together, _groups.ByItem, double.PositiveInfinity).Score(s_query, found);
        RandomHistories.AssertNear(expected, found);
    }

    [Fact]
    public void Every_source_of_groups_scores_groups_alone()
    {
        FittedSources fitted = GroupSources.Fit(new ItemSequences(RandomHistories.Items, RandomHistories.Draw(6, 80)), _groups, new SourceOptions());
        Assert.Equal(8, fitted.ItemCount);
        Assert.Equal("popularity", fitted.Sources[0].Name);
        Assert.All(fitted.Sources, source =>
        {
            float[] scores = new float[8];
            Array.Fill(scores, float.NaN);
            source.Score(s_query, scores);
            Assert.All(scores, score => Assert.True(float.IsFinite(score), source.Name));
            Assert.Contains(scores, score => score > 0);
        });
    }
}
