using System.Buffers.Binary;
using System.Numerics;

namespace Vitrina.Kernels.Hashing;

/// <summary>The CRC-32C checksum (Castagnoli polynomial, RFC 3720 appendix B.4), with the processor's instruction where there is one.</summary>
public static class Crc32C
{
    /// <summary>The checksum of <paramref name="data"/>; of nothing it is 0.</summary>
    public static uint Of(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of the bytes behind <paramref name="crc"/> followed by <paramref name="data"/>.</summary>
    /// <param name="crc">A finished checksum, 0 for no bytes.</param>
    /// <param name="data">The bytes that follow.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        while (data.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }
        foreach (var value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }
        return ~crc;
    }
}
