using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Tests.Kernels.Hashing;

public class Crc32CTests
{
    [Fact]
    public void Published_vectors_come_out()
    {
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
        Assert.Equal(0u, Crc32C.Of([]));
        // RFC 3720, appendix B.4.
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of(Enumerable.Range(0, 32).Select(value => (byte)value).ToArray()));
    }

    [Fact]
    public void Any_split_and_the_plain_bitwise_version_agree()
    {
        var stream = RandomStream.For(2, 0);
        var data = new byte[67];
        for (var index = 0; index < data.Length; index++)
        {
            data[index] = (byte)stream.NextUInt64();
        }
        for (var split = 0; split <= data.Length; split++)
        {
            Assert.Equal(Bitwise(data), Crc32C.Append(Crc32C.Of(data.AsSpan(0, split)), data.AsSpan(split)));
        }
    }

    private static uint Bitwise(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
            }
        }
        return ~crc;
    }
}
