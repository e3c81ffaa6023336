using System.Diagnostics;
using System.Globalization;
using Vitrina.Engine.Journal;

namespace Vitrina.Benchmarks;

/// <summary>Which store should hold the journal: SQLite or segment files? Both in one run, alternating, as ratios.</summary>
internal static class JournalStoreBenchmark
{
    private const int PayloadBytes = 200;
    private const long StartMs = 1_760_000_000_000;

    // Entries per flush, and how many flushes one round makes.
    private static readonly (int Entries, int Flushes)[] s_groups = [(1, 300), (64, 200), (8192, 10)];

    /// <summary>Runs in a folder (the disk matters); prints a table in Markdown.</summary>
    public static void Run(string folder, int rounds = 5)
    {
        Console.WriteLine($"{PayloadBytes}-byte payloads, median of {rounds} rounds, folder on {new DriveInfo(folder).DriveFormat}");
        Console.WriteLine();
        Console.WriteLine("| measure | SQLite | segments | ratio |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach ((int entries, int flushes) in s_groups)
        {
            var sqlite = new Measures();
            var segments = new Measures();
            for (int round = 0; round < rounds; round++)
            {
                sqlite.Add(Measure(folder, isSegments: false, entries, flushes));
                segments.Add(Measure(folder, isSegments: true, entries, flushes));
            }

            Row($"appends/s, {entries} per flush", sqlite.AppendsPerSecond, segments.AppendsPerSecond, "N0");
            if (entries == s_groups[^1].Entries)
            {
                Row("entries read/s", sqlite.ReadsPerSecond, segments.ReadsPerSecond, "N0");
                Row("bytes per entry", sqlite.BytesPerEntry, segments.BytesPerEntry, "N1");
            }
        }
    }

    private static void Row(string name, double sqlite, double segments, string format) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {sqlite.ToString(format, CultureInfo.InvariantCulture)} | {segments.ToString(format, CultureInfo.InvariantCulture)} | {segments / sqlite:0.00} |"));

    private static (double Appends, double Reads, double Bytes) Measure(string parent, bool isSegments, int entries, int flushes)
    {
        string folder = Directory.CreateDirectory(Path.Combine(parent, "vitrina-journal-benchmark")).FullName;
        try
        {
            using IJournalStore store = isSegments
                ? SegmentJournalStore.Open(folder, new SegmentJournalOptions())
                : SqliteJournalStore.Open(Path.Combine(folder, "journal.db"));
            var group = new JournalEntry[entries];
            byte[] payload = Payload();
            long startedAt = Stopwatch.GetTimestamp();
            for (int flush = 0; flush < flushes; flush++)
            {
                for (int i = 0; i < entries; i++)
                {
                    long sequence = ((long)flush * entries) + i + 1;
                    group[i] = new JournalEntry(sequence, StartMs + (sequence / 100), EntryKind.Event, payload);
                }

                store.Append(group);
            }

            double count = (double)entries * flushes;
            double appends = count / Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
            startedAt = Stopwatch.GetTimestamp();
            long bytes = 0;
            foreach (JournalEntry entry in store.Read(1))
            {
                bytes += entry.Payload.Length;
            }

            double reads = count / Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
            if (bytes != (long)count * PayloadBytes)
            {
                throw new InvalidOperationException("The journal did not give back what was written.");
            }

            // SQLite's write-ahead file is folded into the database when the store closes.
            store.Dispose();
            return (appends, reads, Directory.GetFiles(folder).Sum(file => new FileInfo(file).Length) / count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Payload()
    {
        var payload = new byte[PayloadBytes];
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] = (byte)(i * 37);
        }

        return payload;
    }

    private sealed class Measures
    {
        private readonly List<(double Appends, double Reads, double Bytes)> _rounds = [];

        public double AppendsPerSecond => Median(round => round.Appends);

        public double ReadsPerSecond => Median(round => round.Reads);

        public double BytesPerEntry => Median(round => round.Bytes);

        public void Add((double Appends, double Reads, double Bytes) round) => _rounds.Add(round);

        private double Median(Func<(double Appends, double Reads, double Bytes), double> of) => _rounds.Select(of).Order().ElementAt(_rounds.Count / 2);
    }
}
