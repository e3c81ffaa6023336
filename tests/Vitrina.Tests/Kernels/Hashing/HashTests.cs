using System.Buffers.Binary;
using System.Text;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Tests.Kernels.Hashing;

public class HashTests
{
    [Theory]
    [InlineData("", 0x0000000000000000ul, 0x0000000000000000ul)]
    [InlineData("hello", 0xcbd8a7b341bd9b02ul, 0x5b1e906a48ae1d19ul)]
    [InlineData("hello, world", 0x342fac623a5ebc8eul, 0x4cdcbc079642414dul)]
    [InlineData("19 Jan 2038 at 3:14:07 AM", 0xb89e5988b737affcul, 0x664fc2950231b2cbul)]
    [InlineData("The quick brown fox jumps over the lazy dog.", 0xcd99481f9ee902c9ul, 0x695da1a38987b6e7ul)]
    public void Text_hashes_to_the_published_MurmurHash3_values(string text, ulong first, ulong second)
    {
        Assert.Equal(new UInt128(first, second), Hash.Of128(text));
        Assert.Equal(new UInt128(first, second), Hash.Of128(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(first, Hash.Of64(text));
        Assert.Equal(first, Hash.Of64(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void The_SMHasher_verification_value_comes_out()
    {
        // SMHasher: keys {}, {0}, {0,1}, … with seeds 256 - length; the hash of all hashes begins with 0x6384BA69 for x64 128.
        var key = new byte[256];
        var hashes = new byte[256 * 16];
        for (var length = 0; length < 256; length++)
        {
            key[length] = (byte)length;
            var hash = Hash.Of128(key.AsSpan(0, length), (uint)(256 - length));
            BinaryPrimitives.WriteUInt64LittleEndian(hashes.AsSpan(length * 16), (ulong)(hash >> 64));
            BinaryPrimitives.WriteUInt64LittleEndian(hashes.AsSpan(length * 16 + 8), (ulong)hash);
        }
        Assert.Equal(0x6384BA69u, (uint)(ulong)(Hash.Of128(hashes) >> 64));
    }

    [Fact]
    public void Long_and_foreign_text_hashes_as_its_UTF8_bytes()
    {
        foreach (var length in new[] { 1, 169, 170, 171, 5000 })
        {
            var text = string.Concat(Enumerable.Repeat("ж€𝄞a", length))[..length];
            Assert.Equal(Hash.Of128(Encoding.UTF8.GetBytes(text)), Hash.Of128(text));
        }
    }

    [Fact]
    public void Hashing_short_text_allocates_nothing()
    {
        var text = "listing-1234567890";
        _ = Hash.Of128(text);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = Hash.Of128(text);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Mixing_flips_half_of_the_bits_for_each_input_bit()
    {
        var stream = RandomStream.For(1, 0);
        double flips = 0;
        for (var trial = 0; trial < 2000; trial++)
        {
            var value = stream.NextUInt64();
            for (var bit = 0; bit < 64; bit++)
            {
                flips += ulong.PopCount(Hash.Mix(value) ^ Hash.Mix(value ^ (1ul << bit)));
            }
        }
        Assert.Equal(32, flips / (2000 * 64), 0.1);
    }

    [Fact]
    public void Combining_tells_orders_and_neighbours_apart()
    {
        var seen = new HashSet<ulong>();
        for (ulong first = 0; first < 300; first++)
        {
            for (ulong second = 0; second < 300; second++)
            {
                Assert.True(seen.Add(Hash.Combine(first, second)));
            }
        }
    }
}
