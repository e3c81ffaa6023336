using System.Buffers;
using System.Text;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Events;

/// <summary>The keys by which the journal recognises what it has already taken.</summary>
/// <remarks>
/// An event and an imported ranking are known by their ids; a catalogue change by its whole content with its time, so that an import that is run
/// again changes nothing even where an item changed several times. Rankings that this engine answered have no key: nobody sends them twice.
/// </remarks>
public static class DedupeKeys
{
    private const int StackBytes = 512;

    /// <summary>The key of an event: the hash of <c>e</c> and its id.</summary>
    public static UInt128 OfEvent(string id) => OfTagged((byte)'e', id);

    /// <summary>The key of an imported ranking: the hash of <c>r</c> and its id.</summary>
    public static UInt128 OfRanking(string id) => OfTagged((byte)'r', id);

    /// <summary>The key of an imported catalogue change.</summary>
    /// <param name="kind">What the payload means.</param>
    /// <param name="payload">The change in the journal's form.</param>
    public static UInt128 OfChange(EntryKind kind, ReadOnlySpan<byte> payload) =>
        Hash.Of128(payload) ^ new UInt128(Hash.Mix((ulong)kind), Hash.Mix((ulong)kind + 256));

    /// <summary>The key with which an entry was, or would have been, appended; 0 when its kind has none.</summary>
    public static UInt128 Of(JournalEntry entry)
    {
        try
        {
            switch (entry.Kind)
            {
                case EntryKind.Event:
                    return OfEvent(IdOf(entry.Payload.Span));
                case EntryKind.Ranking:
                    return IsImported(entry.Payload.Span) ? OfRanking(IdOf(entry.Payload.Span)) : default;
                case EntryKind.ItemPut or EntryKind.ItemPatch or EntryKind.ItemDelete or EntryKind.UserPut or EntryKind.SellerPut or EntryKind.FeatureRows:
                    return OfChange(entry.Kind, entry.Payload.Span);
                default:
                    return default;
            }
        }
        catch (CodecException)
        {
            // An entry of a newer version: its reader will name the problem; here it only has no key.
            return default;
        }
    }

    // Events and rankings begin alike: version, id.
    private static string IdOf(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        reader.ReadByte();
        return reader.ReadString();
    }

    private static bool IsImported(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        reader.ReadByte();
        reader.ReadBlob();
        reader.ReadBlob();
        reader.ReadBlob();
        reader.ReadVarInt();
        reader.ReadVarInt();
        return (RankingOrigin)reader.ReadByte() == RankingOrigin.Imported;
    }

    private static UInt128 OfTagged(byte tag, string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Length <= (StackBytes - 1) / 3)
        {
            Span<byte> buffer = stackalloc byte[StackBytes];
            buffer[0] = tag;
            return Hash.Of128(buffer[..(1 + Encoding.UTF8.GetBytes(id, buffer[1..]))]);
        }

        var rented = ArrayPool<byte>.Shared.Rent(1 + Encoding.UTF8.GetMaxByteCount(id.Length));
        rented[0] = tag;
        var key = Hash.Of128(rented.AsSpan(0, 1 + Encoding.UTF8.GetBytes(id, rented.AsSpan(1))));
        ArrayPool<byte>.Shared.Return(rented);
        return key;
    }
}
