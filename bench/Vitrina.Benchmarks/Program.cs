using Vitrina.Benchmarks;

switch (args.FirstOrDefault())
{
    case "journal":
        JournalStoreBenchmark.Run(args.ElementAtOrDefault(1) ?? Directory.GetCurrentDirectory());
        return 0;
    case "snapshots":
        SnapshotPagesBenchmark.Run(1_000_000, 200);
        return 0;
    case "trees":
        TreeScoringBenchmark.Run(500, 31);
        return 0;
    case "encoding":
        QueryEncodingBenchmark.Run(1000, 31);
        return 0;
    case "counters":
        OfferCountingBenchmark.Run(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 100_000, 1_000_000);
        return 0;
    case "--dry":
        // Everything once and small, so that no benchmark rots unseen.
        JournalStoreBenchmark.Run(Path.GetTempPath(), rounds: 1);
        SnapshotPagesBenchmark.Run(10_000, 2);
        TreeScoringBenchmark.Run(10, 1);
        OfferCountingBenchmark.Run(100, 1_000, rounds: 1);
        QueryEncodingBenchmark.Run(10, 1);
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: journal [folder]   compares the journal's stores on the disk of a folder
                   snapshots          compares pages copied on write with copies of whole arrays
                   trees              compares tree scoring by lanes with the plain walk
                   counters           events a second into the counters of offers, and bytes an event
                   encoding           measures the vectors of queries
                   --dry              runs each once, small
            """);
        return 2;
}
