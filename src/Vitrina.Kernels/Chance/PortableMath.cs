namespace Vitrina.Kernels.Chance;

/// <summary>Logarithm and exponential from IEEE 754 additions, multiplications and divisions only.</summary>
/// <remarks>
/// <see cref="Math.Log(double)"/> and <see cref="Math.Exp"/> call the platform's C library, whose last bit differs between systems; a
/// single differing bit sends a simulation down another path. These agree everywhere, within a few units in the last place.
/// </remarks>
internal static class PortableMath
{
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;

    /// <summary>The natural logarithm of a positive finite number; minus infinity at 0.</summary>
    public static double Log(double value)
    {
        if (value <= 0)
        {
            return value == 0 ? double.NegativeInfinity : double.NaN;
        }
        if (!double.IsFinite(value))
        {
            return value;
        }
        var exponentShift = 0;
        if (value < 2.2250738585072014e-308)
        {
            value *= 18014398509481984.0; // 2^54 lifts a subnormal into the normal range
            exponentShift = -54;
        }
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52) - 1023 + exponentShift;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            exponent++;
        }
        // log(m) = 2 artanh(s), s = (m - 1)/(m + 1); |s| <= 0.1716, so the series is below 1e-17 after s^23.
        var s = (mantissa - 1) / (mantissa + 1);
        var square = s * s;
        var series = 1.0 / 23;
        for (var denominator = 21; denominator >= 3; denominator -= 2)
        {
            series = series * square + 1.0 / denominator;
        }
        return exponent * Ln2High + (2 * s + (2 * s * square * series + exponent * Ln2Low));
    }

    /// <summary>e to the power of <paramref name="value"/>; 0 below the range, infinity above it.</summary>
    public static double Exp(double value)
    {
        if (double.IsNaN(value))
        {
            return value;
        }
        if (value > 709.782712893384)
        {
            return double.PositiveInfinity;
        }
        if (value < -745.2)
        {
            return 0;
        }
        var power = (int)Math.Floor(value * 1.4426950408889634 + 0.5);
        var remainder = value - power * Ln2High - power * Ln2Low;
        // |remainder| <= 0.347: the Taylor series is below 1e-17 after the 14th term.
        var sum = 1.0;
        for (var n = 14; n >= 1; n--)
        {
            sum = 1 + sum * remainder / n;
        }
        return Math.ScaleB(sum, power);
    }

    /// <summary>The logarithm of n factorial, for n at least 0.</summary>
    public static double LogFactorial(double n)
    {
        if (n < 10)
        {
            var product = 1.0;
            for (var factor = 2; factor <= n; factor++)
            {
                product *= factor;
            }
            return Log(product);
        }
        // Stirling's series (Abramowitz & Stegun 6.1.41); from n = 10 on its next term is below 1e-11.
        var inverse = 1 / (n + 1);
        var square = inverse * inverse;
        const double HalfLog2Pi = 0.91893853320467274178;
        return (n + 0.5) * Log(n + 1) - (n + 1) + HalfLog2Pi
            + inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)));
    }
}
