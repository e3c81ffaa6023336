using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Jobs;

namespace Vitrina.Tests.Simulation.Jobs;

public class JobDeterminismTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(720)]
    public async Task Same_seed_gives_the_same_bytes_on_any_number_of_threads(int tickMinutes)
    {
        var configuration = JobsConfiguration.Small with { TickMinutes = tickMinutes };
        var first = await JobWorlds.DigestAsync(JobWorlds.Small(7, 1, configuration));
        Assert.Equal(first, await JobWorlds.DigestAsync(JobWorlds.Small(7, 2, configuration)));
        Assert.Equal(first, await JobWorlds.DigestAsync(JobWorlds.Small(7, 5, configuration)));
        Assert.NotEqual(first, await JobWorlds.DigestAsync(JobWorlds.Small(8, 1, configuration)));
    }

    [Fact]
    public async Task Another_activity_and_taste_of_one_employer_changes_no_list_of_the_other_clusters()
    {
        var owners = JobWorlds.Small().Market.Vacancies.Owner;
        var vacancy = Array.FindIndex(owners, owner => owners.Count(other => other == owner) == 1);
        var (_, before) = await JobWorlds.RunAsync(JobWorlds.Small());
        var changed = JobWorlds.Small();
        changed.Market.Vacancies.Activity[vacancy] *= 6;
        changed.Market.Vacancies.Responsiveness[vacancy] += 2;
        changed.Market.EmployerLeaning[changed.Market.Vacancies.Owner[vacancy]] += 2;
        var (_, after) = await JobWorlds.RunAsync(changed);

        // Markets meet through people who hire or are hired, and through looks into other cities: what cannot be touched stays to the letter.
        var employer = changed.Market.Vacancies.OwnerId(vacancy);
        var profession = changed.Market.ProfessionOf(changed.Market.Vacancies.Cluster[vacancy]);
        Assert.True(RequestsOf(after, employer).Count > RequestsOf(before, employer).Count);
        Assert.Equal(Elsewhere(before), Elsewhere(after));

        List<SimulatedChange.UserEvent> Elsewhere(Recorder recorder) => [.. recorder.Events
            .Where(happened => changed.Market.ProfessionOf(changed.ClusterOf(happened.Item)) != profession)
            .Select(happened => happened with { RankingId = "", Context = null })];

        static List<SimulatedRequest> RequestsOf(Recorder recorder, string user) =>
            [.. recorder.Rankings.Select(ranking => ranking.Request).Where(request => request.User == user)];
    }

    [Fact]
    public async Task More_resumes_leave_the_first_ones_and_the_vacancies_as_they_were()
    {
        var (_, few) = await JobWorlds.RunAsync(JobWorlds.Small());
        var (_, many) = await JobWorlds.RunAsync(JobWorlds.Small(configuration: JobsConfiguration.Small with { ResumeCount = 800 }));
        Assert.Equal(Puts(few), Puts(many));

        static SimulatedChange[] Puts(Recorder recorder) => [.. recorder.Changes.OfType<SimulatedChange.ItemPut>()
            .Where(put => put.Id[0] == 'v' || string.CompareOrdinal(put.Id, "r000500") < 0)
            .Select(put => put with { Attributes = new JobUser(((JobCard)put.Attributes).Description, ((JobCard)put.Attributes).City) })];
    }

    [Fact]
    public async Task Two_policies_meet_the_same_people_and_a_pair_has_one_fate()
    {
        var world = JobWorlds.Small();
        var (_, byContact) = await JobWorlds.RunAsync(world);
        var (_, byDeal) = await JobWorlds.RunAsync(world, (_, _, _) => JobsArm.Deal);
        var asked = byContact.Rankings.Select(ranking => ranking.Request.Key).ToHashSet();
        Assert.InRange(byDeal.Rankings.Count(ranking => asked.Contains(ranking.Request.Key)), (int)(0.9 * asked.Count), asked.Count);

        var channels = Channels(byContact);
        var both = Channels(byDeal).Where(pair => channels.ContainsKey(pair.Key)).ToList();
        Assert.True(both.Count > 20, $"{both.Count} pairs met under both");
        Assert.All(both, pair => Assert.Equal(channels[pair.Key], pair.Value));

        // One vacancy's pair is user and item; an employer with several vacancies may meet a resume for each, so only first contacts are compared.
        static Dictionary<(string, string), string?> Channels(Recorder recorder) => recorder.Events.Where(happened => happened.Type == "contact")
            .GroupBy(happened => (happened.User, happened.Item)).Where(group => group.Count() == 1 && group.Key.User[0] == 'p').ToDictionary(group => group.Key, group => group.First().Channel);
    }
}
