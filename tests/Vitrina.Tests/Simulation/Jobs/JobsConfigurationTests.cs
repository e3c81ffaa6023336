using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Jobs;

namespace Vitrina.Tests.Simulation.Jobs;

public class JobsConfigurationTests
{
    [Fact]
    public void Fields_that_contradict_each_other_are_refused()
    {
        AssertRefused("vacancyCount", JobsConfiguration.Demo with { VacancyCount = 10 });
        AssertRefused("partTimeShare", JobsConfiguration.Demo with { PartTimeShare = 0.6, ShiftShare = 0.6 });
        AssertRefused("crossClusterShare", JobsConfiguration.Demo with { CityCount = 1 });
        AssertRefused("resumeCount", JobsConfiguration.Demo with { ResumeCount = 5_000_000, RenewalsPerDay = 5, SearchesPerPersonDay = 0 });
        AssertRefused("searchesPerPersonDay", JobsConfiguration.Demo with { ResumeCount = 5_000_000, SearchesPerPersonDay = 8 });
        AssertRefused("scale", null);

        static void AssertRefused(string field, JobsConfiguration? configuration) => Assert.Equal(
            field, Assert.Single(Assert.Throws<WorldConfigurationException>(() => (configuration ?? JobsConfiguration.Demo.Scaled(0)).Validate()).Problems).Field);
    }

    [Fact]
    public async Task Extreme_but_allowed_worlds_run()
    {
        JobsConfiguration[] worlds =
        [
            JobsConfiguration.Small with { Days = 2, CityCount = 1, ProfessionCount = 1, ResumeCount = 10, EmployerCount = 1, VacancyCount = 1, CrossClusterShare = 0 },
            JobsConfiguration.Small with { Days = 2, ContactProbability = 1, DealProbability = 1, ChatResponseProbability = 1, ClickIntercept = 5, ExaminationDecay = 0 },
            JobsConfiguration.Small with { Days = 2, ContactProbability = 0, DealProbability = 0, ChatResponseProbability = 0, MaskedCallResponseProbability = 0, StaleResponseProbability = 1 },
            JobsConfiguration.Small with { Days = 3, SearchMeanDays = 0.5, WithdrawMeanDays = 0.01, WithdrawShare = 1, ListingDays = 1, RenewalsPerDay = 5, DealMeanDays = 0 },
            JobsConfiguration.Small with { Days = 2, ChatUse = 0, MaskedCallUse = 0, InAppCallUse = 0, CandidateLimit = 1, ListSize = 200, RandomisedShare = 1 },
            JobsConfiguration.Small with { Days = 2, SearchesPerVacancyDay = 0, SearchesPerPersonDay = 0, ExperienceMeanYears = 0, SalarySpread = 1.5, ActivitySpread = 3 },
        ];
        foreach (var configuration in worlds)
        {
            var (report, _) = await JobWorlds.RunAsync(JobWorlds.Small(configuration: configuration));
            Assert.All(report.Rows(), row => Assert.NotEmpty(row.Value));
        }
    }
}
