using System.Numerics;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>How the best items are found.</summary>
internal sealed partial class TextSnapshot
{
    /// <summary>Finds the best items for a query; of equal scores the smaller ordinal comes first.</summary>
    /// <param name="query">The words; an item needs those that are demanded, and at least one.</param>
    /// <param name="filter">Says which items may be answered.</param>
    /// <param name="limit">How many at most; the spans must hold so many.</param>
    /// <param name="scratch">Memory to work in.</param>
    /// <param name="ordinals">Receives the items, best first.</param>
    /// <param name="scores">Receives their scores, above 0.</param>
    /// <returns>How many were found.</returns>
    /// <remarks>Exactly what scoring every item gives. Cost: far below the postings of the terms, see <see cref="SegmentSearch{TFilter}"/>. Allocates nothing.</remarks>
    public int Search<TFilter>(TextQuery query, TFilter filter, int limit, TextSearchScratch scratch, Span<int> ordinals, Span<float> scores)
        where TFilter : struct, IItemFilter
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        Resolve(query, scratch);
        var words = BitOperations.PopCount(scratch.AllWords);
        var share = (int)Math.Ceiling((query.MinimumShouldMatch * words) - 1e-9);
        var needed = Math.Max(1, Math.Max(Math.Min(query.MinimumWords, words), share));
        scratch.Best.Reset(limit);
        if (limit == 0 || needed > words)
        {
            return 0;
        }

        foreach (var view in Segments)
        {
            new SegmentSearch<TFilter>(this, view, filter, query.RequiredWords, needed, scratch).Run();
        }

        return scratch.Best.DrainDescending(ordinals, scores);
    }
}
