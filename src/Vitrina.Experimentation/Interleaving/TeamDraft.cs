using Vitrina.Kernels.Chance;

namespace Vitrina.Experimentation.Interleaving;

/// <summary>One place of an interleaved list.</summary>
/// <param name="Item">The item's number.</param>
/// <param name="Team">0 = the first ranker's pick, 1 = the second's, −1 = the common beginning, which earns no credit.</param>
public readonly record struct DraftedPlace(int Item, int Team);

/// <summary>Team-draft interleaving of two rankings.</summary>
/// <remarks>Radlinski, Kurup and Joachims, "How does clickthrough data reflect retrieval quality?", CIKM 2008: the ranker with fewer picks, by a coin when equal, places its best unused item.</remarks>
public static class TeamDraft
{
    /// <summary>Interleaves two rankings.</summary>
    /// <param name="first">Items of the first ranker, best first, without repetition.</param>
    /// <param name="second">Items of the second ranker.</param>
    /// <param name="length">Places to fill.</param>
    /// <param name="stream">Coins.</param>
    public static IReadOnlyList<DraftedPlace> Draw(IReadOnlyList<int> first, IReadOnlyList<int> second, int length, ref RandomStream stream)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var places = new List<DraftedPlace>();
        var used = new HashSet<int>();
        while (places.Count < length && places.Count < first.Count && places.Count < second.Count && first[places.Count] == second[places.Count])
        {
            used.Add(first[places.Count]);
            places.Add(new DraftedPlace(first[places.Count], -1));
        }

        Span<int> at = [0, 0], picks = [0, 0];
        while (places.Count < length)
        {
            Skip(first, used, ref at[0]);
            Skip(second, used, ref at[1]);
            bool hasFirst = at[0] < first.Count, hasSecond = at[1] < second.Count;
            if (!hasFirst && !hasSecond)
            {
                break;
            }

            // An empty ranker drops out.
            var team = !hasFirst ? 1 : !hasSecond ? 0 : picks[0] != picks[1] ? (picks[0] < picks[1] ? 0 : 1) : stream.NextBool(0.5) ? 0 : 1;
            var item = (team == 0 ? first : second)[at[team]];
            used.Add(item);
            picks[team]++;
            places.Add(new DraftedPlace(item, team));
        }

        return places;
    }

    private static void Skip(IReadOnlyList<int> items, HashSet<int> used, ref int at)
    {
        while (at < items.Count && used.Contains(items[at]))
        {
            at++;
        }
    }
}
