using System.Text.Json;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Services;
using Vitrina.Simulation.Writing;

namespace Vitrina.Tests.Simulation.Services;

public class DriveTests
{
    private static ServicesWorld World(ServicesConfiguration? configuration = null, ulong seed = 7, int threads = 1) =>
        ServicesWorld.Create(configuration ?? Markets.Small, seed, Markets.EndDate, threads);

    [Fact]
    public async Task Same_seed_gives_the_same_bytes_on_one_thread_and_on_two()
    {
        var digests = new List<string>();
        foreach (var (seed, threads) in new[] { (7UL, 1), (7UL, 2), (8UL, 1) })
        {
            using var folder = new TemporaryFolder();
            await WriteAsync(World(seed: seed, threads: threads), folder.Path);
            digests.Add(Worlds.Digest(folder.Path));
        }

        Assert.Equal(digests[0], digests[1]);
        Assert.NotEqual(digests[0], digests[2]);
    }

    [Fact]
    public async Task A_later_part_is_the_same_people_and_arrivals_under_ids_of_its_own()
    {
        var quiet = Markets.Small with { RelistShare = 0, RepeatShare = 0 };
        var (whole, first, second) = (await RecordAsync(quiet), await RecordAsync(quiet with { Days = 2 }, -2), await RecordAsync(quiet with { Days = 2, FirstDay = 2 }));
        Assert.Equal(Orders(whole), [.. Orders(first), .. Orders(second)]);
        Assert.Equal(People(whole), People(second));
        Assert.Empty(first.Events.Select(happened => happened.Id).Intersect(second.Events.Select(happened => happened.Id)));
        Assert.Empty(first.Rankings.Select(ranking => ranking.Shown.RankingId).Intersect(second.Rankings.Select(ranking => ranking.Shown.RankingId)));

        static IEnumerable<(string, DateTimeOffset, string)> Orders(Recorder of) => of.Changes.OfType<SimulatedChange.ItemPut>().Select(put => (put.Id, put.At, ((OrderCard)put.Attributes).Title));
        static IEnumerable<(string, GeoPoint)> People(Recorder of) => of.Changes.OfType<SimulatedChange.UserPut>().Select(put => (put.Id, ((SpecialistCard)put.Attributes).Place));
        static async Task<Recorder> RecordAsync(ServicesConfiguration configuration, int later = 0)
        {
            var world = ServicesWorld.Create(configuration, 7, Markets.EndDate.AddDays(later));
            var recorder = new Recorder(world.OpenLoop());
            await world.DriveAsync(recorder, null, TestContext.Current.CancellationToken);
            return recorder;
        }
    }

    [Fact]
    public async Task A_driven_world_whose_marketplace_shows_the_newest_first_is_the_world_under_arm_A()
    {
        var configuration = Markets.Small with { TickMinutes = 0, RandomisedShare = 0, LoggingTemperature = 0 };
        var world = World(configuration);
        var report = (ServicesReport)await world.DriveAsync(world.OpenLoop(), null, TestContext.Current.CancellationToken);
        var outcome = world.Marketplace.Run(ServicesPolicies.AllA, null, TestContext.Current.CancellationToken);
        Assert.Equal(0, report.WrongAnswerCount);
        Assert.Equal(ServicesOutcome.Total(outcome.Orders(Attribution.Creation)), report.OrderCount);
        Assert.Equal(ServicesOutcome.Total(outcome.Views(Attribution.Response)), report.ViewCount);
        Assert.Equal(ServicesOutcome.Total(outcome.Responses(Attribution.Response)), report.ResponseCount);
        Assert.Equal(Markets.Deals(outcome), report.DealCount);
    }

    [Fact]
    public async Task Files_are_in_time_order_and_refer_to_each_other()
    {
        using var folder = new TemporaryFolder();
        var report = (ServicesReport)await WriteAsync(World(), folder.Path);
        var known = new HashSet<string>();
        var types = new Dictionary<string, long>();
        var (last, stock) = (DateTimeOffset.MinValue, new Dictionary<string, int>());
        foreach (var item in Lines(folder.Path, "items"))
        {
            Assert.True(item.GetProperty("at").GetDateTimeOffset() >= last);
            last = item.GetProperty("at").GetDateTimeOffset();
            var id = item.GetProperty("id").GetString()!;
            var free = item.GetProperty("stock").GetInt32();
            Assert.True(item.GetProperty("op").GetString() == "put" ? known.Add(id) : free == stock[id] - 1);
            stock[id] = free;
        }

        var rankings = Lines(folder.Path, "rankings").ToDictionary(line => line.GetProperty("id").GetString()!);
        foreach (var happened in Lines(folder.Path, "events"))
        {
            var type = happened.GetProperty("type").GetString()!;
            types[type] = types.GetValueOrDefault(type) + 1;
            Assert.Contains(happened.GetProperty("item").GetString()!, known);
            var ranking = rankings[happened.GetProperty("rankingId").GetString()!];
            Assert.Equal(ranking.GetProperty("user").GetString(), happened.GetProperty("user").GetString());
            Assert.Equal(happened.GetProperty("item").GetString(), ranking.GetProperty("items")[happened.GetProperty("position").GetInt32() - 1].GetProperty("id").GetString());
            if (type == "deal")
            {
                var moments = happened.GetProperty("context");
                Assert.True(moments.GetProperty("createdAt").GetDateTimeOffset() <= moments.GetProperty("respondedAt").GetDateTimeOffset());
                Assert.True(moments.GetProperty("respondedAt").GetDateTimeOffset() <= happened.GetProperty("occurredAt").GetDateTimeOffset());
            }
        }

        Assert.Equal((report.ViewCount, report.ResponseCount, report.RefusalCount, report.DealCount), (types["view"], types["response"], types["refusal"], types["deal"]));
        Assert.Equal(report.OrderCount, known.Count);
        Assert.Equal(Markets.Small.SpecialistCount, Lines(folder.Path, "truth-clusters").Count());
    }

    [Fact]
    public async Task Propensities_are_those_of_the_logging_policy()
    {
        var world = World(Markets.Small with { Days = 30, TickMinutes = 0 });
        var recorder = new Recorder(world.OpenLoop());
        await world.DriveAsync(recorder, null, TestContext.Current.CancellationToken);

        // Inverse propensity: the items placed first, weighted, are as many as there were lists with candidates.
        var firsts = recorder.Rankings.Where(ranking => ranking.Shown.Items.Count > 0).Select(ranking => ranking.Shown.Items[0].Propensity).ToList();
        Assert.All(firsts, propensity => Assert.InRange(propensity, double.Epsilon, 1));
        var last = recorder.Rankings.Where(ranking => ranking.Shown.Items.Count is > 0 and < 5).ToList();
        Assert.All(last, ranking => Assert.Equal(1, ranking.Shown.Items[^1].Propensity, 1e-9));
        Assert.Contains(recorder.Rankings, ranking => ranking.Shown.IsRandomised);
    }

    [Fact]
    public async Task Responses_happen_as_often_as_truth_says()
    {
        var world = World(Markets.Small with { Days = 60, TickMinutes = 0 });
        var recorder = new Recorder(world.OpenLoop());
        await world.DriveAsync(recorder, null, TestContext.Current.CancellationToken);
        var requests = recorder.Rankings.ToDictionary(ranking => ranking.Shown.RankingId, ranking => ranking.Request);
        var expected = recorder.Events.Where(happened => happened.Type == "view").Sum(view => world.TrueRelevance(requests[view.RankingId!], view.Item));
        var actual = recorder.Events.Count(happened => happened.Type == "response");
        Assert.True(actual > 1000);
        Assert.InRange(actual, expected - 4 * Math.Sqrt(expected), expected + 4 * Math.Sqrt(expected));
    }

    [Fact]
    public async Task An_item_that_is_no_order_stops_the_drive_and_an_ended_one_is_counted()
    {
        var world = World();
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.DriveAsync(new Fixed("sku-1"), null, TestContext.Current.CancellationToken).AsTask());
        var report = (ServicesReport)await world.DriveAsync(new Fixed("o1", "o1"), null, TestContext.Current.CancellationToken);
        Assert.True(report.WrongAnswerCount > 100);
        Assert.Throws<ArgumentException>(() => world.TrueRelevance(new SimulatedRequest { At = world.StartsAt, User = "s0", Session = "v", Vertical = "services", Surface = "feed", Size = 1 }, "x"));
    }

    [Fact]
    public void Orders_of_now_are_open_now()
    {
        var world = World();
        var now = world.EndsAt.AddHours(11);
        var puts = world.OpenOrdersAt(now).Cast<SimulatedChange.ItemPut>().ToList();
        Assert.NotEmpty(puts);
        Assert.All(puts, put => Assert.True(put.At <= now && put.ExpiresAt > now && put.Stock > 0));
    }

    private static async Task<WorldReport> WriteAsync(ServicesWorld world, string folder)
    {
        await using var writer = new HistoryWriter(world, world.OpenLoop(), folder);
        return await world.DriveAsync(writer, null, TestContext.Current.CancellationToken);
    }

    private static IEnumerable<JsonElement> Lines(string folder, string name) =>
        File.ReadLines(Path.Combine(folder, name + ".jsonl")).Select(line => JsonDocument.Parse(line).RootElement);

    private sealed class Fixed(params string[] ids) : IMarketplaceAdapter
    {
        public ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new ShownList { RankingId = "r", Items = [.. ids.Select((id, place) => new ShownItem(id, place + 1))] });

        public ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
