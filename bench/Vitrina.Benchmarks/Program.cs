using Vitrina.Benchmarks;

switch (args.FirstOrDefault())
{
    case "journal":
        JournalStoreBenchmark.Run(args.ElementAtOrDefault(1) ?? Directory.GetCurrentDirectory());
        return 0;
    default:
        Console.Error.WriteLine("usage: journal [folder]   compares the journal's stores on the disk of a folder");
        return 2;
}
