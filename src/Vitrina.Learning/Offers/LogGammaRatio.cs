namespace Vitrina.Learning.Offers;

/// <summary>ln Γ(x + n) − ln Γ(x) and its derivative: what the likelihood of counts under a Beta prior is made of.</summary>
internal static class LogGammaRatio
{
    // Below it the product is cheaper than two series, and exact.
    private const int ProductLimit = 16;

    // Stirling's series with three terms is exact to 1e-12 from here on.
    private const double SeriesFrom = 10;

    /// <summary>The ratio.</summary>
    /// <param name="x">Above 0.</param>
    /// <param name="n">0 or more; fractions are allowed.</param>
    /// <param name="slope">Receives the derivative by <paramref name="x"/>.</param>
    public static double Of(double x, double n, out double slope)
    {
        slope = 0;
        if (n <= ProductLimit && n == Math.Floor(n))
        {
            var product = 1.0;
            for (var i = 0; i < n; i++)
            {
                product *= x + i;
                slope += 1 / (x + i);
            }

            return Math.Log(product);
        }

        var value = LogGamma(x + n, out var upper) - LogGamma(x, out var lower);
        slope = upper - lower;
        return value;
    }

    // Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1.41 and 6.3.18.
    private static double LogGamma(double x, out double digamma)
    {
        double product = 1, shift = 0;
        while (x < SeriesFrom)
        {
            product *= x;
            shift += 1 / x;
            x++;
        }

        var (inverse, square) = (1 / x, 1 / (x * x));
        digamma = Math.Log(x) - (inverse / 2) - (square * ((1.0 / 12) - (square * ((1.0 / 120) - (square / 252))))) - shift;
        return ((x - 0.5) * Math.Log(x)) - x + 0.91893853320467274178 + (inverse * ((1.0 / 12) - (square * ((1.0 / 360) - (square / 1260))))) - Math.Log(product);
    }
}
