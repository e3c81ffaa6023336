using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Units;

/// <summary>One look of a group-sequential test.</summary>
/// <param name="Fraction">Share of the maximal information, in (0, 1].</param>
/// <param name="Boundary">The |z| that ends the test.</param>
/// <param name="NominalAlpha">The two-sided p that the boundary is.</param>
/// <param name="SpentAlpha">Error spent up to and with this look.</param>
public readonly record struct SequentialLook(double Fraction, double Boundary, double NominalAlpha, double SpentAlpha);

/// <summary>Boundaries for a planned number of looks by spending the error rate as α·tᵠ.</summary>
/// <remarks>
/// Lan and DeMets, "Discrete sequential boundaries for clinical trials", Biometrika 70, 1983, with the power family of Kim and DeMets, 1987;
/// the recursion is that of Armitage, McPherson and Rowe, JRSS A 132, 1969. Simpson's rule on <see cref="GridPoints"/> points: six digits.
/// Cost: looks × points².
/// </remarks>
public static class GroupSequential
{
    private const int GridPoints = 601;

    /// <summary>Boundaries of symmetric two-sided looks.</summary>
    /// <param name="fractions">Information at each look, increasing. Beyond 1 (more came than planned) all are divided by the largest.</param>
    /// <param name="alpha">Two-sided error rate over all looks.</param>
    /// <param name="power">φ: 1 spends evenly, 2 (default) late, 3 nearly as O'Brien and Fleming.</param>
    /// <exception cref="ArgumentException">The fractions do not increase from above 0.</exception>
    public static IReadOnlyList<SequentialLook> Boundaries(IReadOnlyList<double> fractions, double alpha, double power = 2)
    {
        ArgumentNullException.ThrowIfNull(fractions);
        for (var i = 0; i < fractions.Count; i++)
        {
            if (!(fractions[i] > (i == 0 ? 0 : fractions[i - 1])))
            {
                throw new ArgumentException("information must grow from look to look: each fraction must be larger than the one before", nameof(fractions));
            }
        }

        var scale = fractions.Count == 0 ? 1 : Math.Max(1, fractions[^1]);
        var looks = new List<SequentialLook>();
        double spent = 0, before = 0;
        double[] grid = [], density = [];
        foreach (var fraction in fractions)
        {
            var t = fraction / scale;
            var target = alpha * Math.Pow(t, power);
            var boundary = Solve(grid, density, t, before, target - spent);
            (grid, density) = Continue(grid, density, t, before, boundary);
            (spent, before) = (target, t);
            looks.Add(new SequentialLook(t, boundary, 2 * Tails.NormalUpper(boundary), spent));
        }

        return looks;
    }

    // The boundary whose exit probability is what this look may spend.
    private static double Solve(double[] grid, double[] density, double t, double before, double exit)
    {
        double low = 0, high = 40;
        for (var step = 0; step < 200 && high - low > 1e-12; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = Exit(grid, density, t, before, middle) > exit ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    private static double Exit(double[] grid, double[] density, double t, double before, double boundary)
    {
        if (grid.Length == 0)
        {
            return 2 * Tails.NormalUpper(boundary);
        }

        double edge = boundary * Math.Sqrt(t), deviation = Math.Sqrt(t - before), sum = 0;
        for (var i = 0; i < grid.Length; i++)
        {
            sum += Simpson(i) * density[i] * Tails.NormalUpper((edge - grid[i]) / deviation);
        }

        return 2 * sum * (grid[1] - grid[0]) / 3;
    }

    // Density of the score process among paths that go on.
    private static (double[] Grid, double[] Density) Continue(double[] grid, double[] density, double t, double before, double boundary)
    {
        var edge = boundary * Math.Sqrt(t);
        double[] points = [.. Enumerable.Range(0, GridPoints).Select(i => -edge + 2 * edge * i / (GridPoints - 1))];
        if (grid.Length == 0)
        {
            return (points, [.. points.Select(point => Tails.NormalDensity(point / Math.Sqrt(t)) / Math.Sqrt(t))]);
        }

        double deviation = Math.Sqrt(t - before), step = (grid[1] - grid[0]) / 3;
        var next = new double[GridPoints];
        for (var i = 0; i < GridPoints; i++)
        {
            double sum = 0;
            for (var j = 0; j < GridPoints; j++)
            {
                var z = (points[i] - grid[j]) / deviation;
                sum += Math.Abs(z) > 9 ? 0 : Simpson(j) * density[j] * Tails.NormalDensity(z);
            }

            next[i] = sum * step / deviation;
        }

        return (points, next);
    }

    private static double Simpson(int i) => i is 0 or GridPoints - 1 ? 1 : (i & 1) == 1 ? 4 : 2;
}
