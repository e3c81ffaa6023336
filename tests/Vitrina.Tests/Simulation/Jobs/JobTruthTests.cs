using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Jobs;

namespace Vitrina.Tests.Simulation.Jobs;

public class JobTruthTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_default_world_meets_its_targets()
    {
        var report = await JobsConfiguration.Demo.Create(1, Worlds.EndDate, 2).DriveAsync(
            new JobsOpenLoop(JobsConfiguration.Demo.Create(1, Worlds.EndDate)), null, TestContext.Current.CancellationToken);
        foreach (var target in report.Calibration)
        {
            output.WriteLine($"{target.Name}: {target.Value:0.000} ({target.Low} to {target.High}, {target.Source})");
        }

        Assert.All(report.Calibration, target => Assert.True(target.IsMet, $"{target.Name}: {target.Value}"));
        Assert.All(report.Rows(), row => Assert.NotEmpty(row.Value));
    }

    [Fact]
    public async Task Contacts_and_deals_happen_as_often_as_truth_says_at_every_level()
    {
        var world = JobWorlds.Small(configuration: JobsConfiguration.Small with { Days = 40, ResumeCount = 1500, VacancyCount = 600, ContactPrice = 0 });
        var (report, recorder) = await JobWorlds.RunAsync(world);
        Assert.Equal(report.EventCount, recorder.Events.Count());
        var requests = recorder.Rankings.ToDictionary(ranking => ranking.Shown.RankingId, ranking => ranking.Request);
        var clicked = recorder.Events.Where(happened => happened.Type == "click").Select(happened => (happened.RankingId, happened.Item)).ToHashSet();
        var contacted = recorder.Events.Where(happened => happened.Type == "contact").Select(happened => (happened.RankingId, happened.Item)).ToHashSet();
        double expected = 0;
        var opened = 0;
        foreach (var view in recorder.Events.Where(happened => happened.Type == "view"))
        {
            var request = JobsRequest.Of(requests[view.RankingId!]);
            var (resume, vacancy) = request.PairWith(world.PostingOrdinal(request.Side, view.Item));
            expected += world.Pairing.ClickProbability(request.Side, resume, vacancy, request.At.UtcTicks);
            opened += clicked.Contains((view.RankingId, view.Item)) ? 1 : 0;
        }

        Assert.InRange(opened, expected - 5 * Math.Sqrt(expected), expected + 5 * Math.Sqrt(expected));
        Assert.True(contacted.IsSubsetOf(clicked));

        // Deals within the history fall short of the expected ones by those that come later and by competitors who were faster.
        var expectedDeals = report.Employers.ExpectedDealCount + report.Persons.ExpectedDealCount;
        var deals = report.Employers.DealCount + report.Persons.DealCount;
        Assert.InRange(deals, 0.4 * expectedDeals, expectedDeals + 4 * Math.Sqrt(expectedDeals));
    }

    [Fact]
    public void Truth_multiplies_along_the_funnel_and_stale_people_make_no_deal()
    {
        var world = JobWorlds.Small();
        var vacancies = world.Market.Vacancies;
        var seen = new HashSet<bool>();
        for (var resume = 0; resume < 200; resume++)
        {
            for (var vacancy = 0; vacancy < 20; vacancy++)
            {
                var truth = world.Truth(vacancies.Id[vacancy], world.Market.Resumes.Id[resume], world.Start.AddDays(5));
                Assert.Equal(1, truth.Channel.Values.Sum(), 1e-9);
                var response = truth.Channel.Sum(pair => pair.Value * truth.Response[pair.Key]);
                Assert.Equal(truth.Contact * response * truth.DealAfterResponse, truth.Deal, 1e-12);
                Assert.InRange(truth.Contact, 0, 1);
                Assert.True(!truth.HasFoundWork || truth.Deal == 0);
                seen.Add(truth.HasFoundWork);
            }
        }

        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public async Task Ordering_by_deals_brings_more_deals_and_more_resumes_with_a_contact_than_ordering_by_contacts()
    {
        var world = JobsConfiguration.Demo.Create(5, Worlds.EndDate, 2);
        var a = await world.UnderAsync((_, _, _) => JobsArm.Contact, TestContext.Current.CancellationToken);
        var b = await world.UnderAsync((_, _, _) => JobsArm.Deal, TestContext.Current.CancellationToken);
        output.WriteLine($"A: {a.Employers.ExpectedDealCount:0} expected deals, {a.EmployersWithDeal:0.000} employers; B: {b.Employers.ExpectedDealCount:0}, {b.EmployersWithDeal:0.000}");
        Assert.True(b.Employers.ExpectedDealCount > 1.1 * a.Employers.ExpectedDealCount);
        Assert.True(b.EmployersWithDeal > a.EmployersWithDeal);
        Assert.True(b.Employers.StaleContactCount < a.Employers.StaleContactCount);
    }

    [Fact]
    public async Task A_policy_sees_the_true_clusters_and_the_expected_deals_of_a_list_fall_with_its_order()
    {
        var world = JobWorlds.Small();
        var clusters = new HashSet<int>();
        var (_, recorder) = await JobWorlds.RunAsync(world, (cluster, user, at) =>
        {
            clusters.Add(cluster);
            Assert.NotEmpty(user);
            Assert.InRange(at, world.Start, world.End);
            return cluster % 2 == 0 ? JobsArm.Contact : JobsArm.Deal;
        });
        Assert.Equal(world.Market.ClusterCount, clusters.Count);
        foreach (var (request, shown) in recorder.Rankings.Where(ranking => ranking.Shown.Items.Count > 5).Take(50))
        {
            string[] items = [.. shown.Items.Select(entry => entry.Id)];
            string[] best = [.. items.OrderByDescending(item => world.TrueRelevance(request, item))];
            Assert.True(world.ExpectedDeals(request, best) >= world.ExpectedDeals(request, items));
            Assert.All(items, item => Assert.True(world.TrueRelevance(request, item) <= world.TrueContact(request, item)));
            Assert.All(shown.Items, entry => Assert.InRange(entry.Propensity, 0, 1));
            var asked = JobsRequest.Of(request);
            Assert.All(items, item => Assert.Equal(asked.Cluster, world.ClusterOf(item)));
        }
    }

    [Fact]
    public void Truth_refuses_strangers()
    {
        var world = JobWorlds.Small();
        Assert.Throws<ArgumentException>(() => world.Truth("v000001", "r999999", world.Start));
        Assert.Throws<ArgumentException>(() => world.Truth("r000001", "v000001", world.Start));
        Assert.Throws<ArgumentException>(() => world.ClusterOf("x1"));
        Assert.Throws<ArgumentException>(() => world.TrueRelevance(new SimulatedRequest { At = world.Start, User = "c1", Session = "s", Vertical = "jobs", Surface = "match", Size = 1 }, "r000001"));
    }
}
