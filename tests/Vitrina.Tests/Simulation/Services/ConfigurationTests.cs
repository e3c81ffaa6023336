using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Services;

namespace Vitrina.Tests.Simulation.Services;

public class ConfigurationTests
{
    [Theory]
    [InlineData("specialistsPerMarket", "0")]
    [InlineData("ordersPerDay", "-1")]
    [InlineData("ordersPerDay", "NaN")]
    [InlineData("ordersPerDay", "1e300")]
    [InlineData("slots", "0")]
    [InlineData("lifeMeanHours", "0")]
    [InlineData("lifeMaxHours", "-5")]
    [InlineData("days", "0")]
    [InlineData("tickMinutes", "-1")]
    [InlineData("firstDay", "-1")]
    [InlineData("firstDay", "3001")]
    [InlineData("sessionsPerDay", "-0.5")]
    [InlineData("crossMarketShare", "1.5")]
    [InlineData("treatmentOrder", "best")]
    [InlineData("cityCount", "2147483647")]
    public void Nonsense_is_refused_with_field_line_and_column(string field, string value)
    {
        var file = WorldConfigurationFile.Parse(WorldKind.Find("services")!, $"# a world\n{field}: {value}\n", "world.yaml");
        Assert.Null(file.Configuration);
        var error = Assert.Single(file.Errors);
        Assert.Equal(("world.yaml", 2), (error.File, error.Line));
        Assert.True(error.Column > 0);
        Assert.Contains($"'{field}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cityCount", "cityCount: 10000\ncategoryCount: 500")]
    [InlineData("specialistsPerMarket", "cityCount: 5000\ncategoryCount: 10\nspecialistsPerMarket: 2000\ndays: 1")]
    [InlineData("days", "days: 1000\ncityCount: 1000\ncategoryCount: 10\nspecialistsPerMarket: 1")]
    [InlineData("sessionsPerDay", "sessionsPerDay: 300\nspecialistsPerMarket: 2000\ndays: 1000")]
    [InlineData("ordersPerDay", "ordersPerDay: 5000\nlifeMeanHours: 1000\nlifeMaxHours: 240\nspecialistsPerMarket: 2000\nsessionsPerDay: 20\ndays: 300")]
    [InlineData("ordersPerDay", "ordersPerDay: 5000\nvolumeSpread: 2")]
    public void Worlds_that_would_not_fit_the_machine_are_refused(string field, string yaml)
    {
        var file = WorldConfigurationFile.Parse(WorldKind.Find("services")!, yaml, "world.yaml");
        Assert.Contains(file.Errors, error => error.Message.Contains($"'{field}'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Extreme_but_allowed_worlds_run()
    {
        var small = new ServicesConfiguration { Days = 2, CityCount = 1, CategoryCount = 1, SpecialistsPerMarket = 3 };
        ServicesConfiguration[] worlds =
        [
            small with { SpecialistsPerMarket = 1, OrdersPerDay = 0 },
            small with { SessionsPerDay = 0 },
            small with { OrdersPerDay = 2000, Slots = 1, ListSize = 100, SkillDimensions = 1 },
            small with { LifeMeanHours = 0.01, LifeMaxHours = 0.01, RelistShare = 0.95, RelistMeanHours = 0.01, RepeatShare = 0.95, RepeatMeanDays = 0.01 },
            small with { LifeMeanHours = 1000, LifeMaxHours = 240, OutsideUtility = -30, ResponseIntercept = 30, BusyHours = 1000 },
            small with { OrderWave = 1, SessionWave = 1, WeekendOrders = 0, VolumeSpread = 2, OrdersPerDay = 0.5 },
            small with { RandomisedShare = 1, LoggingTemperature = 100, TickMinutes = 60, CrossMarketShare = 1, CategoryCount = 3, SkillDimensions = 16 },
            small with { TreatmentNoise = 100, TreatmentIncentive = 1, TreatmentStealing = 30, DistanceWeight = 5, CityRadiusKm = 100 },
        ];
        foreach (var configuration in worlds)
        {
            var world = configuration.Create(1, Markets.EndDate);
            var report = await world.DriveAsync(world.OpenLoop(), null, TestContext.Current.CancellationToken);
            Assert.All(report.Rows(), row => Assert.NotEmpty(row.Value));
            Assert.NotEmpty(System.Text.Json.JsonSerializer.Serialize(report, report.GetType()));
            world.Marketplace.Run(ServicesPolicies.BySpecialist(1), null, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task The_default_world_is_calibrated()
    {
        var world = new ServicesConfiguration().Create(1, Markets.EndDate);
        var report = await world.DriveAsync(world.OpenLoop(), null, TestContext.Current.CancellationToken);
        Assert.All(report.Calibration, target => Assert.True(target.IsMet, $"{target.Name}: {target.Value}"));
    }
}
