using Vitrina.Experimentation.Statistics;
using Vitrina.Kernels.Chance;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>The wild cluster bootstrap of the t-statistic, the null imposed: for few clusters.</summary>
/// <remarks>
/// Cameron, Gelbach and Miller, "Bootstrap-based improvements for inference with clustered errors", REStat 90, 2008; six-point weights of Webb,
/// 2014. t-statistics use CR1. With C clusters and signs only, the smallest two-sided p is 2/2^C.
/// </remarks>
public static class WildClusterBootstrap
{
    private const int MaxEnumeratedClusters = 12;
    private static readonly double[] s_webb = [-Math.Sqrt(1.5), -1, -Math.Sqrt(0.5), Math.Sqrt(0.5), 1, Math.Sqrt(1.5)];

    /// <summary>The test of no effect.</summary>
    /// <param name="cells">The cells.</param>
    /// <param name="values">The outcome of each cell.</param>
    /// <param name="effects">Constants of the regression.</param>
    /// <param name="isWebb">Six-point weights instead of signs.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="draws">Draws, where signs are not enumerated.</param>
    public static Estimate Test(SwitchbackCells cells, double[] values, FixedEffects effects, bool isWebb, ulong seed, int draws = 9999)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(values);
        int[] clusters = [.. Enumerable.Range(0, cells.Rows.Count).Where(cluster => cells.Rows[cluster].Length > 0)];
        if (clusters.Length < 2 || PanelRegression.Fit(cells, values, effects) is not { } fit || !(fit.Cr1() > 0))
        {
            return Estimate.None(clusters.Length < 2 ? "one cluster cannot be resampled" : "the arm does not vary within clusters, or the metric not at all");
        }

        var observed = fit.Value / fit.Cr1();
        var scores = new NullScores(cells, values, effects);
        var isExact = !isWebb && clusters.Length <= MaxEnumeratedClusters;
        var count = isExact ? 1 << clusters.Length : draws;
        var asLarge = 0;
        var weights = new double[cells.Rows.Count];
        for (var draw = 0; draw < count; draw++)
        {
            var stream = RandomStream.For(seed, "wild", (ulong)draw);
            for (var c = 0; c < clusters.Length; c++)
            {
                weights[clusters[c]] = isExact ? ((draw >> c) & 1) * 2 - 1 : isWebb ? s_webb[stream.NextInt(6)] : stream.NextBool(0.5) ? 1 : -1;
            }

            asLarge += Math.Abs(scores.Statistic(weights)) >= Math.Abs(observed) * (1 - 1e-9) ? 1 : 0;
        }

        var p = isExact ? (double)asLarge / count : (asLarge + 1.0) / (count + 1);
        return new Estimate
        {
            Value = fit.Value,
            Statistic = observed,
            PValue = p,
            LogPValue = Math.Log(p),
            Assumes = "clusters are independent with symmetric errors; works with few clusters, but cannot reject below its floor",
        }.With(("draws", count), ("isExact", isExact ? 1 : 0), ("smallestP", isExact ? 2.0 / count : 1.0 / (count + 1)));
    }

    // y* = fit + v_c ũ_c is linear in the weights, so each redraw costs clusters², not cells × columns.
    private sealed class NullScores
    {
        private readonly double[] _own;
        private readonly double[,] _cross;
        private readonly double _factor;

        public NullScores(SwitchbackCells cells, double[] values, FixedEffects effects)
        {
            // Restricted residuals: the constants alone. A regression on the arm gives the weights a; residuals of y* come by columns.
            var clusterCount = cells.Rows.Count;
            var restricted = Restricted(cells, values, effects);
            _own = new double[clusterCount];
            _cross = new double[clusterCount, clusterCount];
            PanelRegression? fit = null;
            for (var c = 0; c < clusterCount; c++)
            {
                var column = new double[values.Length];
                foreach (var i in cells.Rows[c])
                {
                    column[i] = restricted[i];
                }

                fit = PanelRegression.Fit(cells, column, effects)!;
                _own[c] = fit.Value;
                var scores = fit.ScoresByCluster();
                for (var d = 0; d < clusterCount; d++)
                {
                    _cross[d, c] = scores[d];
                }
            }

            _factor = fit!.Cr1() is var cr1 && fit.Cr0() is var cr0 && cr0 > 0 ? cr1 * cr1 / (cr0 * cr0) : 1;
        }

        public double Statistic(double[] weights)
        {
            double value = 0, variance = 0;
            for (var d = 0; d < weights.Length; d++)
            {
                double score = 0;
                for (var c = 0; c < weights.Length; c++)
                {
                    score += _cross[d, c] * weights[c];
                }

                value += _own[d] * weights[d];
                variance += score * score;
            }

            return value / Math.Sqrt(variance * _factor);
        }

        private static double[] Restricted(SwitchbackCells cells, double[] values, FixedEffects effects)
        {
            var fit = PanelRegression.Fit(cells, values, effects)!;
            // Residual of the constants alone = residual of the whole + what the arm explained.
            var arm = PanelRegression.ResidualArm(cells, effects);
            return [.. fit.Residuals.Select((residual, i) => residual + fit.Value * arm[i])];
        }
    }
}
