using System.Diagnostics;
using System.Globalization;
using Vitrina.Kernels.Collections;

namespace Vitrina.Benchmarks;

/// <summary>What does a published snapshot cost: pages copied on write, against a copy of the whole array? Both in one run, as ratios.</summary>
internal static class SnapshotPagesBenchmark
{
    private const int Reads = 4_000_000;

    // Entries applied between two publications: 20 ms at 1,000 and at 50,000 entries a second.
    private static readonly int[] s_edits = [20, 1000];

    /// <summary>Prints a table in Markdown.</summary>
    /// <param name="elements">Elements of the array.</param>
    /// <param name="publications">Publications per round.</param>
    public static void Run(int elements, int publications)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{elements:N0} counters of 8 bytes, pages of 64, {publications} publications"));
        Console.WriteLine();
        Console.WriteLine("| measure | whole copy | pages | ratio |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        var pages = new PagedArray<long>();
        for (int i = 0; i < elements; i++)
        {
            pages.Add(i);
        }

        long[] whole = new long[elements];
        foreach (int edits in s_edits)
        {
            var (copyMicroseconds, copyBytes) = Measure(publications, seed =>
            {
                Edit(edits, elements, seed, index => whole[index]++);
                whole = (long[])whole.Clone();
            });
            var (pageMicroseconds, pageBytes) = Measure(publications, seed =>
            {
                Edit(edits, elements, seed, index => pages.Edit(index)++);
                pages.Freeze();
            });
            Row($"µs per publication, {edits} edits", copyMicroseconds, pageMicroseconds);
            Row($"bytes per publication, {edits} edits", copyBytes, pageBytes);
        }

        PagedView<long> view = pages.Freeze();
        Row("ns per read, scattered", ReadWhole(whole), ReadPages(view));
    }

    // Scattered over the whole array: the worst case for pages.
    private static void Edit(int edits, int elements, uint seed, Action<int> edit)
    {
        uint place = seed;
        for (int i = 0; i < edits; i++)
        {
            place = (place * 1664525) + 1013904223;
            edit((int)(place % (uint)elements));
        }
    }

    private static (double Microseconds, double Bytes) Measure(int publications, Action<uint> publish)
    {
        publish(1);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long startedAt = Stopwatch.GetTimestamp();
        for (uint i = 0; i < publications; i++)
        {
            publish(i + 2);
        }

        return (Stopwatch.GetElapsedTime(startedAt).TotalMicroseconds / publications, (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)publications);
    }

    private static double ReadWhole(long[] whole)
    {
        long startedAt = Stopwatch.GetTimestamp();
        long sum = 0;
        uint place = 1;
        for (int i = 0; i < Reads; i++)
        {
            place = (place * 1664525) + 1013904223;
            sum += whole[(int)(place % (uint)whole.Length)];
        }

        GC.KeepAlive(sum);
        return Stopwatch.GetElapsedTime(startedAt).TotalNanoseconds / Reads;
    }

    private static double ReadPages(PagedView<long> view)
    {
        long startedAt = Stopwatch.GetTimestamp();
        long sum = 0;
        uint place = 1;
        for (int i = 0; i < Reads; i++)
        {
            place = (place * 1664525) + 1013904223;
            sum += view[(int)(place % (uint)view.Count)];
        }

        GC.KeepAlive(sum);
        return Stopwatch.GetElapsedTime(startedAt).TotalNanoseconds / Reads;
    }

    private static void Row(string name, double whole, double pages) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {whole:N1} | {pages:N1} | {pages / whole:0.000} |"));
}
