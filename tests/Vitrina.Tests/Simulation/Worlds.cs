using System.Security.Cryptography;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;
using Vitrina.Simulation.Writing;

namespace Vitrina.Tests.Simulation;

internal static class Worlds
{
    public static DateOnly EndDate { get; } = new(2026, 3, 1);

    public static GoodsWorld Small(ulong seed = 7, int threads = 1, GoodsConfiguration? configuration = null) =>
        GoodsWorld.Create(configuration ?? GoodsConfiguration.Small, seed, EndDate, threads);

    public static async Task<(GoodsReport Report, Recorder Recorder)> RunAsync(GoodsWorld world, IMarketplaceAdapter? adapter = null)
    {
        var recorder = new Recorder(adapter ?? new OpenLoopAdapter(world));
        GoodsReport report = await world.DriveAsync(recorder, world.Start, world.End, null, TestContext.Current.CancellationToken);
        return (report, recorder);
    }

    public static async Task<GoodsReport> WriteAsync(GoodsWorld world, string folder, bool isCompressed = false)
    {
        await using var writer = new HistoryWriter(world, new OpenLoopAdapter(world), folder, isCompressed);
        return await world.DriveAsync(writer, world.Start, world.End, null, TestContext.Current.CancellationToken);
    }

    public static string Digest(string folder) => string.Join(
        "\n", Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"));
}

internal sealed class Recorder(IMarketplaceAdapter inner) : IMarketplaceAdapter
{
    public List<(SimulatedRequest Request, ShownList Shown)> Rankings { get; } = [];

    public List<SimulatedChange> Changes { get; } = [];

    public IEnumerable<SimulatedChange.UserEvent> Events => Changes.OfType<SimulatedChange.UserEvent>();

    public async ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        ShownList shown = await inner.RankAsync(request, cancellationToken);
        Rankings.Add((request, shown));
        return shown;
    }

    public ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken)
    {
        Changes.AddRange(changesInTimeOrder);
        return inner.SendAsync(changesInTimeOrder, cancellationToken);
    }
}

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("vitrina-simulation-").FullName;

    public void Dispose() => Directory.Delete(Path, true);
}
