using System.Text;
using Vitrina.Engine.Journal;

namespace Vitrina.Tests.Engine.Journal;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _recovery = [];
    private readonly CheckpointFolder _checkpoints;

    public CheckpointFolderTests() => _checkpoints = new CheckpointFolder(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_checkpoint_there_is_none()
    {
        Assert.Null(_checkpoints.OpenNewest(_recovery));
        Assert.Empty(_recovery);
    }

    [Fact]
    public void Sections_come_back_by_name()
    {
        var large = new byte[300_000];
        large.AsSpan().Fill(7);
        _checkpoints.Write(12, [Section("users", "anna"), new CheckpointSection("large", stream => stream.Write(large)), Section("empty", "")]);
        using Checkpoint? checkpoint = _checkpoints.OpenNewest(_recovery);
        Assert.NotNull(checkpoint);
        Assert.Equal((12L, (ushort)1), (checkpoint.AsOf, checkpoint.Version));
        Assert.True(checkpoint.Has("users"));
        Assert.False(checkpoint.Has("items"));
        Assert.Throws<KeyNotFoundException>(() => checkpoint.Open("items"));

        // Read in turns: sections do not disturb each other.
        using Stream users = checkpoint.Open("users");
        using Stream first = checkpoint.Open("large");
        Assert.Equal('a', users.ReadByte());
        Assert.Equal(7, first.ReadByte());
        Assert.Equal("nna", new StreamReader(users).ReadToEnd());
        using var copy = new MemoryStream();
        first.CopyTo(copy);
        Assert.Equal(299_999, copy.Length);
        Assert.Equal(-1, checkpoint.Open("empty").ReadByte());
    }

    [Fact]
    public void Newest_is_used_and_extra_ones_are_removed()
    {
        foreach (long asOf in new[] { 5L, 100L, 20L, 3_000L })
        {
            _checkpoints.Write(asOf, [Section("s", $"{asOf}")]);
        }

        using Checkpoint? checkpoint = _checkpoints.OpenNewest(_recovery);
        Assert.Equal(3_000, checkpoint?.AsOf);
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void Damaged_checkpoint_is_named_set_aside_and_the_older_one_used()
    {
        _checkpoints.Write(1, [Section("s", "old")]);
        _checkpoints.Write(2, [Section("s", "new")]);
        string newest = Directory.GetFiles(_folder.Path).Max(StringComparer.Ordinal)!;
        byte[] whole = File.ReadAllBytes(newest);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] bytes = [.. whole];
            bytes[i] ^= 0x40;
            AssertFallsBack(newest, bytes);
            AssertFallsBack(newest, whole[..i]);
        }
    }

    [Fact]
    public void Failed_write_leaves_the_earlier_checkpoint()
    {
        _checkpoints.Write(1, [Section("s", "old")]);
        Assert.Throws<InvalidOperationException>(() =>
            _checkpoints.Write(2, [Section("s", "new"), new CheckpointSection("t", _ => throw new InvalidOperationException())]));
        Assert.Throws<ArgumentException>(() => _checkpoints.Write(2, [Section("s", "new"), Section("s", "twice")]));
        using Checkpoint? checkpoint = _checkpoints.OpenNewest(_recovery);
        Assert.Equal(1, checkpoint?.AsOf);
        Assert.Empty(_recovery);
    }

    private void AssertFallsBack(string newest, byte[] bytes)
    {
        File.WriteAllBytes(newest, bytes);
        _recovery.Clear();
        using Checkpoint? checkpoint = _checkpoints.OpenNewest(_recovery);
        Assert.Equal(1, checkpoint?.AsOf);
        Assert.Equal("old", new StreamReader(checkpoint!.Open("s")).ReadToEnd());
        Assert.Contains(Path.GetFileName(newest), Assert.Single(_recovery), StringComparison.Ordinal);
        Assert.True(File.Exists(newest + ".damaged"));
    }

    private static CheckpointSection Section(string name, string text) => new(name, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
