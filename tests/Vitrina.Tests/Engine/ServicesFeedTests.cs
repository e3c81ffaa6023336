using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Services;

namespace Vitrina.Tests.Engine;

public class ServicesFeedTests
{
    [Fact]
    public async Task A_specialist_is_never_shown_an_order_that_has_ended()
    {
        var configuration = new ServicesConfiguration { Days = 1, CityCount = 1, CategoryCount = 2, SpecialistsPerMarket = 15, SessionsPerDay = 8, TickMinutes = 0 };
        var world = ServicesWorld.Create(configuration, 3, new DateOnly(2026, 3, 1));
        await using var engine = TestEngine.Open(yaml: File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "verticals", "services.yaml")), at: world.StartsAt);
        using var adapter = new EngineAdapter(engine.Runtime, engine.Clock);
        var report = (ServicesReport)await world.DriveAsync(adapter, null, TestContext.Current.CancellationToken);
        Assert.Equal(0, report.WrongAnswerCount);
        Assert.True(report.ResponseCount > 20, report.Summary());
        Assert.True(report.DealCount > 0, report.Summary());
        TestContext.Current.TestOutputHelper?.WriteLine(report.Summary());
    }
}
