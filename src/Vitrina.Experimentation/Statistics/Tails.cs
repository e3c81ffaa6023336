using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Vitrina.Experimentation.Statistics;

/// <summary>Tail probabilities and quantiles of the test distributions. Tails are survival functions, never 1 − cdf, and exist as logarithms too.</summary>
/// <remarks>Distribution functions are MathNet.Numerics'; the logarithms of far tails and the quantiles of t are completed here.</remarks>
public static class Tails
{
    private const double HalfLogTwoPi = 0.91893853320467274178;

    /// <summary>P(Z &gt; z) for a standard normal.</summary>
    public static double NormalUpper(double z) => 0.5 * SpecialFunctions.Erfc(z / Math.Sqrt(2));

    /// <summary>ln P(Z &gt; z); finite where <see cref="NormalUpper"/> is 0.</summary>
    public static double LogNormalUpper(double z)
    {
        if (z < 20)
        {
            return Math.Log(NormalUpper(z));
        }

        // Abramowitz and Stegun 26.2.12; at z = 20 the next term is below 1e-9.
        var square = z * z;
        return -square / 2 - Math.Log(z) - HalfLogTwoPi + SpecialFunctions.Log1p(-1 / square * (1 - 3 / square * (1 - 5 / square * (1 - 7 / square))));
    }

    /// <summary>The z with P(Z &lt; z) = <paramref name="probability"/>.</summary>
    public static double NormalQuantile(double probability) => Normal.InvCDF(0, 1, probability);

    /// <summary>The standard normal density.</summary>
    public static double NormalDensity(double z) => Math.Exp(-z * z / 2 - HalfLogTwoPi);

    /// <summary>P(T &gt; t) for Student's t; the normal tail for infinite or very many degrees of freedom.</summary>
    public static double StudentUpper(double t, double df)
    {
        if (df > 1e8)
        {
            return NormalUpper(t);
        }

        var half = SpecialFunctions.BetaRegularized(df / 2, 0.5, df / (df + t * t)) / 2;
        return t >= 0 ? half : 1 - half;
    }

    /// <summary>ln P(T &gt; t); finite where <see cref="StudentUpper"/> is 0.</summary>
    public static double LogStudentUpper(double t, double df)
    {
        var plain = StudentUpper(t, df);
        if (plain > 1e-290)
        {
            return Math.Log(plain);
        }

        if (df > 1e6)
        {
            return LogNormalUpper(t);
        }

        // The hypergeometric series of the incomplete beta function, Abramowitz and Stegun 26.5.4: all terms are positive.
        double a = df / 2, b = 0.5, logX = -SpecialFunctions.Log1p(t * t / df), x = Math.Exp(logX);
        double sum = 1, term = 1;
        for (var n = 0; n < 1_000_000 && term > sum * 1e-16; n++)
        {
            term *= (a + b + n) / (a + 1 + n) * x;
            sum += term;
        }

        return Math.Log(0.5) + a * logX + b * Math.Log(t * t / (df + t * t)) - Math.Log(a) - SpecialFunctions.BetaLn(a, b) + Math.Log(sum);
    }

    /// <summary>The t with P(|T| &gt; t) = <paramref name="alpha"/>: bisection on the tail, so it is as exact as the tail.</summary>
    public static double StudentTwoSided(double alpha, double df) => StudentUpperQuantile(alpha / 2, df);

    /// <summary>The t with P(T &gt; t) = <paramref name="tail"/>, for a tail in (0, 0.5].</summary>
    public static double StudentUpperQuantile(double tail, double df)
    {
        if (df > 1e8)
        {
            return -NormalQuantile(tail);
        }

        double low = 0, high = Math.Max(2, -2 * NormalQuantile(tail));
        while (StudentUpper(high, df) > tail)
        {
            (low, high) = (high, high * 2);
        }

        for (var step = 0; step < 100 && high - low > 1e-14 * high; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = StudentUpper(middle, df) > tail ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>P(X &gt; x) for chi-square.</summary>
    public static double ChiSquareUpper(double x, double df) => x <= 0 ? 1 : x > 1400 + df ? Math.Exp(LogChiSquareUpper(x, df)) : SpecialFunctions.GammaUpperRegularized(df / 2, x / 2);

    /// <summary>ln P(X &gt; x) for chi-square; finite in the far tail.</summary>
    public static double LogChiSquareUpper(double x, double df)
    {
        if (x <= 200 + 4 * df)
        {
            return Math.Log(ChiSquareUpper(x, df));
        }

        // Legendre's continued fraction of the upper incomplete gamma function (Abramowitz and Stegun 6.5.31), from its far end.
        double a = df / 2, y = x / 2, fraction = 0;
        for (var n = 200; n >= 1; n--)
        {
            fraction = n * (n - a) / (2 * n + 1 + y - a - fraction);
        }

        return -y + a * Math.Log(y) - SpecialFunctions.GammaLn(a) - Math.Log(y + 1 - a - fraction);
    }

    /// <summary>Two-sided exact p of a binomial count: the total probability of counts not more likely than the observed one.</summary>
    public static double BinomialTwoSided(long successes, long trials, double probability)
    {
        if (trials == 0)
        {
            return 1;
        }

        var observed = LogBinomial(successes, trials, probability);
        double total = 0;
        for (long count = 0; count <= trials; count++)
        {
            var log = LogBinomial(count, trials, probability);
            total += log <= observed + 1e-7 ? Math.Exp(log) : 0;
        }

        return Math.Min(1, total);
    }

    private static double LogBinomial(long successes, long trials, double probability)
        => SpecialFunctions.GammaLn(trials + 1) - SpecialFunctions.GammaLn(successes + 1) - SpecialFunctions.GammaLn(trials - successes + 1)
            + successes * Math.Log(probability) + (trials - successes) * SpecialFunctions.Log1p(-probability);
}
