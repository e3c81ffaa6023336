using System.Text;
using Vitrina.Kernels.Files;

namespace Vitrina.Tests.Kernels.Files;

public sealed class ChecksummedFileTests : IDisposable
{
    private const uint Magic = 0x54534554; // "TEST"
    private readonly string _folder = Directory.CreateTempSubdirectory("vitrina-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(400_000)]
    public void A_payload_comes_back_with_its_version(int length)
    {
        var payload = Enumerable.Range(0, length).Select(value => (byte)(value * 31)).ToArray();
        WriteFile("a", payload, 3);
        Assert.Equal(payload, ChecksummedFile.Read(At("a"), Magic, out var version));
        Assert.Equal(3, version);
        Assert.Equal(3, ChecksummedFile.Verify(At("a"), Magic));
        using var stream = ChecksummedFile.OpenVerified(At("a"), Magic, out _);
        Assert.Equal(length, stream.Length);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        Assert.Equal(payload, copy.ToArray());
        Assert.Equal(-1, stream.ReadByte());
    }

    [Fact]
    public void The_bytes_are_fixed()
    {
        WriteFile("a", "abc"u8.ToArray(), 2);
        Assert.Equal("5445535402000000" + "616263" + "0300000000000000" + "8EB34C2D", Convert.ToHexString(File.ReadAllBytes(At("a"))));
    }

    [Fact]
    public void Every_changed_bit_is_noticed()
    {
        WriteFile("a", Encoding.ASCII.GetBytes("a payload of some length"), 1);
        var whole = File.ReadAllBytes(At("a"));
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var changed = (byte[])whole.Clone();
            changed[bit >> 3] ^= (byte)(1 << (bit & 7));
            File.WriteAllBytes(At("b"), changed);
            var error = Assert.Throws<DamagedFileException>(() => ChecksummedFile.Read(At("b"), Magic, out _));
            Assert.Equal(At("b"), error.Path);
            Assert.Equal(bit < 32 ? "not a TEST file" : bit >= (whole.Length - 12) * 8 && bit < (whole.Length - 4) * 8 ? "cut short" : "checksum mismatch", error.Reason);
        }
    }

    [Fact]
    public void Every_cut_is_noticed()
    {
        WriteFile("a", Enumerable.Repeat((byte)0xff, 100).ToArray(), 1);
        var whole = File.ReadAllBytes(At("a"));
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(At("b"), whole[..length]);
            var error = Assert.Throws<DamagedFileException>(() => ChecksummedFile.Read(At("b"), Magic, out _));
            Assert.Equal("cut short", error.Reason);
        }
    }

    [Fact]
    public void Another_kind_and_a_newer_version_are_told_apart()
    {
        WriteFile("a", [1], 5);
        Assert.Equal("not a 0x00000001 file", Assert.Throws<DamagedFileException>(() => ChecksummedFile.Read(At("a"), 1, out _)).Reason);
        Assert.Equal("newer version", Assert.Throws<DamagedFileException>(() => ChecksummedFile.Read(At("a"), Magic, out _, 4)).Reason);
        Assert.Single(ChecksummedFile.Read(At("a"), Magic, out _, 5));
        Assert.Throws<FileNotFoundException>(() => ChecksummedFile.Read(At("absent"), Magic, out _));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        WriteFile("a", [1, 2], 1);
        Assert.Throws<InvalidOperationException>(() => ChecksummedFile.Write(At("a"), Magic, 1, stream =>
        {
            stream.WriteByte(9);
            throw new InvalidOperationException();
        }));
        Assert.Equal([1, 2], ChecksummedFile.Read(At("a"), Magic, out _));
        Assert.Equal([At("a")], Directory.GetFiles(_folder));
    }

    [Fact]
    public void An_open_reader_keeps_its_file_when_the_path_is_replaced()
    {
        WriteFile("a", [1, 2, 3], 1);
        using var stream = ChecksummedFile.OpenVerified(At("a"), Magic, out _);
        WriteFile("a", [9], 1);
        Assert.Equal(1, stream.ReadByte());
        stream.Seek(-1, SeekOrigin.End);
        Assert.Equal(3, stream.ReadByte());
        Assert.Equal([9], ChecksummedFile.Read(At("a"), Magic, out _));
    }

    [Fact]
    public void Atomic_writes_replace_the_whole_content()
    {
        AtomicFile.WriteAllText(At("text"), "a longer först text");
        AtomicFile.WriteAllText(At("text"), "kürzer");
        Assert.Equal("kürzer"u8.ToArray(), File.ReadAllBytes(At("text")));
        AtomicFile.WriteAllBytes(At("text"), new byte[] { 7 });
        Assert.Equal([7], File.ReadAllBytes(At("text")));
        Assert.Equal([At("text")], Directory.GetFiles(_folder));
    }

    private string At(string name) => Path.Combine(_folder, name);

    private void WriteFile(string name, byte[] payload, ushort version) => ChecksummedFile.Write(At(name), Magic, version, stream =>
    {
        stream.Write(payload.AsSpan(0, payload.Length / 2));
        stream.Write(payload, payload.Length / 2, payload.Length - payload.Length / 2);
        stream.Flush();
    });
}
