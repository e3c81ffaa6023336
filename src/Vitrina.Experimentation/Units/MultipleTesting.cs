namespace Vitrina.Experimentation.Units;

/// <summary>p-values of several metrics, adjusted.</summary>
public static class MultipleTesting
{
    /// <summary>Holm's step-down adjustment: bounds the chance of any false finding. NaN stays NaN and does not count.</summary>
    /// <remarks>Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.</remarks>
    public static double[] Holm(IReadOnlyList<double> pValues) => Adjust(pValues, descending: false);

    /// <summary>Benjamini and Hochberg's adjustment: bounds the share of false findings. NaN stays NaN and does not count.</summary>
    /// <remarks>Benjamini and Hochberg, "Controlling the false discovery rate", JRSS B 57, 1995.</remarks>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> pValues) => Adjust(pValues, descending: true);

    /// <summary>The e-BH procedure as adjusted p-values: bounds the share of false findings however the metrics depend on each other. NaN stays NaN and does not count.</summary>
    /// <param name="eValues">Evidence against each null, not negative.</param>
    /// <remarks>
    /// Finds the k metrics with the largest e-values where the k-th is at least m/(k α): Benjamini and Hochberg's step on 1/e.
    /// Wang and Ramdas, "False discovery rate control with e-values", JRSS B 84, 2022, section 4.
    /// </remarks>
    public static double[] EBenjaminiHochberg(IReadOnlyList<double> eValues)
    {
        ArgumentNullException.ThrowIfNull(eValues);
        return BenjaminiHochberg([.. eValues.Select(value => 1 / value)]);
    }

    private static double[] Adjust(IReadOnlyList<double> pValues, bool descending)
    {
        ArgumentNullException.ThrowIfNull(pValues);
        double[] adjusted = [.. pValues];
        int[] order = [.. Enumerable.Range(0, adjusted.Length).Where(i => !double.IsNaN(adjusted[i])).OrderBy(i => pValues[i])];
        double running = descending ? 1 : 0;
        for (var step = 0; step < order.Length; step++)
        {
            var rank = descending ? order.Length - 1 - step : step;
            var factor = descending ? order.Length / (double)(rank + 1) : order.Length - rank;
            var value = Math.Min(1, pValues[order[rank]] * factor);
            running = descending ? Math.Min(running, value) : Math.Max(running, value);
            adjusted[order[rank]] = running;
        }

        return adjusted;
    }
}
