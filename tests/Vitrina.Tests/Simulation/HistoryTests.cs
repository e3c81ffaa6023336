using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Simulation;

public class HistoryTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Files_are_in_time_order_within_the_world_and_refer_to_each_other()
    {
        using var folder = new TemporaryFolder();
        GoodsWorld world = Worlds.Small();
        GoodsReport report = await Worlds.WriteAsync(world, folder.Path);
        var known = new Dictionary<string, HashSet<string>>();
        foreach (string name in new[] { "items", "users", "sellers", "features", "rankings", "events" })
        {
            DateTimeOffset last = world.Start;
            HashSet<string> ids = known[name] = [];
            foreach (JsonElement line in Lines(folder.Path, name))
            {
                DateTimeOffset at = line.GetProperty(name == "events" ? "occurredAt" : "at").GetDateTimeOffset();
                Assert.InRange(at, last, world.End.AddTicks(-1));
                last = at;
                if (line.TryGetProperty("id", out JsonElement id) && (name != "items" || line.GetProperty("op").GetString() == "put"))
                {
                    Assert.True(ids.Add(id.GetString()!), $"{name} {id}");
                }
            }
        }

        Assert.Equal(report.RankingCount, known["rankings"].Count);
        Assert.Equal(report.EventCount, known["events"].Count);
        foreach (JsonElement happened in Lines(folder.Path, "events"))
        {
            Assert.Contains(happened.GetProperty("item").GetString()!, known["items"]);
            Assert.Contains(happened.GetProperty("user").GetString()!, known["users"]);
            Assert.Contains(happened.GetProperty("rankingId").GetString()!, known["rankings"]);
        }
    }

    [Fact]
    public async Task Truth_stands_beside_every_randomised_ranking_and_its_propensities_are_those_of_a_shuffle()
    {
        using var folder = new TemporaryFolder();
        await Worlds.WriteAsync(Worlds.Small(), folder.Path, true);
        var truth = Lines(folder.Path, "truth").ToDictionary(line => line.GetProperty("rankingId").GetString()!, line => line.GetProperty("relevance"));
        int rankings = 0;
        int randomised = 0;
        foreach (JsonElement line in Lines(folder.Path, "rankings"))
        {
            rankings++;
            JsonElement[] items = [.. line.GetProperty("items").EnumerateArray()];
            Assert.All(items, item => Assert.InRange(item.GetProperty("propensity").GetDouble(), 0, 1));
            Assert.Equal(items.Length, items.Select(item => item.GetProperty("id").GetString()).Distinct().Count());
            if (!line.GetProperty("context").TryGetProperty("slice", out _))
            {
                continue;
            }

            randomised++;
            JsonElement relevance = truth[line.GetProperty("id").GetString()!];
            Assert.Equal(items.Length, relevance.GetArrayLength());
            Assert.All(relevance.EnumerateArray(), value => Assert.InRange(value.GetDouble(), 0, 1));
            double candidates = 1 / items[0].GetProperty("propensity").GetDouble();
            Assert.Equal(1 / (candidates - items.Length + 1), items[^1].GetProperty("propensity").GetDouble(), 1e-4);
        }

        Assert.Equal(randomised, truth.Count);
        Assert.InRange((double)randomised / rankings, 0.10, 0.20);
    }

    [Fact]
    public async Task A_drive_in_two_parts_sends_the_catalogue_once()
    {
        GoodsWorld world = Worlds.Small();
        var recorder = new Recorder(new OpenLoopAdapter(world));
        DateTimeOffset middle = world.Start.AddDays(3).AddHours(5);
        await world.DriveAsync(recorder, world.Start, middle, null, TestContext.Current.CancellationToken);
        int first = recorder.Rankings.Count;
        var second = new Recorder(new OpenLoopAdapter(world, first));
        await world.DriveAsync(second, middle, world.End, null, TestContext.Current.CancellationToken);
        (_, Recorder whole) = await Worlds.RunAsync(world);
        Assert.Equal(
            whole.Changes.Where(change => change is not SimulatedChange.UserEvent),
            recorder.Changes.Concat(second.Changes).Where(change => change is not SimulatedChange.UserEvent));
        Assert.InRange(recorder.Rankings.Count + second.Rankings.Count, whole.Rankings.Count, whole.Rankings.Count + 5);
        Assert.Equal(whole.Rankings.Take(first).Select(ranking => ranking.Request), recorder.Rankings.Select(ranking => ranking.Request));
    }

    [Fact]
    public async Task Demo_world_has_the_promised_size_and_a_sane_funnel()
    {
        using var folder = new TemporaryFolder();
        var watch = Stopwatch.StartNew();
        GoodsWorld world = GoodsWorld.Create(GoodsConfiguration.Demo, 1, Worlds.EndDate);
        double made = watch.Elapsed.TotalSeconds;
        GoodsReport report = await Worlds.WriteAsync(world, folder.Path);
        double total = watch.Elapsed.TotalSeconds;
        output.WriteLine($"made {made:0.00} s, total {total:0.00} s, {report.EventCount / (total - made):#,0} events/s");
        foreach ((string name, string value) in report.Rows())
        {
            output.WriteLine($"{name,-32} {value}");
        }

        foreach (string file in Directory.GetFiles(folder.Path))
        {
            output.WriteLine($"{Path.GetFileName(file),-20} {new FileInfo(file).Length,12:#,0} bytes  {File.ReadLines(file).First()}");
        }

        Assert.InRange(report.RankingCount, 20_000, 32_000);
        Assert.InRange(report.EventCount, 300_000, 550_000);
        Assert.InRange((double)report.ClickCount / report.ViewCount, 0.05, 0.2);
        Assert.InRange((double)report.CartCount / report.ClickCount, 0.08, 0.25);
        Assert.InRange((double)report.OrderCount / report.CartCount, 0.2, 0.55);
        Assert.InRange(report.ClickCount / report.ExpectedClickCount, 0.98, 1.02);
        Assert.InRange((double)report.NewItemViewCount / report.ViewCount, 0.01, 0.2);
        Assert.InRange(report.MeanStatesPerItem, 2, 5);
        double first = report.ViewsByPosition[0];
        Assert.Equal(1 / (1 + 0.12 * 9), report.ViewsByPosition[9] / first, 0.03);
    }

    private static IEnumerable<JsonElement> Lines(string folder, string name)
    {
        string plain = Path.Combine(folder, name + ".jsonl");
        using Stream stream = File.Exists(plain)
            ? File.OpenRead(plain)
            : new GZipStream(File.OpenRead(plain + ".gz"), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return JsonDocument.Parse(line).RootElement;
        }
    }
}
