using Vitrina.Engine.Journal;
using static Vitrina.Tests.Engine.Journal.Entries;

namespace Vitrina.Tests.Engine.Journal;

public sealed class JournalWriterTests : IDisposable
{
    private static readonly CommitObserver s_nobody = _ => { };

    private readonly ManualTime _time = new(StartMs);
    private readonly GatedStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Append_completes_after_the_flush_and_the_observer()
    {
        long observed = 0;
        using JournalWriter writer = Writer(onCommitted: entries =>
        {
            Assert.Equal(entries[^1].Sequence, _store.LastSequence);
            observed = entries[^1].Sequence;
        });
        AppendResult result = await Send(writer, [Pending("a"), Pending("b")]);
        Assert.Equal(2, result.LastSequence);
        Assert.Equal(2, observed);
        Assert.Null(result.Duplicate);
        Assert.Equal(["1 1760000000000 Event a", "2 1760000000000 Event b"], Texts(_store.Read(1)));
        Assert.Equal((2, 1, 0), (writer.CommittedEntries, writer.Groups, writer.QueuedEntries));
    }

    [Fact]
    public async Task Batches_that_arrive_during_a_flush_share_the_next_one()
    {
        using JournalWriter writer = Writer();
        Task<AppendResult> first = Hold(writer);
        Task<AppendResult>[] rest = [.. Enumerable.Range(0, 50).Select(i => Send(writer, [Pending($"{i}")]).AsTask())];
        Assert.Equal(51, writer.QueuedEntries);
        Assert.All(rest, task => Assert.False(task.IsCompleted));
        _store.Open.Set();
        await Task.WhenAll([first, .. rest]);
        Assert.Equal(2, _store.AppendCount);
        Assert.Equal(Enumerable.Range(2, 50).Select(i => (long)i), rest.Select(task => task.Result.LastSequence));
    }

    [Fact]
    public async Task Group_ends_at_its_size_and_never_splits_a_batch()
    {
        using JournalWriter writer = Writer(new JournalWriterOptions { MaxGroupEntries = 5 });
        Task<AppendResult> first = Hold(writer);
        Task<AppendResult> large = Send(writer, [.. Enumerable.Range(0, 8).Select(i => Pending($"{i}"))]).AsTask();
        Task<AppendResult> three = Send(writer, [Pending("x"), Pending("y"), Pending("z")]).AsTask();
        _store.Open.Set();
        await Task.WhenAll(first, large, three);
        Assert.Equal(3, _store.AppendCount);
    }

    [Fact]
    public async Task Repeated_key_is_written_once_and_answered_as_a_duplicate()
    {
        using JournalWriter writer = Writer();
        await Send(writer, [Pending("a", 1), Pending("b", 2)]);
        AppendResult result = await Send(writer, [Pending("a again", 1), Pending("c", 3), Pending("c twice", 3), Pending("no key")]);
        Assert.Equal([true, false, true, false], result.Duplicate!);
        Assert.Equal(2, result.DuplicateCount);
        Assert.Equal(4, result.LastSequence);
        Assert.Equal(2, writer.DuplicateEntries);
        Assert.Equal(4, _store.Read(1).Count());
    }

    [Fact]
    public async Task Duplicate_is_answered_only_when_its_first_copy_is_durable()
    {
        using JournalWriter writer = Writer();
        Task<AppendResult> first = Hold(writer, Pending("a", 7));
        Task<AppendResult> copy = Send(writer, [Pending("a", 7)]).AsTask();
        Assert.False(copy.IsCompleted);
        _store.Open.Set();
        Assert.Equal(1, (await first).LastSequence);
        AppendResult result = await copy;
        Assert.Equal((1, 1), (result.LastSequence, result.DuplicateCount));
        Assert.Equal(1, _store.AppendCount);
    }

    [Fact]
    public async Task Keys_are_remembered_across_a_restart_and_forgotten_after_the_horizon()
    {
        var options = new JournalWriterOptions { DedupeHorizon = TimeSpan.FromHours(6) };
        using (JournalWriter writer = Writer(options))
        {
            await Send(writer, [Pending("5", 5)]);
        }

        _time.NowMs += 3 * 3_600_000;
        using (JournalWriter writer = Writer(options))
        {
            Assert.Equal(1, (await Send(writer, [Pending("5", 5)])).DuplicateCount);
            _time.NowMs += 24 * 3_600_000;
            Assert.Equal(0, (await Send(writer, [Pending("5", 5)])).DuplicateCount);
        }
    }

    [Fact]
    public async Task Recorded_times_never_fall_when_the_clock_does()
    {
        using JournalWriter writer = Writer();
        await Send(writer, [Pending("a")]);
        _time.NowMs -= 60_000;
        await Send(writer, [Pending("b")]);
        Assert.Equal(StartMs, _store.LastRecordedAtMs);
    }

    [Fact]
    public async Task Full_queue_refuses_and_says_when_to_come_again()
    {
        using JournalWriter writer = Writer(new JournalWriterOptions { MaxQueuedEntries = 4 });
        Task<AppendResult> first = Hold(writer);
        Task<AppendResult> second = Send(writer, [Pending("b"), Pending("c"), Pending("d")]).AsTask();
        var overload = await Assert.ThrowsAsync<JournalOverloadedException>(async () => await Send(writer, [Pending("e")]));
        Assert.InRange(overload.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Send(writer, new PendingEntry[5]));
        _store.Open.Set();
        await Task.WhenAll(first, second);
        Assert.Equal(5, (await Send(writer, [Pending("e")])).LastSequence);
    }

    [Fact]
    public async Task Queue_is_bounded_by_bytes_too()
    {
        using JournalWriter writer = Writer(new JournalWriterOptions { MaxQueuedBytes = 1024 });
        Task<AppendResult> first = Hold(writer, Pending(new string('x', 600)));
        await Assert.ThrowsAsync<JournalOverloadedException>(async () => await Send(writer, [Pending(new string('y', 600))]));
        _store.Open.Set();
        await first;
    }

    [Fact]
    public async Task Importer_waits_for_room_instead_of_being_refused()
    {
        using JournalWriter writer = Writer(new JournalWriterOptions { MaxQueuedEntries = 3 });
        Task<AppendResult> first = Hold(writer);
        Task<AppendResult>[] imported = [.. Enumerable.Range(0, 20).Select(i => Import(writer, [Pending("1"), Pending("2")]).AsTask())];
        Assert.Equal(3, writer.QueuedEntries);
        _store.Open.Set();
        await Task.WhenAll([first, .. imported]);
        Assert.Equal(41, _store.LastSequence);
        Assert.Equal(0, writer.QueuedEntries);
    }

    [Fact]
    public async Task Records_that_may_be_lost_get_half_of_the_queue_and_drops_are_counted()
    {
        using JournalWriter writer = Writer(new JournalWriterOptions { MaxQueuedEntries = 4 });
        Task<AppendResult> first = Hold(writer);
        Assert.True(writer.TryEnqueueAndForget(Pending("record")));
        Assert.False(writer.TryEnqueueAndForget(Pending("record")));
        Assert.Equal(1, writer.DroppedRecords);
        Task<AppendResult> events = Send(writer, [Pending("b"), Pending("c")]).AsTask();
        _store.Open.Set();
        await Task.WhenAll(first, events);
        Assert.Equal(4, writer.CommittedEntries);
    }

    [Fact]
    public async Task Cancelled_waiter_leaves_its_batch_written_and_the_queue_empty()
    {
        using var cancellation = new CancellationTokenSource();
        using JournalWriter writer = Writer();
        Task<AppendResult> first = Hold(writer);
        Task<AppendResult> cancelled = writer.AppendAsync([Pending("b")], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        _store.Open.Set();
        await first;
        Assert.Equal(3, (await Send(writer, [Pending("c")])).LastSequence);
        Assert.Equal(0, writer.QueuedEntries);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writer.AppendAsync([Pending("d")], cancellation.Token));
        Assert.Equal(3, _store.LastSequence);
    }

    [Fact]
    public async Task Full_disk_fails_everything_that_waits_and_everything_after()
    {
        using JournalWriter writer = Writer();
        await Send(writer, [Pending("durable")]);
        await _store.Entered.WaitAsync(TestContext.Current.CancellationToken);
        Task<AppendResult> first = Hold(writer);
        Task<AppendResult> second = Send(writer, [Pending("b")]).AsTask();
        Assert.True(writer.TryEnqueueAndForget(Pending("record")));
        _store.IsDiskFull = true;
        _store.Open.Set();
        var failure = await Assert.ThrowsAsync<JournalUnavailableException>(() => first);
        Assert.IsType<IOException>(failure.InnerException);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => second);
        _store.IsDiskFull = false;
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await Send(writer, [Pending("c")]));
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await Import(writer, [Pending("c")]));
        Assert.False(writer.TryEnqueueAndForget(Pending("record")));
        Assert.NotNull(writer.Failure);
        Assert.Equal(2, writer.DroppedRecords);
        Assert.Equal(1, _store.LastSequence);
    }

    [Fact]
    public async Task Observer_that_throws_stops_the_writer()
    {
        using JournalWriter writer = Writer(onCommitted: _ => throw new InvalidOperationException("state"));
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await Send(writer, [Pending("a")]));
        Assert.IsType<InvalidOperationException>(writer.Failure);
    }

    [Fact]
    public async Task Closing_writes_what_is_queued_and_refuses_what_comes_after()
    {
        JournalWriter writer = Writer();
        Task<AppendResult> first = Hold(writer);
        Task<AppendResult>[] rest = [.. Enumerable.Range(0, 10).Select(i => Send(writer, [Pending($"{i}")]).AsTask())];
        _store.Open.Set();
        writer.Dispose();
        await Task.WhenAll([first, .. rest]);
        Assert.Equal(11, _store.LastSequence);
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await Send(writer, [Pending("late")]));
    }

    [Fact]
    public async Task Many_senders_get_each_entry_written_once_in_one_order()
    {
        using var folder = new TemporaryFolder();
        using var store = SegmentJournalStore.Open(folder.Path, new SegmentJournalOptions { SegmentBytes = 8192 });
        long seen = 0;
        using (var writer = new JournalWriter(
            store, _time, new JournalWriterOptions(), entries => seen += entries.Length, entry => entry.Payload.Span[0]))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(sender => Task.Run(async () =>
            {
                for (int i = 0; i < 40; i++)
                {
                    // Every key is sent by two senders.
                    await Send(writer, [Pending($"{sender / 2}-{i}", (ulong)((sender / 2 * 1000) + i + 1))]);
                }
            }, TestContext.Current.CancellationToken)));
            Assert.Equal(160, writer.DuplicateEntries);
        }

        Assert.Equal(160, seen);
        Assert.Equal(160, store.Read(1).Select(entry => System.Text.Encoding.UTF8.GetString(entry.Payload.Span)).Distinct().Count());
    }

    private JournalWriter Writer(JournalWriterOptions? options = null, CommitObserver? onCommitted = null) => new(
        _store, _time, options ?? new JournalWriterOptions(), onCommitted ?? s_nobody,
        entry => UInt128.TryParse(System.Text.Encoding.UTF8.GetString(entry.Payload.Span), null, out UInt128 key) ? key : 0);

    private static ValueTask<AppendResult> Send(JournalWriter writer, PendingEntry[] batch) =>
        writer.AppendAsync(batch, TestContext.Current.CancellationToken);

    private static ValueTask<AppendResult> Import(JournalWriter writer, PendingEntry[] batch) =>
        writer.AppendAndWaitAsync(batch, TestContext.Current.CancellationToken);

    // Sends one entry and returns when the store holds it, so that all that follows waits in the queue.
    private Task<AppendResult> Hold(JournalWriter writer) => Hold(writer, Pending("held"));

    private Task<AppendResult> Hold(JournalWriter writer, PendingEntry entry)
    {
        _store.Open.Reset();
        Task<AppendResult> held = Send(writer, [entry]).AsTask();
        _store.Entered.Wait(TestContext.Current.CancellationToken);
        return held;
    }
}
