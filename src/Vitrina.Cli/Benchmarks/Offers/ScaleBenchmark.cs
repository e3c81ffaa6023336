using System.Diagnostics;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>
/// <c>vitrina bench offers --scale</c>: a first Init over many offers and ten times as many day-rolled counts, and an Update by one more day.
/// </summary>
/// <remarks>
/// The smallest honest form: columns over item ordinals, the thresholds and states of the engine's own types. A day's counts are kept as they
/// arrive; window sums lie beside them, so that an Update adds one day and takes one away.
/// </remarks>
internal static class ScaleBenchmark
{
    private const int MetricCount = 5;
    private const int CountsPerOffer = 10;
    private const int WindowDays = 28;
    private const int ItemsPerType = 5_000;
    private const int ChunkSize = 1 << 16;

    // One day-rolled count: an offer, a metric, how many.
    private readonly record struct DayCount(int Item, byte State, byte Metric, ushort Count);

    private sealed class Columns(int itemCount)
    {
        public int[] Types { get; } = new int[itemCount];

        public float[] Prices { get; } = new float[itemCount];

        public float[] Days { get; } = new float[itemCount];

        public byte[] States { get; } = new byte[itemCount];

        /// <summary>Sums over the window in the present state, by item and metric.</summary>
        public int[] Sums { get; } = new int[itemCount * MetricCount];

        /// <summary>Sums over the window that were transferred from other states.</summary>
        public float[] Transferred { get; } = new float[itemCount * MetricCount];
    }

    public static BenchReport Run(int itemCount, ulong seed)
    {
        var clock = TimeProvider.System;
        var types = Math.Max(1, itemCount / ItemsPerType);
        var started = clock.GetTimestamp();
        var columns = new Columns(itemCount);
        var days = Draw(columns, types, seed);
        var fillSeconds = clock.GetElapsedTime(started).TotalSeconds;
        started = clock.GetTimestamp();
        Init(columns, types, days);
        var initSeconds = clock.GetElapsedTime(started).TotalSeconds;
        var today = DrawDay(itemCount, WindowDays, seed);
        started = clock.GetTimestamp();
        Apply(columns, days[0], -1);
        Apply(columns, today, 1);
        var updateSeconds = clock.GetElapsedTime(started).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        var counts = days.Sum(day => (long)day.Length);
        var row = new BenchRow("vitrina")
            .With("offers", itemCount).With("counts", counts).With("types", types)
            .With("init_seconds", initSeconds).With("update_seconds", updateSeconds).With("fill_seconds", fillSeconds)
            .With("init_counts_per_second", counts / initSeconds)
            .With("bytes_per_offer", (12.0 + 1 + (8 * MetricCount)) + (8.0 * counts / itemCount))
            .With("peak_mb", process.PeakWorkingSet64 / 1048576.0);
        return new BenchReport
        {
            Bench = "offers",
            Dataset = $"drawn: {itemCount} offers, {counts} day-rolled counts over {WindowDays} days",
            Protocol = "init: thresholds, states, window sums and transferred sums of everything; update: one day enters, one leaves; threads: all processors; bytes: columns and kept days",
            Seed = seed,
            Rows = [row],
        };
    }

    private static DayCount[][] Draw(Columns columns, int types, ulong seed)
    {
        var itemCount = columns.Types.Length;
        Parallel.For(0, (itemCount + ChunkSize - 1) / ChunkSize, chunk =>
        {
            var chance = RandomStream.For(seed, "items", (ulong)chunk);
            for (var item = chunk * ChunkSize; item < Math.Min(itemCount, (chunk + 1) * ChunkSize); item++)
            {
                columns.Types[item] = chance.NextInt(types);
                columns.Prices[item] = 10 + chance.NextInt(10_000);
                columns.Days[item] = 1 + chance.NextInt(20);
            }
        });
        var days = new DayCount[WindowDays][];
        Parallel.For(0, WindowDays, day => days[day] = DrawDay(itemCount, day, seed));
        return days;
    }

    private static DayCount[] DrawDay(int itemCount, int day, ulong seed)
    {
        var counts = new DayCount[(int)((long)itemCount * CountsPerOffer / WindowDays)];
        var chance = RandomStream.For(seed, "day", (ulong)day);
        for (var i = 0; i < counts.Length; i++)
        {
            var drawn = chance.NextUInt64();
            counts[i] = new DayCount(
                (int)((uint)drawn % (uint)itemCount), (byte)((drawn >> 32) % OfferState.Count), (byte)((drawn >> 40) % MetricCount), (ushort)(1 + ((drawn >> 48) % 50)));
        }

        return counts;
    }

    private static void Init(Columns columns, int types, DayCount[][] days)
    {
        var prices = Thresholds(OfferAxis.Price, columns, columns.Prices, types);
        var deliveries = Thresholds(OfferAxis.Delivery, columns, columns.Days, types);
        Parallel.For(0, (columns.Types.Length + ChunkSize - 1) / ChunkSize, chunk =>
        {
            for (var item = chunk * ChunkSize; item < Math.Min(columns.Types.Length, (chunk + 1) * ChunkSize); item++)
            {
                var type = columns.Types[item];
                columns.States[item] = (byte)OfferState.Of(prices[type].BinOf(OfferAxis.Price, columns.Prices[item]), deliveries[type].BinOf(OfferAxis.Delivery, columns.Days[item])).Index;
            }
        });
        foreach (var day in days)
        {
            Apply(columns, day, 1);
        }
    }

    // Every thread takes the counts of its own stripe of items: no two write to one place, and the sums are the same for any number.
    private static void Apply(Columns columns, DayCount[] day, int sign)
    {
        var threads = Environment.ProcessorCount;
        Parallel.For(0, threads, thread =>
        {
            var weights = TransferMatrix.Default;
            var first = (int)((long)columns.Types.Length * thread / threads);
            var end = (int)((long)columns.Types.Length * (thread + 1) / threads);
            foreach (var count in day)
            {
                if (count.Item < first || count.Item >= end)
                {
                    continue;
                }

                var (place, present) = ((count.Item * MetricCount) + count.Metric, columns.States[count.Item]);
                if (count.State == present)
                {
                    columns.Sums[place] += sign * count.Count;
                }
                else
                {
                    columns.Transferred[place] += (float)(sign * count.Count * weights.Into(OfferState.Of(present))[count.State]);
                }
            }
        });
    }

    private static DecileThresholds[] Thresholds(OfferAxis axis, Columns columns, float[] values, int types)
    {
        var sizes = new int[types];
        foreach (var type in columns.Types)
        {
            sizes[type]++;
        }

        double[][] byType = [.. sizes.Select(size => new double[size])];
        Array.Clear(sizes);
        for (var item = 0; item < values.Length; item++)
        {
            byType[columns.Types[item]][sizes[columns.Types[item]]++] = values[item];
        }

        return new TypeThresholds(axis, [.. sizes.Select(_ => -1)], byType).Compute();
    }
}
