using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Registry;
using Vitrina.Learning;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;
using Vitrina.Simulation.Writing;

namespace Vitrina.Tests.Engine;

public class DeterminismTests
{
    [Fact]
    public async Task A_world_driven_twice_gives_the_same_journal_statistics_models_and_files_at_one_thread_and_two()
    {
        var (first, second) = (await RunAsync(threads: 1), await RunAsync(threads: 2));
        Assert.True(first.Journal.Count > 5000, $"{first.Journal.Count} entries");
        for (var i = 0; i < Math.Min(first.Journal.Count, second.Journal.Count); i++)
        {
            Assert.True(first.Journal[i] == second.Journal[i], $"entry {i + 1}: {first.Journal[i]} / {second.Journal[i]}");
        }

        Assert.Equal(first.Journal.Count, second.Journal.Count);
        Assert.Equal(first.Checkpoint, second.Checkpoint);
        Assert.Equal(first.Model, second.Model);
        Assert.Equal(first.Files, second.Files);
        TestContext.Current.TestOutputHelper?.WriteLine($"{first.Journal.Count} entries, {first.Rankings} rankings");
    }

    private static async Task<(List<string> Journal, string Checkpoint, string Model, string Files, long Rankings)> RunAsync(int threads)
    {
        var world = GoodsWorld.Create(GoodsConfiguration.Small with { Days = 3 }, 3, new DateOnly(2026, 3, 1));
        var root = TestEngine.NewFolder();
        var files = Directory.CreateTempSubdirectory("vitrina-files-").FullName;
        GoodsReport report;
        IReadOnlyList<CompiledVertical> verticals;
        await using (var engine = TestEngine.Open(root, at: world.Start))
        {
            verticals = engine.Verticals;
            using var adapter = new EngineAdapter(engine.Runtime, engine.Clock);
            await using var writer = new HistoryWriter(world, adapter, files);
            report = await world.DriveAsync(writer, world.Start, world.End, null, TestContext.Current.CancellationToken);
        }

        var directory = new DataDirectory(root);
        using var journal = SegmentJournalStore.Open(directory.Journal, new SegmentJournalOptions(), readOnly: true);
        var entries = journal.Read(1).Select(entry => $"{entry.Kind} {Convert.ToHexString(SHA256.HashData(entry.Payload.Span))}").ToList();
        var models = new StringBuilder();
        foreach (var kind in new[] { RankerKind.Logistic, RankerKind.Trees })
        {
            var options = new LearningOptions { Vertical = "goods", Surface = "search", Kind = kind, Trees = 40, Threads = threads };
            var outcome = LearningLoop.Run(journal, verticals, directory.Features, options, cancellationToken: TestContext.Current.CancellationToken);
            var model = Path.Combine(root, "model.bin");
            ModelFile.Write(model, outcome.Model);
            models.AppendLine(CultureInfo.InvariantCulture, $"{outcome.Model.Kind} {HashOf(model)}");
        }

        var digest = string.Join('\n', Directory.GetFiles(files).Order(StringComparer.Ordinal).Select(file => $"{Path.GetFileName(file)} {HashOf(file)}"));
        var result = (entries, HashOf(Directory.GetFiles(directory.Checkpoints, "*.ckpt").Single()), models.ToString(), digest, report.RankingCount);
        Directory.Delete(root, true);
        Directory.Delete(files, true);
        return result;
    }

    private static string HashOf(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
}
