using Vitrina.Engine.Ranking.Mixing;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Experiments;

public class TeamDraftTests
{
    // Radlinski, Kurup and Joachims, CIKM 2008: equal turns, each arm's best candidate that is left, the first turn by a fair coin.
    [Fact]
    public void Both_arms_place_their_best_candidates_in_equal_turns()
    {
        int[] first = [0, 1, 2, 3, 4, 5], second = [0, 2, 4, 1, 5, 3];
        var byFirst = 0;
        for (ulong seed = 0; seed < 400; seed++)
        {
            var random = RandomStream.For(seed, 1);
            var (order, teams, propensities) = (new int[6], new byte[6], new float[6]);
            TeamDraft.Merge(first, second, ref random, order, teams, propensities);
            Assert.Equal(first, order.Order());
            Assert.Equal((0, (byte)0, 1f), (order[0], teams[0], propensities[0]));
            Assert.InRange(teams.Count(team => team == 1) - teams.Count(team => team == 2), -1, 1);
            for (var place = 1; place < order.Length; place++)
            {
                var arm = teams[order[place]] == 1 ? first : second;
                Assert.Equal(arm.First(item => Array.IndexOf(order, item) >= place), order[place]);
            }

            Assert.Equal(0.5f, propensities[1]);
            byFirst += teams[order[1]] == 1 ? 1 : 0;
        }

        Assert.InRange(byFirst, 160, 240);
    }
}
