using Vitrina.Kernels.Chance;
using Vitrina.Learning.Recommending;
using Vitrina.Learning.Recommending.Sources;

namespace Vitrina.Tests.Learning.Recommending;

public sealed class ItemTimesTests
{
    private const int Items = 60;

    [Fact]
    public void Items_stand_in_the_order_in_which_people_met_them_though_nobody_met_all()
    {
        // Each person is there for a sixth of the time and takes some of its items, in their order.
        int[][] histories = new int[400][];
        for (int person = 0; person < histories.Length; person++)
        {
            RandomStream random = RandomStream.For(3, "times", (ulong)person);
            int first = random.NextInt(Items - 10);
            histories[person] = [.. Enumerable.Range(first, 10).Where(_ => random.NextBool(0.5))];
        }

        float[] times = ItemTimes.Fit(new ItemSequences(Items, histories)).Times;
        int inOrder = Enumerable.Range(0, Items).Sum(early => Enumerable.Range(early + 1, Items - early - 1).Count(late => times[early] < times[late]));
        Assert.True(inOrder > 0.95 * Items * (Items - 1) / 2, $"{inOrder} pairs of {Items * (Items - 1) / 2} stand in order");
    }

    [Fact]
    public void A_time_is_the_mean_that_its_neighbours_ask_for()
    {
        int[][] histories = RandomHistories.Draw(5, 80);
        float[] times = ItemTimes.Fit(new ItemSequences(RandomHistories.Items + 1, histories)).Times;
        for (int item = 0; item < RandomHistories.Items; item++)
        {
            double[] asked = [.. histories.SelectMany(history => history.SelectMany((one, place) => history.Select((other, at) => (one, place, other, at))))
                .Where(pair => pair.one == item && pair.at != pair.place && Math.Abs(pair.at - pair.place) <= 3).Select(pair => times[pair.other] + (double)(pair.place - pair.at))];
            Assert.Equal(asked.Sum() / (asked.Length + 1), times[item], 1e-2);
        }

        Assert.Equal(0, times[RandomHistories.Items]);
    }

    [Fact]
    public void Late_shares_tell_items_at_the_end_of_sequences()
    {
        float[] shares = ItemTimes.Fit(new ItemSequences(4, [[0, 1, 2], [0, 2]])).LateShares;
        Assert.Equal((Math.Exp(-1) + Math.Exp(-0.5) + 2) / 7, shares[0], 1e-6);
        Assert.Equal((2 + 2.0) / 7, shares[2], 1e-6);
        Assert.Equal(2 / 5.0, shares[3], 1e-6);
    }
}
