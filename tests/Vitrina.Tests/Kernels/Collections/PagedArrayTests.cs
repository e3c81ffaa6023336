using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Collections;

namespace Vitrina.Tests.Kernels.Collections;

public class PagedArrayTests
{
    [Fact]
    public void The_default_view_is_empty()
    {
        Assert.Equal(0, default(PagedView<int>).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => default(PagedView<int>)[0]);
        Assert.Equal(0, new PagedArray<int>().Freeze().Count);
    }

    [Theory]
    [InlineData(0, 10_000)]
    [InlineData(1, 3_000)]
    [InlineData(3, 2_000)]
    [InlineData(6, 20_000)]
    public void Every_view_keeps_the_content_of_its_moment(int pageSizeLog2, int jump)
    {
        var array = new PagedArray<long>(pageSizeLog2);
        var plain = new List<long>();
        var views = new List<(PagedView<long> View, long[] Content)>();
        var stream = RandomStream.For(3, "paged", (ulong)pageSizeLog2);
        for (var step = 0; step < 6000; step++)
        {
            var value = (long)stream.NextUInt64();
            switch (stream.NextInt(1000))
            {
                case < 12:
                    views.Add((array.Freeze(), [.. plain]));
                    break;
                case < 20:
                    AssertSame(plain, array.Live());
                    break;
                case < 22:
                    var count = plain.Count + stream.NextInt(jump);
                    array.EnsureCount(count);
                    plain.AddRange(new long[count - plain.Count]);
                    break;
                case < 500:
                    Assert.Equal(plain.Count, array.Add(value));
                    plain.Add(value);
                    break;
                default:
                    if (plain.Count > 0)
                    {
                        var index = stream.NextInt(plain.Count);
                        array.Edit(index) += value;
                        plain[index] += value;
                        Assert.Equal(plain[index], array[index]);
                    }
                    break;
            }
        }
        Assert.Equal(plain.Count, array.Count);
        AssertSame(plain, array.Live());
        foreach (var (view, content) in views.Where((_, index) => index % 4 == 0))
        {
            AssertSame(content, view);
        }
    }

    [Fact]
    public void Indexes_outside_are_refused()
    {
        var array = new PagedArray<int>();
        array.Add(1);
        var view = array.Freeze();
        array.Add(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => view[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => view[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => array[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => array.Edit(2));
    }

    [Fact]
    public void An_edit_after_a_freeze_copies_a_page_and_its_directory_only()
    {
        var array = new PagedArray<int>();
        array.EnsureCount(5_000_000);
        array.Freeze();
        array.Edit(1) = 1;
        array.Freeze();
        var before = GC.GetAllocatedBytesForCurrentThread();
        array.Edit(2_000_000) = 1;
        var first = GC.GetAllocatedBytesForCurrentThread() - before;
        array.Edit(2_000_001) = 1;
        array.Edit(2_000_000) = 2;
        array.Freeze();
        var all = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(first, 1, 2_600);
        Assert.Equal(first, all);
    }

    [Fact]
    public void References_are_held_as_well_as_values()
    {
        var array = new PagedArray<string?>(2);
        array.EnsureCount(9);
        var before = array.Freeze();
        array.Edit(4) = "four";
        Assert.Null(before[4]);
        Assert.Equal("four", array[4]);
    }

    [Fact]
    public async Task Readers_beside_the_writer_see_exactly_the_frozen_content()
    {
        // Content at freeze number n: every element below its count equals n or, where it was not edited in that round, an older round;
        // element 0 and the last one are edited in every round, and the sum is published with the view.
        var array = new PagedArray<long>(4);
        var published = new Published(array.Freeze(), 0, 0);
        var finished = false;
        var reads = 0L;
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref finished))
            {
                var current = Volatile.Read(ref published);
                long sum = 0;
                for (var index = 0; index < current.View.Count; index++)
                {
                    sum += current.View[index];
                }
                Assert.Equal(current.Sum, sum);
                Assert.True(current.View.Count == 0 || current.View[0] == current.Round);
                Interlocked.Increment(ref reads);
            }
        }, TestContext.Current.CancellationToken)).ToArray();
        var stream = RandomStream.For(7, "writer");
        long total = 0;
        for (long round = 1; round <= 3000 || Volatile.Read(ref reads) < 50; round++)
        {
            if (array.Count < 4000)
            {
                array.Add(round);
                total += round;
            }
            for (var edit = 0; edit < 5; edit++)
            {
                ref var value = ref array.Edit(edit == 0 ? 0 : stream.NextInt(array.Count));
                total += round - value;
                value = round;
            }
            Volatile.Write(ref published, new Published(array.Freeze(), total, round));
        }
        Volatile.Write(ref finished, true);
        await Task.WhenAll(readers);
    }

    private static void AssertSame(IReadOnlyList<long> expected, PagedView<long> view)
    {
        Assert.Equal(expected.Count, view.Count);
        for (var index = 0; index < expected.Count; index++)
        {
            if (expected[index] != view[index])
            {
                Assert.Fail($"Element {index} is {view[index]}, not {expected[index]}.");
            }
        }
    }

    private sealed record Published(PagedView<long> View, long Sum, long Round);
}
