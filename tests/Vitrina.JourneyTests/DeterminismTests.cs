using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

public class DeterminismTests
{
    private static readonly string[] World = ["--seed", "5", "--scale", "0.1", "--end-date", "2026-01-31"];

    [Fact]
    public async Task The_same_seed_gives_the_same_files_and_the_same_model_in_every_process()
    {
        using var folder = new TemporaryFolder();
        (await CommandLine.RunAsync(["simulate", "goods", .. World, "--out", folder.At("a")])).Expect(0);
        (await CommandLine.RunAsync(["simulate", "goods", .. World, "--out", folder.At("b")])).Expect(0);
        (await CommandLine.RunAsync(["simulate", "goods", .. World, "--out", folder.At("c"), "--threads", "2"])).Expect(0);
        (await CommandLine.RunAsync(["simulate", "goods", "--seed", "6", .. World.Skip(2), "--out", folder.At("other")])).Expect(0);
        RequireSameFiles(folder.At("a"), folder.At("b"));
        RequireSameFiles(folder.At("a"), folder.At("c"));
        Assert.NotEqual(await BytesAsync(folder.At("a", "events.jsonl")), await BytesAsync(folder.At("other", "events.jsonl")));

        // Imported, trained, and trained again over one journal: one model, bit by bit.
        var models = new List<byte[]>();
        foreach (var data in new[] { "first", "second" })
        {
            (await CommandLine.RunAsync("import", folder.At("a"), "--data", folder.At(data), "--json")).Expect(0);
            var trained = (await CommandLine.RunAsync("train", "--data", folder.At(data), "--json")).Expect(0).Json();
            var files = Directory.GetFiles(folder.At(data, "models"), "model.bin", SearchOption.AllDirectories);
            Assert.Contains(trained.Text("model").Split('/')[1], Assert.Single(files), StringComparison.Ordinal);
            models.Add(await BytesAsync(files[0]));
        }

        Assert.Equal(models[0], models[1]);
    }

    private static Task<byte[]> BytesAsync(string path) => File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);

    private static void RequireSameFiles(string left, string right)
    {
        var names = Directory.GetFiles(left).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(names, Directory.GetFiles(right).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("events.jsonl", names);
        foreach (var name in names)
        {
            Assert.True(File.ReadAllBytes(Path.Combine(left, name!)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(right, name!))), $"{name} differs");
        }
    }
}
