using System.Diagnostics;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks;

/// <summary>Searches while another thread changes titles: what visibility within milliseconds costs those who search.</summary>
internal static class TextWrites
{
    private const int PublishMs = 20;
    private const int ChangesPerPublish = 20;

    /// <summary>Measures the queries beside a writer that swaps titles of random items, <see cref="ChangesPerPublish"/> before each freeze.</summary>
    public static BenchRow Measure(TextIndex index, string[] titles, TextQuery[] queries, TextRequest request)
    {
        var current = index.Freeze();
        using var stop = new CancellationTokenSource();
        var (changes, freezes, worst) = (0L, 0L, 0d);
        var started = Stopwatch.GetTimestamp();
        var writer = new Thread(() =>
        {
            var random = RandomStream.For(request.Seed, "writes");
            var texts = new string?[1];
            while (!stop.IsCancellationRequested)
            {
                for (var change = 0; change < ChangesPerPublish; change++)
                {
                    texts[0] = titles[random.NextInt(titles.Length)];
                    index.Put(random.NextInt(titles.Length), texts);
                }

                var before = Stopwatch.GetTimestamp();
                Volatile.Write(ref current, index.Freeze());
                worst = Math.Max(worst, Stopwatch.GetElapsedTime(before).TotalMilliseconds);
                changes += ChangesPerPublish;
                freezes++;
                stop.Token.WaitHandle.WaitOne(PublishMs);
            }
        });
        writer.Start();
        var scratch = new TextSearchScratch();
        var passes = new List<TextPass>();
        for (var pass = 0; pass < request.Repeats; pass++)
        {
            passes.Add(TextBenchmark.Pass(() => Volatile.Read(ref current), queries, scratch));
        }

        stop.Cancel();
        writer.Join();
        return TextBenchmark.Row("vitrina", "or", passes)
            .With("writes_per_second", changes / Stopwatch.GetElapsedTime(started).TotalSeconds)
            .With("freezes", freezes)
            .With("freeze_ms_max", worst)
            .With("segments", index.SegmentCount);
    }
}
