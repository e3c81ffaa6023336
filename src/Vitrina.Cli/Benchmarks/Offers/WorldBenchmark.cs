using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Hashing;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Offers;
using Vitrina.Simulation.Goods;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>
/// <c>vitrina bench offers --world goods</c>: a closed loop. The first half of a world's history is answered by its own policy; then each arm
/// answers the second half with a model that it trains itself, with statistics by item or by offer.
/// </summary>
internal static class WorldBenchmark
{
    private const int LeastDays = 8;

    /// <summary>Runs all arms on several worlds of one configuration.</summary>
    /// <param name="configuration">The world's parameters.</param>
    /// <param name="name">What the report calls it.</param>
    /// <param name="seed">Seed of the first world.</param>
    /// <param name="worldCount">Worlds.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static async Task<BenchReport> RunAsync(
        GoodsConfiguration configuration, string name, ulong seed, int worldCount, IProgress<double> progress, CancellationToken cancellationToken)
    {
        if (configuration.Days < LeastDays)
        {
            throw new UsageException($"the world has {configuration.Days} days of history; the closed loop needs {LeastDays}, half of them to learn from");
        }

        var watch = TimeProvider.System.GetTimestamp();
        var done = 0;
        var figures = new WorldFigures[worldCount, WorldArm.All.Count];
        for (var index = 0; index < worldCount; index++)
        {
            var ownSeed = index == 0 ? seed : Hash.Combine(seed, (ulong)index);
            var transfer = await FitAsync(configuration, ownSeed, cancellationToken);
            await Parallel.ForAsync(0, WorldArm.All.Count, cancellationToken, async (arm, cancellation) =>
            {
                var world = WorldOf(configuration, ownSeed);
                using var loop = new WorldLoop(world, WorldArm.All[arm], transfer, WarmUntil(world));
                await world.DriveAsync(loop, world.Start, world.End, null, cancellation);
                loop.Figures.Finish();
                figures[index, arm] = loop.Figures;
                progress.Report((double)Interlocked.Increment(ref done) / (worldCount * WorldArm.All.Count));
            });
        }

        var table = TableOf(figures, seed);
        table.AddFigure("offer", "worlds", worldCount);
        table.AddFigure("offer", "seconds", TimeProvider.System.GetElapsedTime(watch).TotalSeconds);
        return table.ToReport(
            "offers", name,
            "closed loop over the second half of history, same model, features and training but for the statistics; orders and gmv: expected by the truth, a day; "
            + "new_item_*: events of items younger than 14 days, a day; discount_days and first_click_days: days to the first click, at most 7; discount_views: views of a discount's first 24 hours less those of the 24 hours before; intervals over days of all worlds, paired");
    }

    private static GoodsWorld WorldOf(GoodsConfiguration configuration, ulong seed) =>
        GoodsWorld.Create(configuration, seed, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));

    private static DateTimeOffset WarmUntil(GoodsWorld world) => world.Start.AddDays(world.Configuration.Days / 2);

    // W is learned from the first half, which is the same for all arms.
    private static async Task<TransferDocument> FitAsync(GoodsConfiguration configuration, ulong seed, CancellationToken cancellationToken)
    {
        var world = WorldOf(configuration, seed);
        using var loop = new WorldLoop(world, null, TransferDocument.Default, WarmUntil(world));
        await world.DriveAsync(loop, world.Start, loop.WarmUntil, null, cancellationToken);
        var cases = loop.Cases;
        return cases.Any(one => one.Outcome.Successes > 0) ? TransferFitter.Fit(cases, new TransferFitOptions { HeldOutShare = 0 }).Document : TransferDocument.Default;
    }

    private static EvaluationTable TableOf(WorldFigures[,] figures, ulong seed)
    {
        var table = new EvaluationTable(seed, ["item"]);
        for (var arm = 0; arm < WorldArm.All.Count; arm++)
        {
            var name = WorldArm.All[arm].Name;
            WorldFigures[] own = [.. Enumerable.Range(0, figures.GetLength(0)).Select(world => figures[world, arm])];
            for (var figure = 0; figure < own[0].Days.Count; figure++)
            {
                table.AddLists(name, own[0].Days[figure].Name, [.. own.SelectMany(world => world.Days[figure].Values)]);
            }

            table.AddLists(name, "discount_days", [.. own.SelectMany(world => world.DiscountDays)]);
            table.AddLists(name, "discount_views", [.. own.SelectMany(world => world.DiscountViews)]);
            table.AddLists(name, "first_click_days", [.. own.SelectMany(world => world.FirstClickDays)]);
        }

        return table;
    }
}
