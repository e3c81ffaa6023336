using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Evaluation;

/// <summary>A mean and the percentile interval of its resampled values.</summary>
/// <param name="Mean">Mean over the lists that have a value; NaN when there is none.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
/// <param name="Count">Lists that have a value.</param>
public readonly record struct MeanInterval(double Mean, double Low, double High, int Count);

/// <summary>A paired difference, its interval, and how often chance alone makes one as large.</summary>
/// <param name="Interval">Mean of candidate − baseline by list, and the 95 % interval that goes with the p-value (<see cref="SubsetMeans"/>).</param>
/// <param name="PValue">Two-sided p-value of the randomisation test (signs of the differences flipped at random); above 0, at most 1.</param>
/// <param name="Wins">Lists on which the candidate is better.</param>
/// <param name="Losses">Lists on which the candidate is worse.</param>
public readonly record struct PairedDifference(MeanInterval Interval, double PValue, int Wins, int Losses);

/// <summary>Intervals for means over lists by resampling whole lists (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13).</summary>
/// <remarks>A list with NaN (no positives) is left out; in a pair it is left out of both. Same seed, same values, same interval.</remarks>
public static class PairedBootstrap
{
    /// <summary>Resamples unless told otherwise: the ends of a 95 % interval then rest on 50 values each.</summary>
    public const int DefaultResamples = 2000;

    private const double Tail = 0.025;

    /// <summary>Mean over lists with its 95 % percentile interval.</summary>
    /// <param name="values">One value per list; NaN is left out.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="resamples">Number of resamples, at least 1.</param>
    public static MeanInterval Mean(ReadOnlySpan<double> values, ulong seed, int resamples = DefaultResamples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        double[] present = Present(values);
        if (present.Length == 0)
        {
            return new MeanInterval(double.NaN, double.NaN, double.NaN, 0);
        }

        double[] means = new double[resamples];
        Parallel.For(0, resamples, resample =>
        {
            RandomStream stream = RandomStream.For(seed, "bootstrap", (ulong)resample);
            double sum = 0;
            for (int i = 0; i < present.Length; i++)
            {
                sum += present[stream.NextInt(present.Length)];
            }

            means[resample] = sum / present.Length;
        });
        Array.Sort(means);
        return new MeanInterval(present.Average(), Quantile(means, Tail), Quantile(means, 1 - Tail), present.Length);
    }

    /// <summary>Mean of candidate − baseline by list, with interval and p-value.</summary>
    /// <param name="candidate">One value per list.</param>
    /// <param name="baseline">One value per list, of the same lists in the same order.</param>
    /// <param name="seed">Seed of the randomisation.</param>
    /// <param name="resamples">Number of randomisations.</param>
    /// <exception cref="ArgumentException">The lists are not the same number.</exception>
    public static PairedDifference Difference(
        ReadOnlySpan<double> candidate, ReadOnlySpan<double> baseline, ulong seed, int resamples = DefaultResamples)
    {
        if (candidate.Length != baseline.Length)
        {
            throw new ArgumentException($"{candidate.Length} lists of the candidate against {baseline.Length} of the baseline.", nameof(candidate));
        }

        double[] differences = new double[candidate.Length];
        int wins = 0, losses = 0;
        for (int i = 0; i < differences.Length; i++)
        {
            differences[i] = candidate[i] - baseline[i];
            wins += differences[i] > 0 ? 1 : 0;
            losses += differences[i] < 0 ? 1 : 0;
        }

        double[] present = Present(differences);
        (MeanInterval interval, double pValue) = SubsetMeans.Of(present, seed, resamples);
        return new PairedDifference(interval, pValue, wins, losses);
    }

    /// <summary>The q-quantile of sorted values, linear between neighbours; q in 0 to 1.</summary>
    internal static double Quantile(double[] sorted, double q)
    {
        double place = q * (sorted.Length - 1);
        int below = (int)place;
        double above = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return sorted[below] + ((place - below) * (above - sorted[below]));
    }

    private static double[] Present(ReadOnlySpan<double> values)
    {
        List<double> present = new(values.Length);
        foreach (double value in values)
        {
            if (!double.IsNaN(value))
            {
                present.Add(value);
            }
        }

        return [.. present];
    }
}
