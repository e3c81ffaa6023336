using System.Diagnostics;
using Vitrina.Engine.Ranking.Recording;
using Vitrina.Kernels.Chance;
using Vitrina.Tests.Engine.Journal;
using static Vitrina.Tests.Engine.Ranking.Recording.FeatureBlocks;

namespace Vitrina.Tests.Engine.Ranking.Recording;

public sealed class FeatureLogTests(ITestOutputHelper output) : IDisposable
{
    private const long DayMs = 86_400_000;

    private static readonly FeatureLogOptions s_options = new() { FlushInterval = TimeSpan.FromMinutes(5) };

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new(StartMs);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Absent_and_empty_folders_hold_nothing()
    {
        Assert.Empty(FeatureLogReader.Read(Path.Combine(_folder.Path, "none"), Fail));
        Assert.Empty(FeatureLogReader.Read(_folder.Path, Fail));
        FeatureLogWriter.Open(_folder.Path, s_options, _time).Dispose();
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Rankings_are_read_back_in_order()
    {
        FeatureBlock[] blocks = [.. Enumerable.Range(0, 100).Select(i => Block(i))];
        using var writer = FeatureLogWriter.Open(_folder.Path, new FeatureLogOptions { FlushInterval = TimeSpan.FromMinutes(5), BlocksPerSegmentPart = 7 }, _time);
        Assert.All(blocks, block => Assert.True(writer.TryAdd(block)));
        writer.Flush();
        Assert.Equal(Texts(blocks), Texts(FeatureLogReader.Read(_folder.Path, Fail)));
        Assert.Equal((100, 0, Size()), (writer.Written, writer.Dropped, writer.Bytes));
        Assert.True(writer.TryAdd(Block(100)));
        writer.Dispose();
        Assert.Equal(101, FeatureLogReader.Read(_folder.Path, Fail).Count());
    }

    [Fact]
    public void Every_bit_of_any_ranking_survives()
    {
        foreach (var seed in Enumerable.Range(0, 30))
        {
            using var folder = new TemporaryFolder();
            var random = RandomStream.For((ulong)seed, "features");
            string[][] lists = [[], ["one"], [.. Enumerable.Range(0, 1 + random.NextInt(30)).Select(i => $"f{i}")]];
            FeatureBlock[] blocks = [.. Enumerable.Range(0, 1 + random.NextInt(60)).Select(i => Any((seed * 100) + i, lists[random.NextInt(3)]))];
            using (var writer = FeatureLogWriter.Open(folder.Path, new FeatureLogOptions { BlocksPerSegmentPart = 1 + random.NextInt(20) }, _time))
            {
                Assert.All(blocks, block => Assert.True(writer.TryAdd(block)));
            }

            FeatureBlock[] read = [.. FeatureLogReader.Read(folder.Path, Fail)];
            Assert.Equal(Texts(blocks).Order(StringComparer.Ordinal), Texts(read).Order(StringComparer.Ordinal));
            foreach (var names in lists)
            {
                Assert.Equal(
                    Texts(blocks.Where(block => block.FeatureNames.SequenceEqual(names))),
                    Texts(read.Where(block => block.FeatureNames.SequenceEqual(names))));
            }
        }
    }

    [Fact]
    public void Equal_feature_lists_become_one_list()
    {
        Write(s_options, Block(0), Block(1, [.. TwoNames]), Block(2, ["other"]), Block(3));
        FeatureBlock[] read = [.. FeatureLogReader.Read(_folder.Path, Fail)];
        Assert.Equal(2, read.Select(block => block.FeatureNames).Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using var writer = FeatureLogWriter.Open(_folder.Path, s_options, _time);
        var good = Block(0);
        Assert.Throws<ArgumentException>(() => writer.TryAdd(With(good, good.Positions[1..], good.Values)));
        Assert.Throws<ArgumentException>(() => writer.TryAdd(With(good, good.Positions, good.Values[1..])));
        Assert.Equal(0, writer.Dropped);
    }

    [Fact]
    public void Full_queue_drops_and_counts()
    {
        using var gate = new GatedFiles();
        using var writer = FeatureLogWriter.Open(_folder.Path, new FeatureLogOptions { MaxQueuedBlocks = 4, BlocksPerSegmentPart = 1 }, _time, gate.Create);
        Assert.True(writer.TryAdd(Block(0)));
        Assert.True(gate.Entered.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.All(Enumerable.Range(1, 4), i => Assert.True(writer.TryAdd(Block(i))));
        Assert.False(writer.TryAdd(Block(5)));
        Assert.False(writer.TryAdd(Block(6)));
        Assert.Equal((0, 2), (writer.Written, writer.Dropped));
        gate.Open.Set();
        writer.Flush();
        Assert.True(writer.TryAdd(Block(7)));
        writer.Flush();
        Assert.Equal((6, 2), (writer.Written, writer.Dropped));
        Assert.Equal(Texts(new[] { 0, 1, 2, 3, 4, 7 }.Select(i => Block(i))), Texts(FeatureLogReader.Read(_folder.Path, Fail)));
    }

    [Fact]
    public void Queue_is_bounded_in_bytes_too_but_takes_a_single_block_of_any_size()
    {
        using var gate = new GatedFiles();
        var options = new FeatureLogOptions { MaxQueuedBytes = 1024, BlocksPerSegmentPart = 1 };
        using var writer = FeatureLogWriter.Open(_folder.Path, options, _time, gate.Create);
        Assert.True(writer.TryAdd(Block(0)));
        Assert.True(gate.Entered.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.True(writer.TryAdd(Block(1, rows: 1000)));
        Assert.False(writer.TryAdd(Block(2, rows: 1)));
        gate.Open.Set();
        writer.Flush();
        Assert.True(writer.TryAdd(Block(3, rows: 1)));
        Assert.True(writer.TryAdd(Block(4, rows: 1)));
        writer.Flush();
        Assert.Equal((4, 1), (writer.Written, writer.Dropped));
    }

    [Fact]
    public void Concurrent_adds_are_all_written_or_counted_as_dropped()
    {
        using (var writer = FeatureLogWriter.Open(_folder.Path, new FeatureLogOptions { MaxQueuedBlocks = 50, BlocksPerSegmentPart = 16 }, _time))
        {
            var accepted = 0;
            Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            {
                if (writer.TryAdd(Block(i)))
                {
                    Interlocked.Increment(ref accepted);
                }

                if (i % 300 == 0)
                {
                    writer.Flush();
                }
            });
            writer.Flush();
            Assert.Equal((accepted, 2000 - accepted), (writer.Written, writer.Dropped));
        }

        string[] read = Texts(FeatureLogReader.Read(_folder.Path, Fail));
        var known = Enumerable.Range(0, 2000).Select(i => Text(Block(i))).ToHashSet(StringComparer.Ordinal);
        Assert.All(read, text => Assert.True(known.Remove(text)));
    }

    [Fact]
    public void Closed_writer_drops()
    {
        var writer = FeatureLogWriter.Open(_folder.Path, s_options, _time);
        writer.TryAdd(Block(0));
        writer.Dispose();
        Assert.False(writer.TryAdd(Block(1)));
        writer.Flush();
        writer.Dispose();
        Assert.Equal((1, 1), (writer.Written, writer.Dropped));
    }

    [Fact]
    public void Vectors_that_cannot_be_written_are_counted_and_the_next_go_to_a_new_file()
    {
        using var gate = new GatedFiles { IsDiskFull = true };
        gate.Open.Set();
        using var writer = FeatureLogWriter.Open(_folder.Path, s_options, _time, gate.Create);
        writer.TryAdd(Block(0));
        writer.Flush();
        Assert.Equal((0, 1, "No space left on device"), (writer.Written, writer.Dropped, writer.LastFailure));
        gate.IsDiskFull = false;
        writer.TryAdd(Block(1));
        writer.Flush();
        Assert.Equal((1, 1), (writer.Written, writer.Dropped));
        var damaged = new List<string>();
        Assert.Equal(Texts([Block(1)]), Texts(FeatureLogReader.Read(_folder.Path, damaged.Add)));
        Assert.Single(damaged);
    }

    [Fact]
    public void Queued_vectors_are_written_without_a_flush_after_the_interval()
    {
        using var gate = new GatedFiles();
        gate.Open.Set();
        using var writer = FeatureLogWriter.Open(_folder.Path, new FeatureLogOptions { FlushInterval = TimeSpan.FromMilliseconds(10) }, _time, gate.Create);
        writer.TryAdd(Block(0));
        Assert.True(gate.Entered.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void File_begins_with_each_day_and_when_the_last_is_large_enough()
    {
        using var writer = FeatureLogWriter.Open(_folder.Path, new FeatureLogOptions { SegmentBytes = 4096, FlushInterval = TimeSpan.FromMinutes(5) }, _time);
        Add(writer, Block(0));
        Add(writer, Block(1));
        Assert.Equal(["features-1760000000000.vfl"], FileNames());
        _time.NowMs += DayMs;
        Add(writer, Block(2));
        Assert.Equal(2, FileNames().Length);
        Add(writer, Any(5, [.. Enumerable.Range(0, 200).Select(i => $"f{i}")]));
        Add(writer, Block(3));
        Assert.Equal(["features-1760000000000.vfl", "features-1760086400000.vfl", "features-1760086400001.vfl"], FileNames());
        Assert.Equal(5, FeatureLogReader.Read(_folder.Path, Fail).Count());
    }

    [Fact]
    public void Files_older_than_the_retention_are_deleted_whole()
    {
        var options = new FeatureLogOptions { RetentionDays = 2 };
        for (var day = 0; day < 5; day++)
        {
            Write(options, Block(day));
            _time.NowMs += DayMs;
        }

        File.WriteAllText(Path.Combine(_folder.Path, "features-notes.txt"), "mine");
        Assert.Equal(4, FileNames().Length);
        Assert.Equal(Texts([Block(1), Block(2), Block(3), Block(4)]), Texts(FeatureLogReader.Read(_folder.Path, Fail)));
        _time.NowMs += 30 * DayMs;
        FeatureLogWriter.Open(_folder.Path, options, _time).Dispose();
        Assert.Empty(FileNames());
        Assert.True(File.Exists(Path.Combine(_folder.Path, "features-notes.txt")));
    }

    [Fact]
    public void Vectors_of_realistic_rankings_take_few_bytes()
    {
        string[] names = [.. Enumerable.Range(0, 30).Select(i => $"feature {i}")];
        const int rows = 40;
        foreach (var perPart in new[] { 16, 64, 256, 1024 })
        {
            using var folder = new TemporaryFolder();
            FeatureBlock[] blocks = [.. Enumerable.Range(0, 1024).Select(i => Realistic(i, names, rows))];
            using var writer = FeatureLogWriter.Open(folder.Path, new FeatureLogOptions { BlocksPerSegmentPart = perPart }, _time);
            var watch = Stopwatch.StartNew();
            Assert.All(blocks, block => Assert.True(writer.TryAdd(block)));
            writer.Flush();
            var written = watch.Elapsed;
            watch.Restart();
            Assert.Equal(blocks.Length, FeatureLogReader.Read(folder.Path, Fail).Count());
            var rowCount = (double)blocks.Length * rows;
            output.WriteLine(
                $"{perPart} rankings per part: {writer.Bytes / rowCount:F1} bytes/row of {names.Length} features, " +
                $"{writer.Bytes / blocks.Length} bytes/ranking of {rows} rows, " +
                $"write {written.TotalMicroseconds / rowCount:F2} µs/row, read {watch.Elapsed.TotalMicroseconds / rowCount:F2} µs/row");
            Assert.True(writer.Bytes / rowCount < names.Length * sizeof(float));
        }
    }

    private static FeatureBlock With(FeatureBlock block, short[] positions, float[] values) => new()
    {
        RankingId = block.RankingId,
        AsOf = block.AsOf,
        AtMs = block.AtMs,
        FeatureNames = block.FeatureNames,
        Items = block.Items,
        Positions = positions,
        Values = values,
    };

    private static void Fail(string damage) => Assert.Fail(damage);

    private static void Add(FeatureLogWriter writer, FeatureBlock block)
    {
        Assert.True(writer.TryAdd(block));
        writer.Flush();
    }

    private void Write(FeatureLogOptions options, params FeatureBlock[] blocks)
    {
        using var writer = FeatureLogWriter.Open(_folder.Path, options, _time);
        Assert.All(blocks, block => Assert.True(writer.TryAdd(block)));
    }

    private string[] FileNames() => [.. Directory.GetFiles(_folder.Path, "*.vfl").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private long Size() => Directory.GetFiles(_folder.Path).Sum(path => new FileInfo(path).Length);
}
