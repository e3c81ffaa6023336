using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Switchbacks;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Experimentation;

/// <summary>Looking at a running switchback: the clock of completed blocks, and the bets on their signs.</summary>
public class CompletedPeriodsTests
{
    // The definition itself: over all signs that could have been drawn, the evidence against no effect is 1 on average.
    [Fact]
    public void Evidence_is_a_fair_bet_over_all_signs()
    {
        double[] sizes = [3, .5, 7, 2, 0, 11, 1.5, 4];
        var mean = Enumerable.Range(0, 1 << sizes.Length)
            .Average(signs => CompletedPeriods.Evidence([.. sizes.Select((size, i) => (signs >> i & 1) == 1 ? size : -size)], 0));
        Assert.Equal(1, mean, 12);
    }

    [Fact]
    public void Blocks_end_when_both_arms_were_seen_and_a_shared_schedule_counts_a_period_once()
    {
        // 0 0 1 | 1 0 | 1 …: differences 30 − 15 and 40 − 50; the last block is open.
        var one = SwitchbackCells.Of([[0, 0, 1, 1, 0, 1]]);
        Assert.Equal([15, -10], CompletedPeriods.Increments(one, [10, 20, 30, 40, 50, 60]));
        var shared = SwitchbackCells.Of([[0, 1, 1, 0], [0, 1, 1, 0]]);
        Assert.Equal([2, -3], CompletedPeriods.Increments(shared, [1, 2, 5, 6, 1, 4, 5, 10]));
        var apart = SwitchbackCells.Of([[0, 1, 1, 0], [1, 0, 0, 1]]);
        Assert.Equal([1, -3, -1, 5], CompletedPeriods.Increments(apart, [1, 2, 5, 6, 1, 4, 5, 10]));
    }

    [Fact]
    public void Looking_after_every_period_rejects_no_more_than_promised_and_an_effect_is_found()
    {
        const int Runs = 400, Clusters = 4, Periods = 60;
        var (signs, sequence, found) = (0, 0, 0);
        for (var run = 0; run < Runs; run++)
        {
            var stream = RandomStream.For(31, "looks", (ulong)run);
            var arms = Enumerable.Range(0, Clusters).Select(_ => Enumerable.Range(0, Periods).Select(_ => (byte)(stream.NextBool(.5) ? 1 : 0)).ToArray()).ToArray();
            var values = arms.Select(path => path.Select(_ => 10 + stream.NextGaussian()).ToArray()).ToArray();
            (bool, bool) Looks(double effect)
            {
                var (bySigns, bySequence) = (false, false);
                for (var seen = 4; seen <= Periods; seen += 4)
                {
                    var cells = SwitchbackCells.Of([.. arms.Select(path => path[..seen])]);
                    double[] outcome = [.. values.SelectMany((row, c) => row[..seen].Select((value, t) => value + effect * arms[c][t]))];
                    bySigns |= Evidence(cells, outcome) >= 20;
                    bySequence |= CompletedPeriods.AlwaysValid(cells, outcome, null, Level.Default).PValue < .05;
                }

                return (bySigns, bySequence);
            }

            var (first, second) = Looks(0);
            signs += first ? 1 : 0;
            sequence += second ? 1 : 0;
            found += run < 50 && Looks(1) == (true, true) ? 1 : 0;
        }

        // Three binomial deviations above 5 %.
        Assert.InRange(signs / (double)Runs, 0, .083);
        Assert.InRange(sequence / (double)Runs, 0, .083);
        Assert.InRange(found, 45, 50);
    }

    [Fact]
    public void The_interval_of_the_signs_is_where_the_evidence_reaches_one_in_alpha()
    {
        var stream = RandomStream.For(5, 1);
        byte[] path = [.. Enumerable.Range(0, 40).Select(t => (byte)(t % 2))];
        double[] values = [.. path.Select(arm => 10 + 2 * arm + stream.NextGaussian())];
        var cells = SwitchbackCells.Of([path]);
        var estimate = CompletedPeriods.BySigns(cells, values, Level.Default);
        Assert.InRange(2, estimate.Low, estimate.High);
        Assert.True(estimate.Low > 0 && estimate.PValue < .05);
        Assert.All([estimate.Low, estimate.High], end => Assert.Equal(20, CompletedPeriods.Evidence(CompletedPeriods.Increments(cells, values), end), 6));
        Assert.Contains("alwaysValidSigns", CompletedPeriods.AlwaysValid(cells, values, null, Level.Default).NoInference, StringComparison.Ordinal);
        Assert.StartsWith("no inference", CompletedPeriods.BySigns(SwitchbackCells.Of([[0, 0, 1]]), [1, 2, 3], Level.Default).NoInference, StringComparison.Ordinal);
    }

    private static double Evidence(SwitchbackCells cells, double[] values) => CompletedPeriods.Evidence(CompletedPeriods.Increments(cells, values), 0);
}
