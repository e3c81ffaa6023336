using System.Diagnostics.CodeAnalysis;
using Vitrina.Engine.Journal;

namespace Vitrina.Tests.Engine.Journal;

[SuppressMessage("Reliability", "CA2000", Justification = "Disposed by the test body.")]
public sealed class DataDirectoryLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Second_taker_learns_who_holds_the_directory_and_where_it_answers()
    {
        string directory = Path.Combine(_folder.Path, "data");
        Assert.True(DataDirectoryLock.TryAcquire(directory, out DataDirectoryLock? held, out LockHolder? holder));
        Assert.Null(holder);

        Assert.False(DataDirectoryLock.TryAcquire(directory, out DataDirectoryLock? second, out holder));
        Assert.Null(second);
        Assert.Equal(new LockHolder(Environment.ProcessId, null), holder);

        held.Announce(new Uri("http://127.0.0.1:8080/"));
        Assert.False(DataDirectoryLock.TryAcquire(directory, out _, out holder));
        Assert.Equal(new LockHolder(Environment.ProcessId, new Uri("http://127.0.0.1:8080/")), holder);
        held.Dispose();
    }

    [Fact]
    public void Directory_given_free_can_be_taken_again()
    {
        Assert.True(DataDirectoryLock.TryAcquire(_folder.Path, out DataDirectoryLock? held, out _));
        held.Dispose();
        held.Dispose();
        Assert.False(File.Exists(Path.Combine(_folder.Path, "server.json")));
        Assert.True(DataDirectoryLock.TryAcquire(_folder.Path, out held, out _));
        held.Dispose();
    }

    [Fact]
    public void Announcement_of_a_killed_process_does_not_hold_the_directory()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "vitrina.lock"), "");
        File.WriteAllText(Path.Combine(_folder.Path, "server.json"), """{"processId":1,"url":"http://127.0.0.1:1/"}""");
        Assert.True(DataDirectoryLock.TryAcquire(_folder.Path, out DataDirectoryLock? held, out _));
        Assert.False(DataDirectoryLock.TryAcquire(_folder.Path, out _, out LockHolder? holder));
        Assert.Equal(Environment.ProcessId, holder?.ProcessId);
        held.Dispose();
    }

    [Fact]
    public void Unreadable_announcement_still_says_that_the_directory_is_held()
    {
        Assert.True(DataDirectoryLock.TryAcquire(_folder.Path, out DataDirectoryLock? held, out _));
        File.WriteAllText(Path.Combine(_folder.Path, "server.json"), "{");
        Assert.False(DataDirectoryLock.TryAcquire(_folder.Path, out _, out LockHolder? holder));
        Assert.Null(holder);
        held.Dispose();
    }
}
