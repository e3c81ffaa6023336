using System.Collections.Concurrent;
using Vitrina.Engine.Events;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Ranking;

/// <summary>One candidate of an order that a first page fixed.</summary>
internal readonly record struct PinnedItem(int Ordinal, float SourceScore, float Propensity, uint Sources);

/// <summary>Where a page starts in an order that an earlier page fixed.</summary>
/// <param name="Items">The whole order; empty when it is no longer kept.</param>
/// <param name="FirstPlace">The first place that may stand on this page.</param>
/// <param name="ShownBefore">How many items earlier pages showed.</param>
/// <param name="FirstRankingId">The first page's ranking.</param>
internal sealed record PinnedPage(PinnedItem[] Items, int FirstPlace, int ShownBefore, string FirstRankingId)
{
    /// <summary>False when the order is no longer kept: the page is made anew and marked as degraded.</summary>
    public bool IsKept => Items.Length > 0;
}

/// <summary>Keeps the orders of answers that may be continued, so that paging neither repeats nor skips an item.</summary>
/// <remarks>
/// Pins the order, not the snapshot: 20 bytes a candidate instead of the pages of memory that an old snapshot would hold. Features of a later
/// page are those of its own time, as its own record says. Bounded: the oldest orders are forgotten.
/// </remarks>
internal sealed class PinnedPages(TokenSigner signer)
{
    private const int MaxOrders = 10_000;
    private const int MaxItems = 1_000;
    private readonly ConcurrentDictionary<string, PinnedItem[]> _orders = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _age = new();

    /// <summary>Keeps the order of an answer and makes the cursor for its next page.</summary>
    /// <returns>Null when nothing stands behind this page.</returns>
    public string? Pin(RankingContext context, string rankingId)
    {
        var next = context.PageCount;
        if (next >= context.OrderedCount && context.Page is not { IsKept: true })
        {
            return null;
        }

        var (firstId, shown) = (rankingId, next);
        if (context.Page is { IsKept: true } page)
        {
            // Places of this page's order are places of the pinned one, counted from the page's first.
            next = page.FirstPlace + context.PageEnd;
            if (next >= page.Items.Length)
            {
                return null;
            }

            (firstId, shown) = (page.FirstRankingId, page.ShownBefore + context.PageCount);
        }
        else
        {
            Keep(context, rankingId);
            shown += context.Page?.ShownBefore ?? 0;
        }

        var writer = new ByteWriter();
        writer.WriteString(firstId);
        writer.WriteVarInt(next);
        writer.WriteVarInt(shown);
        writer.WriteUInt64(RequestHash(context.Request));
        return signer.Seal(writer.Written);
    }

    private void Keep(RankingContext context, string rankingId)
    {
        var order = new PinnedItem[Math.Min(context.OrderedCount, MaxItems)];
        for (var place = 0; place < order.Length; place++)
        {
            var index = context.Order[place];
            order[place] = new PinnedItem(context.Scope.Ordinals[index], context.SourceScores[index], context.Propensities[place], context.SourcesOf(index));
        }

        _orders[rankingId] = order;
        _age.Enqueue(rankingId);
        while (_orders.Count > MaxOrders && _age.TryDequeue(out var oldest))
        {
            _orders.TryRemove(oldest, out _);
        }
    }

    /// <summary>Reads the request's cursor.</summary>
    /// <returns>Null without a cursor.</returns>
    /// <exception cref="RankRequestException">The cursor is not from here, or belongs to another request.</exception>
    public PinnedPage? Find(RankRequest request)
    {
        if (request.Cursor is null)
        {
            return null;
        }

        Span<byte> content = stackalloc byte[TokenSigner.MaxSealedBytes];
        if (!signer.TryUnseal(request.Cursor, content, out var length))
        {
            throw new RankRequestException("cursor", "the cursor is not one that this service gave; begin again without it", "bad_cursor");
        }

        var reader = new ByteReader(content[..length]);
        var (id, next, shown) = (reader.ReadString(), (int)reader.ReadVarInt(), (int)reader.ReadVarInt());
        if (reader.ReadUInt64() != RequestHash(request))
        {
            throw new RankRequestException("cursor", "the cursor belongs to another request: query, filters and sort must stay the same", "bad_cursor");
        }

        return new PinnedPage(_orders.GetValueOrDefault(id) ?? [], next, shown, id);
    }

    private static ulong RequestHash(RankRequest request)
    {
        var hash = Hash.Combine(Hash.Of64(request.Vertical), Hash.Of64(request.Surface));
        hash = Hash.Combine(hash, Hash.Of64(request.Query ?? ""));
        hash = Hash.Combine(hash, Hash.Of64(request.User ?? ""));
        hash = Hash.Combine(hash, Hash.Of64(request.Sort is { } sort ? $"{sort.By}/{sort.IsDescending}" : ""));
        foreach (var filter in request.Filters)
        {
            hash = Hash.Combine(hash, Hash.Of64(string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{filter.Attribute}={string.Join('|', filter.AnyOf)}/{filter.Min}/{filter.Max}")));
        }

        return hash;
    }
}
