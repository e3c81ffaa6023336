using Vitrina.Kernels.Chance;

namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>Randomises the top of a page a little and says with which probabilities (DESIGN, decision 11).</summary>
/// <remarks>
/// Places are drawn one after the other in proportion to exp(score / temperature) of the items left: the Plackett-Luce model (Plackett, The
/// Analysis of Permutations, 1975), drawn by adding Gumbel noise and sorting.
/// </remarks>
internal static class PlackettLuce
{
    private const ulong Purpose = 0x6578_706C_6F72_65;

    /// <summary>Redraws the first places.</summary>
    /// <param name="context">The request, ordered by score.</param>
    /// <param name="temperature">In units of the score; above 0.</param>
    /// <param name="top">How many first places take part.</param>
    public static void Explore(RankingContext context, double temperature, int top)
    {
        if (top < 2)
        {
            return;
        }

        Span<double> keys = top <= 256 ? stackalloc double[top] : new double[top];
        var order = context.Order.AsSpan(0, top);
        for (var place = 0; place < top; place++)
        {
            // One stream per item: what stands beside it, or was shown before it, does not change an item's draw.
            var random = RandomStream.For(context.Seed, (ulong)context.Scope.Ordinals[order[place]], Purpose);
            keys[place] = -((context.Scores[order[place]] / temperature) + random.NextGumbel());
        }

        MemoryExtensions.Sort(keys, order);
        Propensities(context, temperature, order);
    }

    private static void Propensities(RankingContext context, double temperature, ReadOnlySpan<int> order)
    {
        var best = float.NegativeInfinity;
        foreach (var index in order)
        {
            best = Math.Max(best, context.Scores[index]);
        }

        // From the last place up, so that small remainders are summed before large ones.
        var left = 0.0;
        for (var place = order.Length - 1; place >= 0; place--)
        {
            var weight = Math.Exp((context.Scores[order[place]] - best) / temperature);
            left += weight;
            context.Propensities[place] = left > 0 ? (float)(weight / left) : 1;
        }
    }
}
