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
/// the recursion is that of Armitage, McPherson and Rowe, JRSS A 132, 1969. Each side spends α/2 by itself, so the two together spend at most α.
/// Grid and search are those of Reboussin, DeMets, Kim and Lan, Controlled Clinical Trials 21, 2000 (ldbounds, which Spotify's confidence
/// ports), so that boundaries equal theirs to the printed digits; the exact ones lie within 6e-5. Cost: looks × points².
/// </remarks>
public static class GroupSequential
{
    // Steps of a twentieth of the increment's deviation; below the lowest z no path has any mass; probabilities are met within the tolerance.
    private const double GridStep = 0.05;
    private const double LowestZ = -8;
    private const double Tolerance = 1e-7;

    /// <summary>Boundaries of two-sided looks.</summary>
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
            var target = alpha / 2 * Math.Pow(t, power);
            var boundary = Solve(grid, density, t, before, target - spent);
            (grid, density) = Continue(grid, density, t, before, boundary);
            (spent, before) = (target, t);
            looks.Add(new SequentialLook(t, boundary, 2 * Tails.NormalUpper(boundary), 2 * spent));
        }

        return looks;
    }

    // The boundary whose exit probability is what this look may spend: steps of 1, 0.1, 0.01, … towards it, each until it is passed.
    private static double Solve(double[] grid, double[] density, double t, double before, double exit)
    {
        if (grid.Length == 0)
        {
            return -Tails.NormalQuantile(exit);
        }

        var (edge, step, deviation) = (grid[^1], 1.0, Math.Sqrt(t - before));
        var probability = Exit(grid, density, edge, deviation);
        while (Math.Abs(probability - exit) > Tolerance && step > 1e-15)
        {
            var direction = probability > exit + Tolerance ? 1 : -1;
            for (var i = 0; i < 50 && (direction == 1 ? probability > exit + Tolerance : probability < exit - Tolerance); i++)
            {
                edge += direction * step;
                probability = Exit(grid, density, edge, deviation);
            }

            step /= 10;
        }

        return edge / Math.Sqrt(t);
    }

    private static double Exit(double[] grid, double[] density, double edge, double deviation)
        => Trapezoid(grid, i => density[i] * Tails.NormalUpper((edge - grid[i]) / deviation));

    // Density of the score process among paths that go on.
    private static (double[] Grid, double[] Density) Continue(double[] grid, double[] density, double t, double before, double boundary)
    {
        double low = LowestZ * Math.Sqrt(t), high = boundary * Math.Sqrt(t), deviation = Math.Sqrt(t - before);
        var steps = (int)Math.Ceiling((high - low) / (GridStep * deviation));
        double[] points = [.. Enumerable.Range(0, steps + 1).Select(i => low + (high - low) * i / steps)];
        return (points, [.. points.Select(point => grid.Length == 0
            ? Tails.NormalDensity(point / deviation) / deviation
            : Trapezoid(grid, i => density[i] * Tails.NormalDensity((point - grid[i]) / deviation) / deviation))]);
    }

    private static double Trapezoid(double[] grid, Func<int, double> value)
    {
        var sum = (value(0) + value(grid.Length - 1)) / 2;
        for (var i = 1; i < grid.Length - 1; i++)
        {
            sum += value(i);
        }

        return sum * (grid[1] - grid[0]);
    }
}
