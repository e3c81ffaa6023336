namespace Vitrina.Learning.Recommending.Sources;

/// <summary>When items were in use, told from order alone: where each stands on a line of time that all sequences share, and how much of its use is late.</summary>
/// <remarks>
/// Times are the least squares of "b stands d steps behind a, so it is d later" over all pairs up to three steps apart, with a ridge (HodgeRank: Jiang,
/// Lim, Yao and Ye, Statistical ranking and combinatorial Hodge theory, Mathematical Programming 127, 2011). Who is at the latest items goes on to what
/// came with them, not to what was gone by then. Known sequences only, so that no target is told.
/// </remarks>
internal sealed class ItemTimes
{
    private const int Reach = 3;
    private const double Ridge = 1;

    // Sweeps of Gauss and Seidel; what is not even by then are slow waves over the whole catalogue.
    private const int Sweeps = 60;

    // A late place counts exp(-places behind it / 2); an item of few events is drawn to two late ones in five.
    private const double LateDecay = 2, LatePrior = 2, CountPrior = 5;

    private ItemTimes(float[] times, float[] lateShares)
    {
        Times = times;
        LateShares = lateShares;
    }

    /// <summary>The time of each item in steps; 0 for an item that nobody had. Shape [items].</summary>
    public float[] Times { get; }

    /// <summary>How near to the end of sequences each item stands, about 0 to 1. Shape [items].</summary>
    public float[] LateShares { get; }

    /// <summary>Fits times and shares.</summary>
    /// <remarks>Cost: sweeps x events x six neighbours.</remarks>
    public static ItemTimes Fit(ItemSequences known)
    {
        double[] times = new double[known.ItemCount];
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            for (int item = 0; item < times.Length; item++)
            {
                times[item] = MeanOfNeighbours(known, item, times);
            }
        }

        return new ItemTimes(Array.ConvertAll(times, time => (float)time), LateSharesOf(known));
    }

    private static double MeanOfNeighbours(ItemSequences known, int item, double[] times)
    {
        double sum = 0, weight = Ridge;
        foreach (int occurrence in known.OccurrencesOf(item))
        {
            ReadOnlySpan<int> sequence = known[known.SequenceOf(occurrence)];
            int place = known.PositionOf(occurrence);
            for (int other = Math.Max(0, place - Reach); other <= Math.Min(sequence.Length - 1, place + Reach); other++)
            {
                if (other != place)
                {
                    sum += times[sequence[other]] + place - other;
                    weight++;
                }
            }
        }

        return sum / weight;
    }

    private static float[] LateSharesOf(ItemSequences known)
    {
        double[] late = new double[known.ItemCount];
        for (int number = 0; number < known.Count; number++)
        {
            ReadOnlySpan<int> sequence = known[number];
            for (int place = 0; place < sequence.Length; place++)
            {
                late[sequence[place]] += Math.Exp((place - sequence.Length + 1) / LateDecay);
            }
        }

        return [.. late.Select((sum, item) => (float)((sum + LatePrior) / (known.CountOf(item) + CountPrior)))];
    }
}
