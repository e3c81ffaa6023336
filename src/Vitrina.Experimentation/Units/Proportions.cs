using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Units;

/// <summary>One arm's share of units with a mark, 0 or 1 a unit.</summary>
public static class Proportions
{
    /// <summary>Wilson's interval of a share: never outside [0, 1], and not empty at 0 or 1.</summary>
    /// <param name="successes">Marked units, 0 to <paramref name="count"/>.</param>
    /// <param name="count">Units, at least 1.</param>
    /// <param name="alpha">1 − confidence, in (0, 1).</param>
    /// <remarks>Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.</remarks>
    public static (double Low, double High) Wilson(double successes, long count, double alpha)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var z = -Tails.NormalQuantile(alpha / 2);
        var share = successes / count;
        var scale = 1 + z * z / count;
        var centre = (share + z * z / (2 * count)) / scale;
        var reach = z / scale * Math.Sqrt(share * (1 - share) / count + z * z / (4.0 * count * count));
        return (Math.Max(0, centre - reach), Math.Min(1, centre + reach));
    }

    /// <summary>Whether a column holds only 0 and 1, told from its moments: then the mean of the squares is the mean.</summary>
    internal static bool IsShare(ArmMoments arm)
    {
        var meanOfSquares = (arm.Variance * (arm.Count - 1) / arm.Count) + (arm.Mean * arm.Mean);
        return arm.Count > 1 && arm.Mean is >= 0 and <= 1 && Math.Abs(meanOfSquares - arm.Mean) < 1e-12;
    }
}
