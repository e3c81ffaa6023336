using System.IO.Compression;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Files;

namespace Vitrina.Tests.Kernels.Files;

public class WholeGzipStreamTests
{
    // Compressible and incompressible content, short and longer than the buffers, in one member and in three.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(15, 1)]
    [InlineData(70_000, 1)]
    [InlineData(300_000, 3)]
    public void What_was_packed_comes_back_and_every_cut_is_refused(int length, int members)
    {
        foreach (var isNoise in new[] { false, true })
        {
            var random = RandomStream.For(3, (ulong)length);
            byte[] content = [.. Enumerable.Range(0, length).Select(i => isNoise ? (byte)random.NextInt(256) : (byte)(i % 7))];
            var packed = Pack(content, members);
            Assert.Equal(content, Unpack(packed));
            int[] cuts = [1, 2, 7, 8, 9, 12, 17, 18, packed.Length / 3, packed.Length / 2, .. Enumerable.Range(0, 20).Select(_ => 1 + random.NextInt(packed.Length - 1))];
            var boundaries = Boundaries(content, members).ToHashSet();
            foreach (var cut in cuts.Where(cut => cut < packed.Length && !boundaries.Contains(packed.Length - cut)))
            {
                Assert.Throws<InvalidDataException>(() => Unpack(packed[..^cut]));
            }

            Assert.Throws<InvalidDataException>(() => Unpack([.. packed, 1, 2, 3]));
            packed[packed.Length / 2] ^= 0x40;
            Assert.ThrowsAny<InvalidDataException>(() => Assert.Equal(content, Unpack(packed)));
        }
    }

    // .NET writes nothing at all for no content.
    [Fact]
    public void An_empty_file_has_no_content() => Assert.Empty(Unpack([]));

    [Fact]
    public void Files_are_unpacked_by_name()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("vitrina-gzip-").FullName, "text.gz");
        File.WriteAllBytes(path, Pack("one\ntwo"u8.ToArray(), 1));
        using (var reader = new StreamReader(WholeGzipStream.OpenFile(path)))
        {
            Assert.Equal("one\ntwo", reader.ReadToEnd());
        }

        File.Move(path, path[..^3]);
        using (var plain = WholeGzipStream.OpenFile(path[..^3]))
        {
            Assert.Equal(0x1f, plain.ReadByte());
        }

        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    private static byte[] Pack(byte[] content, int members) => [.. content.Chunk(Math.Max(1, (content.Length + members - 1) / members)).DefaultIfEmpty([]).SelectMany(PackOne)];

    private static byte[] PackOne(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    // A file cut between two members is a whole file of fewer members.
    private static IEnumerable<int> Boundaries(byte[] content, int members)
    {
        var end = 0;
        yield return end;
        foreach (var member in content.Chunk(Math.Max(1, (content.Length + members - 1) / members)))
        {
            yield return end += PackOne(member).Length;
        }
    }

    // By odd portions, as readers ask.
    private static byte[] Unpack(byte[] packed)
    {
        using var stream = new WholeGzipStream(new MemoryStream(packed));
        using var content = new MemoryStream();
        var portion = new byte[4093];
        for (int read; (read = stream.Read(portion, 0, portion.Length)) > 0;)
        {
            content.Write(portion, 0, read);
        }

        Assert.Equal(0, stream.Read(portion, 0, 1));
        return content.ToArray();
    }
}
