using System.Text.Json.Nodes;
using Vitrina.Engine.Events;
using Vitrina.Learning.Evaluation;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Jobs;

namespace Vitrina.Cli.Demos;

/// <summary>The demo of the jobs world: employers and resumes.</summary>
internal static class JobsDemo
{
    public static DemoWorld World { get; } = new()
    {
        World = JobsWorld.Vertical,
        Vertical = JobsWorld.Vertical,
        Surface = JobsWorld.MatchSurface,
        Label = EventType.Response,
        Requests =
        [
            new() { ["user"] = "c000001", ["query"] = "продавец", ["size"] = 5, ["filters"] = Filters("resume", "Москва"), ["fields"] = Fields() },
            new() { ["user"] = "c000002", ["query"] = "водитель", ["size"] = 3, ["explain"] = true, ["filters"] = Filters("resume", "Москва"), ["fields"] = Fields() },
            new() { ["user"] = "c000003", ["size"] = 5, ["facets"] = new JsonArray("employment"), ["filters"] = Filters("resume", "Казань"), ["fields"] = Fields() },
        ],
        Truth = Truth,
    };

    // Waits: the drives never wait for anything outside, they only compute.
    private static BenchReport Truth(IWorld world, IProgress<double> progress)
    {
        var report = new BenchReport { Bench = "truth", Dataset = $"jobs world, seed {world.Seed}", Protocol = "the whole history under each policy, the same people and draws", Seed = world.Seed };
        foreach (var (name, arm) in new[] { ("by contact (all A)", JobsArm.Contact), ("by deal (all B)", JobsArm.Deal) })
        {
            var under = ((JobsWorld)world).UnderAsync((_, _, _) => arm, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            report.Rows.Add(new BenchRow(name)
                .With("expected_deals", under.Employers.ExpectedDealCount)
                .With("deals", under.Employers.DealCount)
                .With("contacts", under.Employers.ContactCount)
                .With("employers_with_deal", under.EmployersWithDeal)
                .With("resumes_without_contact", under.ResumesWithoutContact));
            progress.Report(report.Rows.Count / 2.0);
        }

        return report;
    }

    private static JsonObject Filters(string kind, string city) => new() { ["kind"] = kind, ["city"] = city };

    private static JsonArray Fields() => new("title", "employment", "salary");
}
