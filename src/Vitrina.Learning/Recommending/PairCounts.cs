namespace Vitrina.Learning.Recommending;

/// <summary>What a pair of items in one sequence counts, by how far apart they stand.</summary>
/// <param name="Forward">Weight of (earlier, later) at distances 1, 2, …; pairs farther apart do not count.</param>
/// <param name="Backward">Weight of (later, earlier), of the same length.</param>
public sealed record PairWeights(float[] Forward, float[] Backward)
{
    /// <summary>Every pair of a sequence counts 1 in both directions.</summary>
    public static PairWeights All(int longest)
    {
        float[] ones = new float[Math.Max(0, longest - 1)];
        Array.Fill(ones, 1);
        return new PairWeights(ones, ones);
    }

    /// <summary>Weights that fall with the distance: exp(−(distance − 1) / decay).</summary>
    /// <param name="window">The farthest distance that counts.</param>
    /// <param name="decay">Distance over which a weight falls to 1/e.</param>
    /// <param name="back">Factor on the backward direction.</param>
    public static PairWeights Decaying(int window, double decay, double back)
    {
        float[] forward = [.. Enumerable.Range(0, window).Select(distance => (float)Math.Exp(-distance / decay))];
        return new PairWeights(forward, [.. forward.Select(weight => (float)back * weight)]);
    }

    /// <summary>Only pairs exactly so far apart, forward (distance above 0) or backward (below).</summary>
    public static PairWeights At(int distance)
    {
        float[] weights = new float[Math.Abs(distance)];
        weights[^1] = 1;
        return distance > 0 ? new PairWeights(weights, new float[weights.Length]) : new PairWeights(new float[weights.Length], weights);
    }
}

/// <summary>Counts pairs of items that stand in one sequence: co-visitation, directed or not.</summary>
public static class PairCounts
{
    /// <summary>The matrix of counts: row = the item that is known, column = the item that is asked for.</summary>
    /// <param name="sequences">The sequences; an item is no pair with itself.</param>
    /// <param name="weights">What a pair counts.</param>
    /// <param name="ofLength">A factor by the length of the sequence; null for 1.</param>
    /// <param name="rowLimit">Most entries of a row: the largest are kept.</param>
    /// <remarks>Cost: the sum over occurrences of the pairs within the window.</remarks>
    public static CsrMatrix Count(ItemSequences sequences, PairWeights weights, Func<int, float>? ofLength = null, int rowLimit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(weights);
        return CsrRows.Build(sequences.ItemCount, sequences.ItemCount, rowLimit, (item, sums) =>
        {
            foreach (int occurrence in sequences.OccurrencesOf(item))
            {
                ReadOnlySpan<int> sequence = sequences[sequences.SequenceOf(occurrence)];
                AddPairs(item, sequence, sequences.PositionOf(occurrence), weights, ofLength?.Invoke(sequence.Length) ?? 1, sums);
            }
        });
    }

    private static void AddPairs(int item, ReadOnlySpan<int> sequence, int position, PairWeights weights, float factor, RowAccumulator sums)
    {
        int ahead = Math.Min(weights.Forward.Length, sequence.Length - 1 - position);
        for (int distance = 1; distance <= ahead; distance++)
        {
            Add(item, sequence[position + distance], factor * weights.Forward[distance - 1], sums);
        }

        int behind = Math.Min(weights.Backward.Length, position);
        for (int distance = 1; distance <= behind; distance++)
        {
            Add(item, sequence[position - distance], factor * weights.Backward[distance - 1], sums);
        }
    }

    private static void Add(int item, int other, float weight, RowAccumulator sums)
    {
        if (weight != 0 && other != item)
        {
            sums.Add(other, weight);
        }
    }
}
