using Vitrina.Experimentation.Schedules;
using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Switchbacks;

namespace Vitrina.Experimentation.Planning;

/// <summary>What a design would find on replayed history.</summary>
/// <param name="PeriodCount">Periods that were replayed.</param>
/// <param name="StandardError">Deviation of the estimate over schedules without an effect.</param>
/// <param name="RejectionRate">Share of schedules without an effect that reject: the method's own error rate on this history.</param>
/// <param name="MinimalDetectable">Effect per cell that is found with the wanted power.</param>
/// <param name="MinimalDetectableLift">The same relative to the mean cell.</param>
/// <param name="Power">Share of schedules that find the asked effect; NaN when none was asked.</param>
public readonly record struct ReplayedDesign(int PeriodCount, double StandardError, double RejectionRate, double MinimalDetectable, double MinimalDetectableLift, double Power);

/// <summary>Power by replaying history: schedules drawn from the design are laid over real past cells, an effect is added, and the analysis runs.</summary>
public static class ReplayedPower
{
    /// <summary>Replays a design.</summary>
    /// <param name="history">Outcome by cluster and period without any experiment, shape [clusters][periods]; NaN = missing.</param>
    /// <param name="design">The design; its number of periods says how much of the end of history is used.</param>
    /// <param name="lift">Relative effect for which the power is asked; NaN for none.</param>
    /// <param name="seed">Seed of the schedules.</param>
    /// <param name="draws">Schedules.</param>
    /// <param name="alpha">Two-sided error rate.</param>
    /// <param name="power">Wanted power for the smallest detectable effect.</param>
    public static ReplayedDesign Replay(double[][] history, ScheduleDesign design, double lift, ulong seed, int draws = 1000, double alpha = 0.05, double power = 0.8)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(design);
        var from = history[0].Length - design.PeriodCount;
        var outcomes = new (double Value, bool Rejects, bool Finds)[draws];
        Parallel.For(0, draws, () => ScheduleGenerator.NewArms(design), (draw, _, arms) =>
        {
            ScheduleGenerator.DrawInto(design, seed, (ulong)draw, arms);
            outcomes[draw] = Analyse(history, from, arms, lift, alpha);
            return arms;
        }, _ => { });
        double[] usable = [.. outcomes.Select(outcome => outcome.Value).Where(double.IsFinite)];
        double mean = usable.Average(), deviation = Math.Sqrt(usable.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, usable.Length - 1));
        var level = history.SelectMany(row => row[from..]).Where(double.IsFinite).Average();
        // Few clusters test against t: their reach is longer than the normal one.
        var df = history.Length - 1.0;
        var reach = df > 0 ? Tails.StudentTwoSided(alpha, df) + Tails.NormalQuantile(power) : double.NaN;
        return new ReplayedDesign(
            design.PeriodCount, deviation, outcomes.Count(outcome => outcome.Rejects) / (double)draws, reach * deviation, reach * deviation / level,
            double.IsNaN(lift) ? double.NaN : outcomes.Count(outcome => outcome.Finds) / (double)draws);
    }

    private static (double, bool, bool) Analyse(double[][] history, int from, byte[][] arms, double lift, double alpha)
    {
        List<int> cluster = [], period = [];
        List<byte> arm = [];
        List<double> plain = [], lifted = [];
        for (var c = 0; c < arms.Length; c++)
        {
            for (var t = 0; t < arms[c].Length; t++)
            {
                var value = history[c][from + t];
                if (double.IsFinite(value))
                {
                    cluster.Add(c);
                    period.Add(t);
                    arm.Add(arms[c][t]);
                    plain.Add(value);
                    lifted.Add(arms[c][t] == 1 && !double.IsNaN(lift) ? value * (1 + lift) : value);
                }
            }
        }

        var cells = new SwitchbackCells([.. Enumerable.Range(0, arms.Length).Select(c => $"{c}")], [.. cluster], [.. period], [.. arm]);
        var without = WithinClusters.Estimate(cells, [.. plain], new Level(alpha));
        var with = WithinClusters.Estimate(cells, [.. lifted], new Level(alpha));
        return (without.Value, without.PValue < alpha, with.PValue < alpha);
    }
}
