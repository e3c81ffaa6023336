using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>An item of a match group that was found.</summary>
/// <param name="Item">Its ordinal.</param>
/// <param name="Group">The ordinal of the group's first item.</param>
/// <param name="Title">What its title says; null where the same is said in another group too, so that nothing follows from it.</param>
public readonly record struct MatchedItem(int Item, int Group, TitleKey? Title)
{
    /// <summary>Finds the match groups among a vertical's items; none where the engine does not find them itself.</summary>
    /// <param name="traits">Where their titles stand.</param>
    /// <param name="items">The items, by ordinal.</param>
    /// <param name="threads">Threads to use.</param>
    public static IReadOnlyList<MatchedItem> FindAll(OfferTraits traits, IReadOnlyList<Item> items, int threads)
    {
        ArgumentNullException.ThrowIfNull(traits);
        ArgumentNullException.ThrowIfNull(items);
        if (traits.Matcher is not { } matcher)
        {
            return [];
        }

        List<Item> titled = [.. items.Where(item => !item.IsDeleted && traits.TypeOf(item) >= 0 && item.Texts[traits.TitleSlot] is not null)];
        var groups = matcher.Match([.. titled.Select(item => new MatchableItem(traits.TypeOf(item), item.Texts[traits.TitleSlot]!, item.SellerOrdinal))], threads, out var keys);
        var (matched, groupOf) = (new List<MatchedItem>(), new Dictionary<TitleKey, int>());
        for (var at = 0; at < groups.Length; at++)
        {
            if (groups[at] >= 0)
            {
                var isOwn = groupOf.TryAdd(keys[at], groups[at]) || groupOf[keys[at]] == groups[at];
                matched.Add(new MatchedItem(titled[at].Ordinal, titled[groups[at]].Ordinal, isOwn ? keys[at] : null));
            }
        }

        return matched;
    }

    /// <summary>Writes items.</summary>
    internal static void WriteAll(ByteWriter writer, IReadOnlyCollection<MatchedItem> items)
    {
        writer.WriteVarUInt((ulong)items.Count);
        foreach (var (item, group, title) in items)
        {
            writer.WriteVarUInt((ulong)item);
            writer.WriteVarUInt((ulong)group);
            writer.WriteVarInt(title?.Type ?? -1);
            if (title is { } key)
            {
                writer.WriteUInt64(key.Details);
                writer.WriteUInt64(key.Words);
            }
        }
    }

    /// <summary>Reads what <see cref="WriteAll"/> wrote.</summary>
    internal static IReadOnlyList<MatchedItem> ReadAll(ref ByteReader reader)
    {
        var items = new MatchedItem[reader.ReadCount(3)];
        for (var i = 0; i < items.Length; i++)
        {
            var (item, group, type) = ((int)reader.ReadVarUInt(), (int)reader.ReadVarUInt(), (int)reader.ReadVarInt());
            items[i] = new MatchedItem(item, group, type < 0 ? null : new TitleKey(type, reader.ReadUInt64(), reader.ReadUInt64()));
        }

        return items;
    }
}
