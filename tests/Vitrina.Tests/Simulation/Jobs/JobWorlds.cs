using Vitrina.Simulation.Jobs;
using Vitrina.Simulation.Writing;

namespace Vitrina.Tests.Simulation.Jobs;

internal static class JobWorlds
{
    public static JobsWorld Small(ulong seed = 7, int threads = 1, JobsConfiguration? configuration = null) =>
        JobsWorld.Create(configuration ?? JobsConfiguration.Small, seed, Worlds.EndDate, threads);

    public static async Task<(JobsReport Report, Recorder Recorder)> RunAsync(JobsWorld world, JobsPolicy? policy = null)
    {
        var recorder = new Recorder(new JobsOpenLoop(world, policy));
        var report = await world.DriveAsync(recorder, null, TestContext.Current.CancellationToken);
        return (report, recorder);
    }

    public static async Task<string> DigestAsync(JobsWorld world)
    {
        using var folder = new TemporaryFolder();
        await using (var writer = new HistoryWriter(world, world.OpenLoop(), folder.Path))
        {
            await world.DriveAsync(writer, null, TestContext.Current.CancellationToken);
        }

        return Worlds.Digest(folder.Path);
    }
}
