using System.Text.Json;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Jobs;
using Vitrina.Simulation.Writing;
using Vitrina.Tests.Engine;

namespace Vitrina.Tests.Simulation.Jobs;

public class JobDriveTests
{
    [Fact]
    public async Task Everything_happens_in_order_to_items_and_users_that_are_known()
    {
        var world = JobWorlds.Small();
        var (_, recorder) = await JobWorlds.RunAsync(world);
        var (last, users, listed, ended) = (world.Start, new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        foreach (var change in recorder.Changes)
        {
            Assert.InRange(change.At, last, world.End);
            last = change.At;
            switch (change)
            {
                case SimulatedChange.UserPut user:
                    Assert.True(users.Add(user.Id));
                    break;
                case SimulatedChange.ItemPut put:
                    Assert.True(listed.Add(put.Id) && !ended.Contains(put.Id));
                    Assert.Contains(put.Owner!, users);
                    break;
                case SimulatedChange.ItemPatch { ExpiresAt: { } expiresAt } end:
                    Assert.True(listed.Remove(end.Id) && ended.Add(end.Id));
                    Assert.Equal(end.At, expiresAt);
                    break;
                case SimulatedChange.ItemPatch patch:
                    Assert.Contains(patch.Id, listed);
                    break;
                case SimulatedChange.UserEvent happened:
                    Assert.Contains(happened.User, users);
                    Assert.True(listed.Contains(happened.Item) || ended.Contains(happened.Item));
                    break;
            }
        }
    }

    [Fact]
    public async Task The_funnel_of_each_pair_is_in_order_and_nobody_is_hired_twice()
    {
        var world = JobWorlds.Small(configuration: JobsConfiguration.Small with { Days = 20, DealProbability = 0.99, EmploymentWeight = 0.5 });
        var (_, recorder) = await JobWorlds.RunAsync(world);
        var stage = new Dictionary<(string?, string), string>();
        var hires = new List<(string Resume, string? Vacancy)>();
        var vacancies = recorder.Rankings.ToDictionary(ranking => ranking.Shown.RankingId, ranking => JobsRequest.Of(ranking.Request));
        foreach (var happened in recorder.Events.Where(happened => happened.Type is "contact" or "response" or "refusal" or "deal"))
        {
            var pair = (happened.RankingId, happened.Item);
            var before = stage.GetValueOrDefault(pair, "");
            Assert.Equal(happened.Type switch { "contact" => "", "deal" => "response", _ => "contact" }, before);
            Assert.NotNull(happened.Channel);
            stage[pair] = happened.Type;
            if (happened.Type == "deal")
            {
                var request = vacancies[happened.RankingId!];
                var (resume, vacancy) = request.PairWith(world.PostingOrdinal(request.Side, happened.Item));
                hires.Add((world.Market.Resumes.Id[resume], world.Market.Vacancies.Id[vacancy]));
            }
        }

        Assert.True(hires.Count > 20);
        Assert.Equal(hires.Count, hires.Select(hire => hire.Resume).Distinct().Count());
        Assert.All(hires.GroupBy(hire => hire.Vacancy), hire => Assert.True(hire.Count() <= world.Market.Openings[world.PostingOrdinal(JobSide.Person, hire.Key!)]));
        Assert.Contains(recorder.Events, happened => happened.Type == "refusal" && happened.Context is [{ Key: "reason" }]);
    }

    [Fact]
    public async Task Its_documents_are_those_that_the_shipped_vertical_takes()
    {
        var world = JobWorlds.Small(configuration: JobsConfiguration.Small with { Days = 3, ResumeCount = 120, VacancyCount = 60 });
        await using var engine = TestEngine.Open(yaml: await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "verticals", "jobs.yaml"), TestContext.Current.CancellationToken), at: world.Start);
        JobsReport report;
        using (var adapter = new EngineAdapter(engine.Runtime, engine.Clock))
        {
            report = await world.DriveAsync(adapter, null, TestContext.Current.CancellationToken);
        }

        // The engine's text search finds people of the profession in the city: somebody is contacted.
        Assert.True(report.Employers.ContactCount > 0, $"{report.RankingCount} lists");
        Assert.True(report.Employers.ViewCount > report.Employers.RankingCount);
    }

    [Fact]
    public async Task Propensities_stand_in_the_log_and_its_exploration_slice_has_its_size()
    {
        using var folder = new TemporaryFolder();
        var world = JobWorlds.Small();
        await using (var writer = new HistoryWriter(world, world.OpenLoop(), folder.Path))
        {
            await world.DriveAsync(writer, null, TestContext.Current.CancellationToken);
        }

        var (rankings, randomised) = (0, 0);
        foreach (var line in File.ReadLines(Path.Combine(folder.Path, "rankings.jsonl")).Select(line => JsonDocument.Parse(line).RootElement))
        {
            rankings++;
            randomised += line.GetProperty("context").TryGetProperty("slice", out _) ? 1 : 0;
            Assert.All(line.GetProperty("items").EnumerateArray(), item => Assert.InRange(item.GetProperty("propensity").GetDouble(), 0, 1));
        }

        Assert.InRange(randomised / (double)rankings, 0.07, 0.13);
        Assert.Equal(1 + world.Market.Resumes.Count + world.Market.Vacancies.Count, File.ReadLines(Path.Combine(folder.Path, "clusters.csv")).Count());
    }
}
