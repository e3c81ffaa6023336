using System.Globalization;
using System.Runtime.InteropServices;
using Vitrina.Engine.Events;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Ranking;

/// <summary>What a later page must know of the earlier ones: what was shown, and the seed. It travels with the caller, signed.</summary>
/// <remarks>
/// A page is the best of what was not yet shown: nothing repeats, nothing is skipped when items come and go meanwhile, and neither memory nor a
/// restart ends a cursor's life. The seed is pinned, so that exploration draws the same numbers for the same items on every page.
/// </remarks>
/// <param name="Seed">Seeds everything random in all pages of one answer.</param>
/// <param name="ShownOrdinals">Ordinals of the items on earlier pages.</param>
internal sealed record PageCursor(ulong Seed, HashSet<int> ShownOrdinals)
{
    /// <summary>The mark of a candidate that an earlier page showed.</summary>
    public const string EarlierMark = "page:earlier";

    // At three bytes an item this is as much as a URL-safe token of 8 KB holds; nobody reads further.
    private const int MaxShown = 1000;

    // Other than the first byte of an item's token, so that one cannot pass for the other.
    private const byte Format = 0x43;

    /// <summary>The cursor of the page behind this one.</summary>
    /// <returns>Null when nothing stands behind it, or too much stood before it.</returns>
    public static string? Next(RankingContext context, TokenSigner signer)
    {
        var shown = (context.Page?.ShownOrdinals.Count ?? 0) + context.PageCount;
        if (context.OrderedCount <= context.PageCount || shown > MaxShown)
        {
            return null;
        }

        var ordinals = new int[shown];
        context.Page?.ShownOrdinals.CopyTo(ordinals);
        for (var place = 0; place < context.PageCount; place++)
        {
            ordinals[shown - context.PageCount + place] = context.Scope.Ordinals[context.Order[place]];
        }

        Array.Sort(ordinals);
        var writer = new ByteWriter();
        writer.WriteByte(Format);
        writer.WriteUInt64(RequestHash(context.Request));
        writer.WriteUInt64(context.Seed);
        writer.WriteVarUInt((ulong)shown);
        var previous = 0;
        foreach (var ordinal in ordinals)
        {
            writer.WriteVarUInt((ulong)(ordinal - previous));
            previous = ordinal;
        }

        return signer.Seal(writer.Written);
    }

    /// <summary>Reads a request's cursor.</summary>
    /// <returns>Null without a cursor.</returns>
    /// <exception cref="RankRequestException">The cursor is not from here, or belongs to another request.</exception>
    public static PageCursor? Read(RankRequest request, TokenSigner signer)
    {
        if (request.Cursor is null)
        {
            return null;
        }

        if (signer.TryUnseal(request.Cursor) is not { } content)
        {
            throw new RankRequestException("cursor", "the cursor is not one that this service gave; begin again without it", "bad_cursor");
        }

        var reader = new ByteReader(content);
        if (reader.ReadByte() != Format || reader.ReadUInt64() != RequestHash(request))
        {
            throw new RankRequestException("cursor", "the cursor belongs to another request: vertical, surface, user, query, filters, items and sort must stay the same", "bad_cursor");
        }

        var seed = reader.ReadUInt64();
        var shown = new HashSet<int>();
        var ordinal = 0;
        for (var left = reader.ReadCount(1); left > 0; left--)
        {
            ordinal += (int)reader.ReadVarUInt();
            shown.Add(ordinal);
        }

        return new PageCursor(seed, shown);
    }

    private static ulong RequestHash(RankRequest request)
    {
        var hash = Hash.Combine(Hash.Of64(request.Vertical), Hash.Of64(request.Surface));
        hash = Hash.Combine(hash, Hash.Of64(request.Query ?? ""));
        hash = Hash.Combine(hash, Hash.Of64(request.User ?? ""));
        hash = Hash.Combine(hash, Hash.Of64(request.ContextOf("item") ?? ""));
        foreach (var (name, vector) in request.Vectors)
        {
            hash = Hash.Combine(hash, Hash.Combine(Hash.Of64(name), Hash.Of64(MemoryMarshal.AsBytes(vector.AsSpan()))));
        }

        hash = Hash.Combine(hash, Hash.Of64(request.Sort is { } sort ? $"{sort.By}/{sort.IsDescending}" : ""));
        for (var i = 0; i < request.Items.Count; i++)
        {
            hash = Hash.Combine(hash, Hash.Of64(request.Items[i]));
        }

        foreach (var filter in request.Filters)
        {
            hash = Hash.Combine(hash, Hash.Of64(string.Create(CultureInfo.InvariantCulture, $"{filter.Attribute}={string.Join('|', filter.AnyOf)}/{filter.Min}/{filter.Max}/{filter.Within}")));
        }

        return hash;
    }
}
