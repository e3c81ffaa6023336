using MathNet.Numerics;
using Vitrina.Experimentation.Schedules;
using Vitrina.Experimentation.Statistics;
using Vitrina.Kernels.Chance;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>Fisher's test: how often schedules that could have been drawn give a difference as large as the one observed.</summary>
/// <remarks>
/// Statistic: the mean of differences within clusters. The interval inverts the test over constant effects: under effect τ the statistic of a
/// redraw is d' − τ g' with g' the redraw's statistic of the observed arms, so no redraw is repeated. Enumerates when there are at most
/// <see cref="MaxPaths"/> schedules, then p is exact; else p = (1 + as large)/(draws + 1). The detail `pStudentised` takes the difference over its
/// standard error between clusters as the statistic: right in large samples even where the effect varies from cell to cell (Wu and Ding,
/// "Randomization Tests for Weak Null Hypotheses in Randomized Experiments", JASA 116, 2021); NaN with one cluster.
/// </remarks>
public static class RandomisationTest
{
    /// <summary>Schedules up to which all are enumerated.</summary>
    public const int MaxPaths = 500_000;

    /// <summary>Draws unless told otherwise: the p of 0.05 then has a standard error of 0.002.</summary>
    public const int DefaultDraws = 10_000;

    /// <summary>The test for paths permuted within each cluster, their counts of treated periods held: what remains when no design was stored.</summary>
    public static Estimate Permuted(SwitchbackCells cells, double[] values, ulong seed, int draws = DefaultDraws, double alpha = 0.05)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(values);
        int[] switched = [.. cells.Switched];
        if (Refusal(switched.Length) is { } refusal)
        {
            return refusal;
        }

        double paths = 1;
        foreach (var cluster in switched)
        {
            paths *= SpecialFunctions.Binomial(cells.Rows[cluster].Length, cells.Rows[cluster].Count(i => cells.Arm[i] == 1));
        }

        const string Assumes = "arms were drawn within each cluster independently, with the numbers of treated periods held; the effect is the same in every cell";
        if (paths <= MaxPaths)
        {
            return Invert(cells, values, AllPermuted(cells, values, switched), isExact: true, alpha, Assumes);
        }

        var redraws = new Redraw[draws];
        Parallel.For(0, draws, draw =>
        {
            var stream = RandomStream.For(seed, "permutation", (ulong)draw);
            byte[] arms = [.. cells.Arm];
            foreach (var cluster in switched)
            {
                var rows = cells.Rows[cluster];
                var path = new byte[rows.Length];
                for (var i = 0; i < rows.Length; i++)
                {
                    path[i] = cells.Arm[rows[i]];
                }

                stream.Shuffle<byte>(path);
                for (var i = 0; i < rows.Length; i++)
                {
                    arms[rows[i]] = path[i];
                }
            }

            redraws[draw] = Statistic(cells, values, arms);
        });
        return Invert(cells, values, redraws, isExact: false, alpha, Assumes);
    }

    /// <summary>The test against the design that the schedule was drawn from.</summary>
    /// <param name="cells">The cells; their periods are the schedule's, their clusters named as in the design.</param>
    /// <param name="values">The outcome of each cell.</param>
    /// <param name="design">The stored design.</param>
    /// <param name="seed">Seed of the redraws; another than the schedule's.</param>
    /// <param name="draws">Number of redraws.</param>
    /// <param name="alpha">1 − confidence.</param>
    public static Estimate FromDesign(SwitchbackCells cells, double[] values, ScheduleDesign design, ulong seed, int draws = DefaultDraws, double alpha = 0.05)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(design);
        if (!cells.Switched.Any())
        {
            return Estimate.None("no cluster saw both arms");
        }

        int[] scheduleRow = [.. cells.Clusters.Select(name => IndexOf(design.Clusters, name))];
        if (cells.Cluster.Any(cluster => scheduleRow[cluster] < 0) || cells.Period.Any(period => period >= design.PeriodCount))
        {
            return Estimate.None("the cells have clusters or periods that the schedule does not know");
        }

        var redraws = new Redraw[draws];
        Parallel.For(0, draws, () => ScheduleGenerator.NewArms(design), (draw, _, arms) =>
        {
            ScheduleGenerator.DrawInto(design, seed, (ulong)draw + 1, arms);
            var redrawn = new byte[cells.Count];
            for (var i = 0; i < redrawn.Length; i++)
            {
                redrawn[i] = arms[scheduleRow[cells.Cluster[i]]][cells.Period[i]];
            }

            redraws[draw] = Statistic(cells, values, redrawn);
            return arms;
        }, _ => { });
        return Invert(cells, values, redraws, isExact: false, alpha, "the schedule was drawn from the stored design; the effect is the same in every cell");
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        return -1;
    }

    private static Estimate? Refusal(int switched) => switched == 0 ? Estimate.None("no cluster saw both arms") : null;

    /// <summary>What one schedule gives.</summary>
    /// <param name="Outcome">Mean of the clusters' differences of the outcome.</param>
    /// <param name="Arms">The same of the observed arms.</param>
    /// <param name="Squares">Sum of the squares of the clusters' differences of the outcome.</param>
    /// <param name="Clusters">Clusters with both arms.</param>
    private readonly record struct Redraw(double Outcome, double Arms, double Squares, int Clusters)
    {
        /// <summary>The size of the mean over its standard error; infinite when all clusters differ by the same, 0 when by nothing.</summary>
        public double Studentised
        {
            get
            {
                var spread = Math.Max(0, Squares - Clusters * Outcome * Outcome);
                // What is left after the rounding of a sum of squares is no spread.
                var variance = spread <= 1e-12 * Squares ? 0 : spread / (Clusters - 1) / Clusters;
                return Clusters < 2 || Outcome == 0 ? 0 : Math.Abs(Outcome) / Math.Sqrt(variance);
            }
        }
    }

    // Mean within-cluster difference of the outcome, and of the observed arms, under other arms.
    private static Redraw Statistic(SwitchbackCells cells, double[] values, byte[] arms)
    {
        double outcome = 0, observed = 0, squares = 0;
        var clusters = 0;
        foreach (var rows in cells.Rows)
        {
            double y1 = 0, y0 = 0, w1 = 0, w0 = 0;
            var treated = 0;
            foreach (var i in rows)
            {
                if (arms[i] == 1)
                {
                    (y1, w1, treated) = (y1 + values[i], w1 + cells.Arm[i], treated + 1);
                }
                else
                {
                    (y0, w0) = (y0 + values[i], w0 + cells.Arm[i]);
                }
            }

            if (treated > 0 && treated < rows.Length)
            {
                var difference = y1 / treated - y0 / (rows.Length - treated);
                outcome += difference;
                squares += difference * difference;
                observed += w1 / treated - w0 / (rows.Length - treated);
                clusters++;
            }
        }

        return clusters == 0 ? default : new Redraw(outcome / clusters, observed / clusters, squares, clusters);
    }

    private static Redraw[] AllPermuted(SwitchbackCells cells, double[] values, int[] switched)
    {
        Redraw[] sums = [new(0, 0, 0, switched.Length)];
        foreach (var cluster in switched)
        {
            var rows = cells.Rows[cluster];
            var treated = rows.Count(i => cells.Arm[i] == 1);
            var own = new List<Redraw>();
            foreach (var chosen in Choices(rows.Length, treated))
            {
                double y = 0, w = 0;
                for (var i = 0; i < rows.Length; i++)
                {
                    var scale = chosen[i] ? 1.0 / treated : -1.0 / (rows.Length - treated);
                    y += scale * values[rows[i]];
                    w += scale * cells.Arm[rows[i]];
                }

                own.Add(new Redraw(y / switched.Length, w / switched.Length, y * y, 1));
            }

            sums = [.. sums.SelectMany(sum => own.Select(add => new Redraw(sum.Outcome + add.Outcome, sum.Arms + add.Arms, sum.Squares + add.Squares, switched.Length)))];
        }

        return sums;
    }

    private static IEnumerable<bool[]> Choices(int length, int chosen)
    {
        int[] at = [.. Enumerable.Range(0, chosen)];
        while (true)
        {
            var mask = new bool[length];
            foreach (var i in at)
            {
                mask[i] = true;
            }

            yield return mask;
            var move = chosen - 1;
            while (move >= 0 && at[move] == length - chosen + move)
            {
                move--;
            }

            if (move < 0)
            {
                yield break;
            }

            at[move]++;
            for (var i = move + 1; i < chosen; i++)
            {
                at[i] = at[i - 1] + 1;
            }
        }
    }

    private static Estimate Invert(SwitchbackCells cells, double[] values, Redraw[] redraws, bool isExact, double alpha, string assumes)
    {
        var drawn = Statistic(cells, values, cells.Arm);
        var observed = drawn.Outcome;
        var slack = 1e-10 * Math.Max(1e-300, Math.Abs(observed));
        double Share(double effect, Func<double, double, bool> isAsLarge)
        {
            var count = 0;
            foreach (var redraw in redraws)
            {
                count += isAsLarge(redraw.Outcome - effect * redraw.Arms, observed - effect) ? 1 : 0;
            }

            return OfAll(count);
        }

        double OfAll(int count) => isExact ? (double)count / redraws.Length : (count + 1.0) / (redraws.Length + 1);

        double TwoSided(double effect) => Share(effect, (redrawn, own) => Math.Abs(redrawn) >= Math.Abs(own) - slack);
        var mean = redraws.Average(redraw => redraw.Outcome);
        var deviation = Math.Sqrt(redraws.Average(redraw => (redraw.Outcome - mean) * (redraw.Outcome - mean)));
        if (!(deviation > 0))
        {
            return Estimate.None("every schedule gives the same difference: the metric has zero variance within clusters", observed);
        }

        var p = TwoSided(0);
        var studentised = drawn.Studentised * (1 - 1e-9);
        return new Estimate
        {
            Value = observed,
            Low = Edge(observed, -deviation, TwoSided, alpha),
            High = Edge(observed, deviation, TwoSided, alpha),
            Statistic = observed,
            PValue = p,
            LogPValue = Math.Log(p),
            Assumes = assumes,
        }.With(
            ("pStudentised", drawn.Clusters < 2 ? double.NaN : OfAll(redraws.Count(redraw => redraw.Studentised >= studentised))),
            ("pGreater", Share(0, (redrawn, own) => redrawn >= own - slack)), ("pLess", Share(0, (redrawn, own) => redrawn <= own + slack)),
            ("deviation", deviation), ("deviationWithoutEffect", Math.Sqrt(redraws.Average(redraw => (redraw.Outcome - observed * redraw.Arms) * (redraw.Outcome - observed * redraw.Arms)))), ("schedules", redraws.Length), ("isExact", isExact ? 1 : 0));
    }

    // Where the p of a constant effect falls below alpha: doubling outwards, then bisection; infinite when it never does.
    private static double Edge(double from, double step, Func<double, double> p, double alpha)
    {
        var near = from;
        for (var doubling = 0; doubling < 40; doubling++)
        {
            var far = from + step;
            if (p(far) <= alpha)
            {
                for (var i = 0; i < 40; i++)
                {
                    var middle = (near + far) / 2;
                    (near, far) = p(middle) <= alpha ? (near, middle) : (middle, far);
                }

                return near;
            }

            (near, step) = (far, step * 2);
        }

        return step < 0 ? double.NegativeInfinity : double.PositiveInfinity;
    }
}
