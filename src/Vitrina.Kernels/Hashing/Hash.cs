using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Vitrina.Kernels.Hashing;

/// <summary>Hash functions whose values are the same on every machine, so they may be stored and compared across processes.</summary>
/// <remarks>
/// The byte hash is MurmurHash3 x64 128 with seed 0 (Austin Appleby, public domain). It is not keyed: do not use it against adversaries
/// who can choose keys. All members are safe for concurrent use.
/// </remarks>
public static class Hash
{
    private const ulong C1 = 0x87c37b91114253d5;
    private const ulong C2 = 0x4cf5ad432745937f;
    private const int StackBytes = 512;

    /// <summary>The 128-bit hash of <paramref name="data"/>; the upper half is the algorithm's first word, the lower half its second.</summary>
    public static UInt128 Of128(ReadOnlySpan<byte> data) => Of128(data, 0);

    /// <summary>The 128-bit hash of the UTF-8 form of <paramref name="text"/>; allocates nothing.</summary>
    /// <remarks>An unpaired surrogate counts as U+FFFD.</remarks>
    public static UInt128 Of128(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= StackBytes / 3)
        {
            Span<byte> buffer = stackalloc byte[StackBytes];
            return Of128(buffer[..Encoding.UTF8.GetBytes(text, buffer)], 0);
        }
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            return Of128(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), 0);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The upper half of <see cref="Of128(ReadOnlySpan{byte})"/>.</summary>
    public static ulong Of64(ReadOnlySpan<byte> data) => (ulong)(Of128(data, 0) >> 64);

    /// <summary>The upper half of <see cref="Of128(string)"/>.</summary>
    public static ulong Of64(string text) => (ulong)(Of128(text) >> 64);

    /// <summary>A bijection on 64 bits in which every input bit reaches every output bit; 0 maps to 0.</summary>
    /// <remarks>David Stafford's variant 13 of the MurmurHash3 finaliser, as used by SplitMix64.</remarks>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }

    /// <summary>One hash from two; the order of the arguments matters.</summary>
    public static ulong Combine(ulong first, ulong second)
    {
        // The golden-ratio increment of SplitMix64 keeps (0, 0) away from the fixed point of Mix.
        return Mix(Mix(first + 0x9e3779b97f4a7c15) ^ BitOperations.RotateLeft(second, 32) * 0xd1342543de82ef95);
    }

    internal static UInt128 Of128(ReadOnlySpan<byte> data, uint seed)
    {
        ulong h1 = seed, h2 = seed;
        var rest = data;
        while (rest.Length >= 16)
        {
            h1 ^= MixFirst(BinaryPrimitives.ReadUInt64LittleEndian(rest));
            h1 = (BitOperations.RotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
            h2 ^= MixSecond(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
            h2 = (BitOperations.RotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
            rest = rest[16..];
        }
        if (rest.Length > 0)
        {
            Span<byte> tail = stackalloc byte[16];
            tail.Clear();
            rest.CopyTo(tail);
            // A zero word mixes to zero, so the padded tail needs no case distinction.
            h2 ^= MixSecond(BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]));
            h1 ^= MixFirst(BinaryPrimitives.ReadUInt64LittleEndian(tail));
        }
        h1 ^= (ulong)data.Length;
        h2 ^= (ulong)data.Length;
        h1 += h2;
        h2 += h1;
        h1 = Finish(h1);
        h2 = Finish(h2);
        h1 += h2;
        h2 += h1;
        return new UInt128(h1, h2);
    }

    private static ulong MixFirst(ulong word) => BitOperations.RotateLeft(word * C1, 31) * C2;

    private static ulong MixSecond(ulong word) => BitOperations.RotateLeft(word * C2, 33) * C1;

    private static ulong Finish(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd;
        value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53;
        return value ^ (value >> 33);
    }
}
