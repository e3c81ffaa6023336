using System.IO.Compression;
using System.Text;
using Vitrina.Cli.Importing;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;
using Vitrina.Tests.Engine.Journal;
using Vitrina.Tests.Engine.Verticals;

namespace Vitrina.Tests.Cli.Importing;

/// <summary>A folder with files to import, a journal in memory, and a clock that stands in 2026.</summary>
internal sealed class ImportFixture : IDisposable
{
    public const long NowMs = 1_760_000_000_000;
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryJournalStore _store = new();
    private readonly ManualTime _time = new(NowMs);
    private readonly JournalWriter _writer;

    public ImportFixture(params string[] verticalFiles)
    {
        var files = verticalFiles.Length == 0 ? [GoodsFile.Path] : verticalFiles;
        Verticals = new DocumentVerticals(files.Select(file =>
        {
            var vertical = VerticalFile.Load(file);
            Assert.True(vertical.Declaration is not null, string.Join("\n", vertical.Errors));
            return vertical.Declaration;
        }));
        _writer = new JournalWriter(_store, _time, new JournalWriterOptions(), _ => { }, DedupeKeys.Of);
    }

    public DocumentVerticals Verticals { get; }

    public string Folder => _folder.Path;

    public string RefusedFile => Path.Combine(Folder, "refused.jsonl");

    public IEnumerable<JournalEntry> Entries => _store.Read(1);

    public IEnumerable<MarketEvent> Events => Entries.Where(entry => entry.Kind == EntryKind.Event).Select(entry => MarketEvent.Read(entry.Payload.Span));

    public IEnumerable<RankingRecord> Rankings => Entries.Where(entry => entry.Kind == EntryKind.Ranking).Select(entry => RankingRecord.Read(entry.Payload.Span));

    public IEnumerable<ItemChange> Changes =>
        Entries.Where(entry => entry.Kind is EntryKind.ItemPut or EntryKind.ItemPatch or EntryKind.ItemDelete).Select(entry => ItemChange.Read(entry.Payload.Span));

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        if (!name.EndsWith(".gz", StringComparison.Ordinal))
        {
            File.WriteAllText(path, text);
            return path;
        }

        using var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        packed.Write(Encoding.UTF8.GetBytes(text));
        return path;
    }

    public IReadOnlyList<ImportSource> Map(string yaml)
    {
        var errors = new ErrorList();
        var sources = ImportPlan.Parse(yaml, "mapping.yaml", Folder, Verticals, errors);
        Assert.True(errors.Count == 0, string.Join("\n", errors));
        return sources;
    }

    public IReadOnlyList<DeclarationError> MappingErrors(string yaml)
    {
        var errors = new ErrorList();
        ImportPlan.Parse(yaml, "mapping.yaml", Folder, Verticals, errors);
        return errors.InFileOrder();
    }

    public Task<ImportReport> ImportAsync(
        IReadOnlyList<ImportSource> sources, ImportOptions? options = null, Func<ItemChange, bool>? isUnchanged = null, Action<ImportProgress>? progress = null)
    {
        var target = new ImportTarget
        {
            Writer = _writer,
            Verticals = Verticals,
            Time = _time,
            WorkFolder = Path.Combine(Folder, "work"),
            RefusedFile = RefusedFile,
            IsUnchanged = isUnchanged ?? (_ => false),
        };
        return RunAsync(new ImportRunner(target, options, progress), sources);
    }

    private static async Task<ImportReport> RunAsync(ImportRunner runner, IReadOnlyList<ImportSource> sources)
    {
        using (runner)
        {
            return await runner.RunAsync(sources, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A file of the documentation.</summary>
    public static string Docs(string name)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var path = Path.Combine(directory.FullName, "docs", "how-to", name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException($"docs/how-to/{name} is not above the test binary.");
    }

    public void Dispose()
    {
        _writer.Dispose();
        _store.Dispose();
        _folder.Dispose();
    }
}
