namespace Vitrina.Kernels.Forests;

/// <summary>Points and weights that integrate polynomials over [0, 1] exactly.</summary>
internal static class GaussLegendre
{
    /// <summary>The rule of a number of points, exact up to degree 2 x count − 1.</summary>
    public static (double[] Points, double[] Weights) OnUnitInterval(int count)
    {
        var (points, weights) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            // Newton's method from Tricomi's first guess for the i-th root of the Legendre polynomial.
            var x = Math.Cos(Math.PI * (i + 0.75) / (count + 0.5));
            double slope = 0;
            for (var round = 0; round < 100; round++)
            {
                (var value, slope) = Legendre(count, x);
                var step = value / slope;
                x -= step;
                if (Math.Abs(step) < 1e-16)
                {
                    break;
                }
            }
            (_, slope) = Legendre(count, x);
            points[i] = (1 + x) / 2;
            weights[i] = 1 / ((1 - (x * x)) * slope * slope);
        }
        return (points, weights);
    }

    /// <summary>The Legendre polynomial of a degree and its derivative, by the three-term recurrence.</summary>
    private static (double Value, double Slope) Legendre(int degree, double x)
    {
        double before = 1, value = x;
        for (var k = 2; k <= degree; k++)
        {
            (before, value) = (value, ((((2 * k) - 1) * x * value) - ((k - 1) * before)) / k);
        }
        return (value, degree * ((x * value) - before) / ((x * x) - 1));
    }
}
