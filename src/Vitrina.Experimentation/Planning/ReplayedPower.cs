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
    /// <param name="periodLength">Periods of the history that make one of the design; effects are then per period of the history.</param>
    /// <param name="washout">Periods of the history left out behind each switch; a period of the design that is left out whole is missing.</param>
    public static ReplayedDesign Replay(
        double[][] history, ScheduleDesign design, double lift, ulong seed, int draws = 1000, double alpha = 0.05, double power = 0.8, int periodLength = 1, int washout = 0)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(design);
        var from = history[0].Length - design.PeriodCount * periodLength;
        var replays = new (double Value, bool Rejects, bool Finds)[draws];
        Parallel.For(0, draws, () => ScheduleGenerator.NewArms(design), (draw, _, arms) =>
        {
            ScheduleGenerator.DrawInto(design, seed, (ulong)draw, arms);
            replays[draw] = Analyse(Merged(history, from, arms, periodLength, washout), arms, lift, alpha);
            return arms;
        }, _ => { });
        double[] usable = [.. replays.Select(replay => replay.Value).Where(double.IsFinite)];
        if (usable.Length < 2)
        {
            return new ReplayedDesign(design.PeriodCount, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
        }

        double mean = usable.Average(), deviation = Math.Sqrt(usable.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, usable.Length - 1));
        var level = history.SelectMany(row => row[from..]).Where(double.IsFinite).Average();
        // Few clusters test against t: their reach is longer than the normal one.
        var df = history.Length - 1.0;
        var reach = df > 0 ? Tails.StudentTwoSided(alpha, df) + Tails.NormalQuantile(power) : double.NaN;
        return new ReplayedDesign(
            design.PeriodCount, deviation, replays.Count(replay => replay.Rejects) / (double)draws, reach * deviation, reach * deviation / level,
            double.IsNaN(lift) ? double.NaN : replays.Count(replay => replay.Finds) / (double)draws);
    }

    // The mean of what is left of each period of the design, shape [clusters][periods]; NaN when nothing is.
    private static double[][] Merged(double[][] history, int from, byte[][] arms, int periodLength, int washout)
    {
        var merged = new double[arms.Length][];
        for (var c = 0; c < arms.Length; c++)
        {
            merged[c] = new double[arms[c].Length];
            // How far the last switch lies behind, in periods of the history; the start of the test is none.
            var sinceSwitch = washout;
            for (var t = 0; t < arms[c].Length; t++)
            {
                sinceSwitch = t > 0 && arms[c][t] != arms[c][t - 1] ? 0 : sinceSwitch;
                var (sum, count) = (0.0, 0);
                for (var i = 0; i < periodLength; i++, sinceSwitch++)
                {
                    var value = history[c][from + t * periodLength + i];
                    if (sinceSwitch >= washout && double.IsFinite(value))
                    {
                        (sum, count) = (sum + value, count + 1);
                    }
                }

                merged[c][t] = count == 0 ? double.NaN : sum / count;
            }
        }

        return merged;
    }

    private static (double, bool, bool) Analyse(double[][] outcomes, byte[][] arms, double lift, double alpha)
    {
        List<int> cluster = [], period = [];
        List<byte> arm = [];
        List<double> plain = [], lifted = [];
        for (var c = 0; c < arms.Length; c++)
        {
            for (var t = 0; t < arms[c].Length; t++)
            {
                var value = outcomes[c][t];
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
