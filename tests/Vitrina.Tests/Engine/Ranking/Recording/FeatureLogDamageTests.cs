using Vitrina.Engine.Ranking.Recording;
using Vitrina.Kernels.Chance;
using Vitrina.Tests.Engine.Journal;
using static Vitrina.Tests.Engine.Ranking.Recording.FeatureBlocks;

namespace Vitrina.Tests.Engine.Ranking.Recording;

public sealed class FeatureLogDamageTests : IDisposable
{
    private const int BlockCount = 12;
    private const int PerPart = 3;

    // A file of format version 1, which opens forever: five rankings in one part, then one without rows.
    private const string Version1 =
        "VklUUkZFQVQBAAAAAMAsyJkBAAB8j7BJVkZQVNwAAACYbeRbm6OPaQIFcHJpY2ULYm0yNSh0aXRsZSkFD0czG0YAAOTl0V1RlETwoiThYEDd1CY2ocEGnHMg" +
        "mlK42UWtS7vWavHo45l/biPHQACOMEEQhwErG4YAAATSPK1gQXrXfII6GMyGDDmQdmBsnkHFVF/3n9c7i0LVRACYWWQZAB4RGx0AAKQBAgQGlDLZFGFkAwE8" +
        "Ixs7AAAEMnbDx0f6HYYhDoIwwKoZjQIRVfK+qlk752rGNgAAPCobOwAABGR4CYZhQjXBMLzB4XCCAwb41IUZhQpAuvwRe/PVvHrtcyMJAABWRlBUJAAAAEnV" +
        "OPH5JlJCAQVvdGhlcgEAEwAJcmFua2luZyA12g/kgOaCuWYAAAAAAAAA";

    private readonly TemporaryFolder _folder = new();
    private readonly string[] _texts = Texts(Enumerable.Range(0, BlockCount).Select(i => Block(i)));
    private readonly string _path;
    private readonly byte[] _bytes;

    public FeatureLogDamageTests()
    {
        using (var writer = FeatureLogWriter.Open(_folder.Path, new FeatureLogOptions { BlocksPerSegmentPart = PerPart }, new ManualTime(StartMs)))
        {
            for (var i = 0; i < BlockCount; i += PerPart)
            {
                Assert.All(Enumerable.Range(i, PerPart), number => Assert.True(writer.TryAdd(Block(number))));
                writer.Flush();
            }
        }

        _path = Directory.GetFiles(_folder.Path).Single();
        _bytes = File.ReadAllBytes(_path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Any_flipped_bit_costs_one_part_at_most_and_is_named()
    {
        var random = RandomStream.For(3, "damage");
        for (var position = FeatureLogFormat.HeaderBytes; position < _bytes.Length; position++)
        {
            var damaged = (byte[])_bytes.Clone();
            damaged[position] ^= (byte)(1 << random.NextInt(8));
            var (read, messages) = Read(damaged);
            Assert.Equal(BlockCount - PerPart, read.Length);
            Assert.Empty(read.Except(_texts));
            Assert.Contains(_path, Assert.Single(messages), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void File_cut_anywhere_gives_its_whole_parts()
    {
        var last = 0;
        for (var length = 0; length < _bytes.Length; length++)
        {
            var (read, messages) = Read(_bytes[..length]);
            Assert.Equal(_texts[..read.Length], read);
            Assert.Equal(0, read.Length % PerPart);
            Assert.True(read.Length >= last);
            Assert.True(messages.Count <= 1);
            last = read.Length;
        }

        Assert.Equal(BlockCount - PerPart, last);
    }

    [Fact]
    public void Parts_behind_foreign_bytes_are_found()
    {
        var random = RandomStream.For(4, "foreign");
        foreach (var count in new[] { 1, 15, 16, 17, 70_000, 131_072 })
        {
            var foreign = new byte[count];
            for (var i = 0; i < count; i++)
            {
                foreign[i] = i % 9 < 4 ? "VFPT"u8[i % 9] : (byte)random.NextInt(256);
            }

            var (read, messages) = Read([.. _bytes[..FeatureLogFormat.HeaderBytes], .. foreign, .. _bytes[FeatureLogFormat.HeaderBytes..]]);
            Assert.Equal(_texts, read);
            Assert.Single(messages);
        }
    }

    [Fact]
    public void Damaged_header_and_newer_version_skip_the_file_and_are_named()
    {
        var other = FeatureLogFormat.PathOf(_folder.Path, StartMs + 1);
        File.WriteAllBytes(other, _bytes);
        foreach (var position in Enumerable.Range(0, FeatureLogFormat.HeaderBytes))
        {
            var damaged = (byte[])_bytes.Clone();
            damaged[position] ^= 4;
            var (read, messages) = Read(damaged);
            Assert.Equal(_texts, read);
            Assert.Contains("header is damaged", Assert.Single(messages), StringComparison.Ordinal);
        }

        var newer = (byte[])_bytes.Clone();
        newer[8] = 2;
        BitConverter.TryWriteBytes(newer.AsSpan(20), Vitrina.Kernels.Hashing.Crc32C.Of(newer.AsSpan(0, 20)));
        Assert.Contains("format version 2", Assert.Single(Read(newer).Messages), StringComparison.Ordinal);
    }

    [Fact]
    public void Bodies_with_a_right_checksum_but_foreign_content_are_named()
    {
        var random = RandomStream.For(6, "bodies");
        var body = _bytes.AsSpan(FeatureLogFormat.HeaderBytes + FeatureLogFormat.PartHeadBytes, 200).ToArray();
        for (var trial = 0; trial < 2000; trial++)
        {
            var changed = (byte[])body.Clone();
            for (var i = 0; i < 3; i++)
            {
                changed[random.NextInt(changed.Length)] = (byte)random.NextUInt64();
            }

            var part = new byte[FeatureLogFormat.PartHeadBytes + changed.Length];
            changed.CopyTo(part, FeatureLogFormat.PartHeadBytes);
            FeatureLogFormat.WritePartHead(part, changed);
            var (read, _) = Read([.. _bytes[..FeatureLogFormat.HeaderBytes], .. part, .. _bytes[FeatureLogFormat.HeaderBytes..]]);
            Assert.Equal(_texts, read[^BlockCount..]);
        }
    }

    [Fact]
    public void File_of_version_1_opens()
    {
        var (read, messages) = Read(Convert.FromBase64String(Version1));
        Assert.Empty(messages);
        Assert.Equal(Texts([.. Enumerable.Range(0, 5).Select(i => Block(i)), Block(5, ["other"], 0)]), read);
    }

    [Fact]
    public void Damage_may_be_ignored()
    {
        File.WriteAllBytes(_path, _bytes[..^1]);
        Assert.Equal(BlockCount - PerPart, FeatureLogReader.Read(_folder.Path).Count());
    }

    private (string[] Read, List<string> Messages) Read(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        var messages = new List<string>();
        return (Texts(FeatureLogReader.Read(_folder.Path, messages.Add)), messages);
    }
}
