using System.Text;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Catalog;

/// <summary>Makes items of stored puts with nothing in between: what <see cref="ItemChange.Read"/> and <see cref="VerticalItems.Build"/> make together, for a start with a million of them.</summary>
/// <remarks>For one thread; several decoders may work at the same time beside the catalogue's writer, because none gives a number to anything.</remarks>
/// <param name="verticals">The declared verticals by name.</param>
/// <param name="sellers">The sellers' ids.</param>
internal sealed class ItemDecoder(IReadOnlyDictionary<string, VerticalItems> verticals, SymbolTable sellers)
{
    // Sizes, colours and delivery times that many items have alike are held once; a place keeps what came last.
    private const int SharedMask = (1 << 12) - 1;

    private sealed record Layout(VerticalItems Items, Item Blank, byte[][] Names)
    {
        public byte[] Name { get; } = Encoding.UTF8.GetBytes(Blank.Vertical);
    }

    private readonly List<Layout> _layouts = [];
    private readonly SymbolTable _zones = new();
    private readonly int[]?[] _lists = new int[]?[SharedMask + 1];
    private readonly NamedNumber[]?[] _zoned = new NamedNumber[]?[SharedMask + 1];
    private char[] _characters = new char[256];

    /// <summary>The item that a stored put makes; null when something in it has no number yet or is of a rare form: then the plain way makes it.</summary>
    /// <exception cref="CodecException">The bytes are not an item change of a known version.</exception>
    public Item? TryDecode(int ordinal, bool isDeleted, ReadOnlySpan<byte> put)
    {
        var reader = new ByteReader(put);
        if (reader.ReadByte() != ItemChange.CodecVersion || (ItemChangeKind)reader.ReadByte() != ItemChangeKind.Put)
        {
            return null;
        }

        var id = reader.ReadString();
        var atMs = reader.ReadVarInt();
        if (!TryReadOptional(ref reader, out var vertical) || LayoutOf(vertical) is not { } layout)
        {
            return null;
        }

        var owner = reader.ReadOptionalString();
        var seller = TryReadOptional(ref reader, out var sellerId) ? sellers.Find(CharactersOf(sellerId)) : -1;
        if (seller < 0 && !sellerId.IsEmpty)
        {
            return null;
        }

        var present = (ItemChange.Present)reader.ReadByte();
        var blank = layout.Blank;
        var item = new Item
        {
            Ordinal = ordinal,
            Id = new ItemId(id),
            Schema = blank.Schema,
            Vertical = blank.Vertical,
            Owner = owner,
            Seller = seller < 0 ? null : sellers[seller],
            SellerOrdinal = seller,
            ChangedAtMs = atMs,
            PublishedAtMs = (present & ItemChange.Present.Published) != 0 ? reader.ReadVarInt() : atMs,
            ExpiresAtMs = (present & ItemChange.Present.Expires) != 0 ? reader.ReadVarInt() : long.MaxValue,
            Stock = (present & ItemChange.Present.Stock) != 0 ? (int)reader.ReadVarInt() : -1,
            IsActive = !isDeleted && (present & (ItemChange.Present.Active | ItemChange.Present.ActiveValue)) != ItemChange.Present.Active,
            IsDeleted = isDeleted,
            Numbers = Copy(blank.Numbers),
            Keywords = Copy(blank.Keywords),
            KeywordLists = Copy(blank.KeywordLists),
            Texts = Copy(blank.Texts),
            Vectors = Copy(blank.Vectors),
            Zones = Copy(blank.Zones),
        };
        return TryReadAttributes(ref reader, layout, item) ? item : null;
    }

    private static T[] Copy<T>(T[] values) => values.Length == 0 ? values : values.AsSpan().ToArray();

    private Layout? LayoutOf(ReadOnlySpan<byte> vertical)
    {
        foreach (var layout in _layouts)
        {
            if (vertical.SequenceEqual(layout.Name))
            {
                return layout;
            }
        }

        if (!verticals.TryGetValue(Encoding.UTF8.GetString(vertical), out var items) || items.TryBlank() is not { } blank)
        {
            return null;
        }

        _layouts.Add(new Layout(items, blank, [.. items.Schema.Slots.Select(slot => Encoding.UTF8.GetBytes(slot.Name))]));
        return _layouts[^1];
    }

    // A put of a present state names the attributes in the order of the schema.
    private bool TryReadAttributes(ref ByteReader reader, Layout layout, Item item)
    {
        var next = 0;
        for (var left = reader.ReadCount(2); left > 0; left--)
        {
            var name = reader.ReadBlob();
            var looked = 0;
            while (looked < layout.Names.Length && !name.SequenceEqual(layout.Names[next]))
            {
                next = next + 1 == layout.Names.Length ? 0 : next + 1;
                looked++;
            }

            if (looked == layout.Names.Length)
            {
                // The vertical's file names it no more.
                AttributeValue.Read(ref reader);
            }
            else if (!TryRead(ref reader, layout.Items, layout.Items.Schema.Slots[next], item))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryRead(ref ByteReader reader, VerticalItems items, AttributeSlot slot, Item item)
    {
        if (slot.Storage is not (AttributeStorage.Keywords or AttributeStorage.KeywordLists))
        {
            items.Set(item, slot, AttributeValue.Read(ref reader, _zones, ref _characters));
            if (slot.ZoneSlot >= 0 && item.Zones[slot.ZoneSlot] is { } zones)
            {
                item.Zones[slot.ZoneSlot] = Shared(_zoned, zones);
            }

            return true;
        }

        var kind = (AttributeValueKind)reader.ReadByte();
        if (kind == AttributeValueKind.Absent)
        {
            items.Set(item, slot, default);
            return true;
        }

        if (slot.Storage == AttributeStorage.Keywords)
        {
            return kind == AttributeValueKind.Text && TryFind(ref reader, items.Keywords[slot.Slot], out item.Keywords[slot.Slot]);
        }

        if (kind != AttributeValueKind.Texts)
        {
            return false;
        }

        var ordinals = new int[reader.ReadCount()];
        for (var i = 0; i < ordinals.Length; i++)
        {
            if (!TryFind(ref reader, items.ListKeywords[slot.Slot], out ordinals[i]))
            {
                return false;
            }
        }

        item.KeywordLists[slot.Slot] = Shared(_lists, ordinals);
        return true;
    }

    private static T[] Shared<T>(T[]?[] known, T[] values)
        where T : IEquatable<T>
    {
        var hash = new HashCode();
        foreach (var value in values)
        {
            hash.Add(value);
        }

        ref var place = ref known[hash.ToHashCode() & SharedMask];
        return place is not null && place.AsSpan().SequenceEqual(values) ? place : place = values;
    }

    private bool TryFind(ref ByteReader reader, SymbolTable table, out int ordinal) => (ordinal = table.Find(CharactersOf(reader.ReadBlob()))) >= 0;

    private ReadOnlySpan<char> CharactersOf(ReadOnlySpan<byte> utf8) => CharactersOf(utf8, ref _characters);

    /// <summary>The characters of a text, in memory that the next call uses again.</summary>
    internal static ReadOnlySpan<char> CharactersOf(ReadOnlySpan<byte> utf8, ref char[] memory)
    {
        if (memory.Length < utf8.Length)
        {
            memory = new char[2 * utf8.Length];
        }

        return memory.AsSpan(0, Encoding.UTF8.GetChars(utf8, memory));
    }

    private static bool TryReadOptional(ref ByteReader reader, out ReadOnlySpan<byte> utf8)
    {
        var length = reader.ReadVarUInt();
        utf8 = length == 0 ? [] : reader.ReadBytes((int)Math.Min(length - 1, int.MaxValue));
        return length > 0;
    }
}
