using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Simulation;

public class DeterminismTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(720)]
    public async Task Same_seed_gives_the_same_bytes_on_one_thread_and_on_two(int tickMinutes)
    {
        GoodsConfiguration configuration = GoodsConfiguration.Small with { TickMinutes = tickMinutes };
        var digests = new List<string>();
        foreach (int threads in new[] { 1, 2, 2 })
        {
            using var folder = new TemporaryFolder();
            await Worlds.WriteAsync(Worlds.Small(7, threads, configuration), folder.Path);
            digests.Add(Worlds.Digest(folder.Path));
        }

        Assert.Equal(digests[0], digests[1]);
        Assert.Equal(digests[0], digests[2]);
    }

    [Fact]
    public async Task Another_seed_gives_another_world()
    {
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        await Worlds.WriteAsync(Worlds.Small(7), first.Path);
        await Worlds.WriteAsync(Worlds.Small(8), second.Path);
        Assert.NotEqual(Worlds.Digest(first.Path), Worlds.Digest(second.Path));
    }

    [Fact]
    public async Task Another_quality_of_one_item_changes_no_list_without_it()
    {
        const int Item = 5;
        (_, Recorder before) = await Worlds.RunAsync(Worlds.Small());
        GoodsWorld changed = Worlds.Small();
        changed.Behaviour.Preference.Standing[Item] += 3;
        (_, Recorder after) = await Worlds.RunAsync(changed);

        string id = changed.Catalogue.ItemId[Item];
        HashSet<string> touched = [.. before.Rankings.Concat(after.Rankings)
            .Where(ranking => ranking.Shown.Items.Any(entry => entry.Id == id)).Select(ranking => ranking.Request.Session)];
        Assert.NotEmpty(touched);
        Assert.Equal(Untouched(before), Untouched(after));
        Assert.True(after.Events.Count(IsClickOnItem) > before.Events.Count(IsClickOnItem));

        bool IsClickOnItem(SimulatedChange.UserEvent happened) => happened.Item == id && happened.Type == "click";

        // Ranking ids count answered lists, and an order ends a session, so they may shift; nothing else does.
        List<SimulatedChange> Untouched(Recorder recorder) => [.. recorder.Changes
            .Where(change => change is not SimulatedChange.UserEvent happened || !touched.Contains(happened.Session))
            .Select(change => change is SimulatedChange.UserEvent happened ? happened with { RankingId = "" } : change)];
    }

    [Fact]
    public async Task More_users_leave_the_first_ones_as_they_were()
    {
        (_, Recorder few) = await Worlds.RunAsync(Worlds.Small());
        (_, Recorder many) = await Worlds.RunAsync(Worlds.Small(configuration: GoodsConfiguration.Small with { UserCount = 500 }));
        string[] expected = [.. few.Rankings.Select(ranking => Line(ranking.Request))];
        string[] actual = [.. many.Rankings.Where(ranking => ranking.Request.UserOrdinal < 300).Select(ranking => Line(ranking.Request))];
        Assert.Equal(expected, actual);

        static string Line(SimulatedRequest request) => $"{request.At:O} {request.User} {request.Session} {request.Query} {request.Context[0].Value}";
    }

    [Fact]
    public async Task Other_price_changes_leave_titles_people_and_discounts_as_they_were()
    {
        (_, Recorder calm) = await Worlds.RunAsync(Worlds.Small());
        (_, Recorder wild) = await Worlds.RunAsync(Worlds.Small(configuration: GoodsConfiguration.Small with { PriceChangesPerDay = 2 }));
        Assert.Equal(Puts(calm), Puts(wild));
        Assert.Equal(Users(calm), Users(wild));
        Assert.Equal(Stocks(calm), Stocks(wild));

        static string[] Puts(Recorder recorder) =>
            [.. recorder.Changes.OfType<SimulatedChange.ItemPut>().Select(put => $"{put.At:O} {put.Id} {put.Seller} {((GoodsCard)put.Attributes).Title} {((GoodsCard)put.Attributes).Delivery}")];
        static SimulatedChange[] Users(Recorder recorder) => [.. recorder.Changes.OfType<SimulatedChange.UserPut>()];
        static SimulatedChange[] Stocks(Recorder recorder) => [.. recorder.Changes.OfType<SimulatedChange.ItemPatch>().Where(patch => patch.Stock is not null)];
    }

    [Fact]
    public async Task Two_policies_meet_the_same_people()
    {
        GoodsWorld world = Worlds.Small();
        (_, Recorder logged) = await Worlds.RunAsync(world);
        (_, Recorder reversed) = await Worlds.RunAsync(world, new ReversingAdapter(new OpenLoopAdapter(world)));
        Dictionary<long, int> depth = logged.Rankings.ToDictionary(ranking => ranking.Request.Key, _ => 0);
        int shared = reversed.Rankings.Count(ranking => depth.ContainsKey(ranking.Request.Key));
        Assert.InRange(shared, (int)(0.9 * depth.Count), depth.Count);
    }

    private sealed class ReversingAdapter(IMarketplaceAdapter inner) : IMarketplaceAdapter
    {
        public async ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
        {
            ShownList shown = await inner.RankAsync(request, cancellationToken);
            ShownItem[] items = [.. shown.Items.Reverse().Select((entry, place) => entry with { Position = place + 1 })];
            return shown with { Items = items };
        }

        public ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
