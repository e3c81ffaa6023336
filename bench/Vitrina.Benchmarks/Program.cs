using Vitrina.Benchmarks;

switch (args.FirstOrDefault())
{
    case "journal":
        JournalStoreBenchmark.Run(args.ElementAtOrDefault(1) ?? Directory.GetCurrentDirectory());
        return 0;
    case "--dry":
        var folder = Directory.CreateTempSubdirectory("vitrina-bench-").FullName;
        try
        {
            JournalStoreBenchmark.Run(folder, isDry: true);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    default:
        Console.Error.WriteLine("""
            usage:
              journal [folder]   compares the journal's stores on the disk of a folder
              --dry              runs everything once on little data, so that it cannot rot
            """);
        return 2;
}
