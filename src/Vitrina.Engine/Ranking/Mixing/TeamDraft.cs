using Vitrina.Kernels.Chance;

namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>Drafts one order from two: in each turn the arm with fewer picks, at a tie a coin, places its best candidate that is left.</summary>
/// <remarks>Team draft: Radlinski, Kurup and Joachims, How Does Clickthrough Data Reflect Retrieval Quality, 2008, section 4.3.</remarks>
internal static class TeamDraft
{
    /// <summary>Writes the drafted order.</summary>
    /// <param name="first">The first arm's order.</param>
    /// <param name="second">The second arm's order; the same candidates.</param>
    /// <param name="random">The coins.</param>
    /// <param name="order">Receives the order; as long as the arms' orders.</param>
    /// <param name="teams">Receives, by candidate, 1 or 2; 0 where both orders begin alike: such places credit nobody.</param>
    /// <param name="propensities">Receives the probability of each place's candidate given those above it.</param>
    public static void Merge(ReadOnlySpan<int> first, ReadOnlySpan<int> second, ref RandomStream random, Span<int> order, Span<byte> teams, Span<float> propensities)
    {
        var written = 0;
        while (written < first.Length && first[written] == second[written])
        {
            (teams[first[written]], propensities[written]) = (0, 1);
            order[written] = first[written];
            written++;
        }

        var prefix = written;
        var taken = new HashSet<int>(first.Length);
        var (atFirst, atSecond, picksFirst, picksSecond) = (prefix, prefix, 0, 0);
        while (written < first.Length)
        {
            atFirst = Skip(first, atFirst, taken);
            atSecond = Skip(second, atSecond, taken);
            var isTie = picksFirst == picksSecond;
            var isFirst = isTie ? random.NextBool(0.5) : picksFirst < picksSecond;
            var pick = isFirst ? first[atFirst] : second[atSecond];
            propensities[written] = isTie && first[atFirst] != second[atSecond] ? 0.5f : 1;
            (picksFirst, picksSecond) = isFirst ? (picksFirst + 1, picksSecond) : (picksFirst, picksSecond + 1);
            teams[pick] = isFirst ? (byte)1 : (byte)2;
            taken.Add(pick);
            order[written++] = pick;
        }
    }

    private static int Skip(ReadOnlySpan<int> order, int at, HashSet<int> taken)
    {
        while (taken.Contains(order[at]))
        {
            at++;
        }

        return at;
    }
}
