using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Units;

/// <summary>One arm's sample quantile with its variance.</summary>
/// <param name="Count">Values.</param>
/// <param name="Value">The quantile.</param>
/// <param name="StandardError">Its standard error; NaN when refused.</param>
/// <param name="Obstacle">Why there is no standard error; null when there is.</param>
public readonly record struct QuantileMoments(long Count, double Value, double StandardError, string? Obstacle);

/// <summary>Differences of quantiles, for independent values or values in clusters (a unit with several values).</summary>
/// <remarks>
/// Order-statistic interval turned into a standard error, with the cluster correction of the indicator's variance: Deng, Knoblich and Lu,
/// KDD 2018, section 4; the correction multiplies by clustered over independent variance.
/// </remarks>
public static class Quantiles
{
    private const double OrderZ = 1.959963984540054;

    /// <summary>An arm's quantile.</summary>
    /// <param name="values">The values; sorted in place together with <paramref name="clusters"/>.</param>
    /// <param name="clusters">The cluster of each value as a dense number; empty when values are independent.</param>
    /// <param name="quantile">In (0, 1).</param>
    public static QuantileMoments Of(double[] values, int[] clusters, double quantile)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(clusters);
        if (clusters.Length == 0)
        {
            Array.Sort(values);
        }
        else
        {
            Array.Sort(values, clusters);
        }

        double n = values.Length, z2 = OrderZ * OrderZ;
        if (values.Length == 0)
        {
            return new(0, double.NaN, double.NaN, "an arm has no values");
        }

        var at = Order(values, n * quantile);
        if (n <= z2 * quantile / (1 - quantile) || n <= z2 * (1 - quantile) / quantile)
        {
            return new(values.Length, at, double.NaN, $"{values.Length} values are too few for the quantile {quantile}");
        }

        var indicator = quantile * (1 - quantile) / n;
        var reach = OrderZ * Math.Sqrt(indicator);
        var spread = Order(values, n * (quantile + reach)) - Order(values, n * (quantile - reach));
        if (!(spread > 0))
        {
            return new(values.Length, at, double.NaN, "the values around the quantile are all equal");
        }

        var error = spread / (2 * OrderZ);
        return new(values.Length, at, clusters.Length == 0 ? error : error * Math.Sqrt(Clustered(values, clusters, at) / indicator), null);
    }

    /// <summary>The difference of two arms' quantiles.</summary>
    public static Estimate Difference(QuantileMoments control, QuantileMoments treatment, Level level)
        => (control.Obstacle ?? treatment.Obstacle) is { } obstacle
            ? Estimate.None(obstacle, treatment.Value - control.Value)
            : Estimate.FromT(
                treatment.Value - control.Value, Math.Sqrt(Square(control.StandardError) + Square(treatment.StandardError)), double.PositiveInfinity, level,
                "units are independent; the density at the quantile is positive and smooth; many values");

    /// <summary>The lift of two arms' quantiles.</summary>
    public static Estimate Lift(QuantileMoments control, QuantileMoments treatment, Level level)
        => (control.Obstacle ?? treatment.Obstacle) is { } obstacle
            ? Estimate.None(obstacle)
            : ArmComparison.Lift(
                new ArmMoments(control.Count, control.Value, Square(control.StandardError) * control.Count),
                new ArmMoments(treatment.Count, treatment.Value, Square(treatment.StandardError) * treatment.Count), level);

    // The ratio of counts below the quantile to counts, per cluster, by the delta method.
    private static double Clustered(double[] values, int[] clusters, double at)
    {
        var moments = new CoMoments(2);
        foreach (var group in Enumerable.Range(0, values.Length).GroupBy(i => clusters[i]))
        {
            moments.Add([group.Count(i => values[i] <= at), group.Count()]);
        }

        return ArmMoments.OfRatio(moments, 0, 1).VarianceOfMean;
    }

    private static double Order(double[] sorted, double rank) => sorted[Math.Clamp((int)Math.Ceiling(rank) - 1, 0, sorted.Length - 1)];

    private static double Square(double value) => value * value;
}
