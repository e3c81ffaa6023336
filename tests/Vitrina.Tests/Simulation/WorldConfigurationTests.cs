using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Simulation;

public class WorldConfigurationTests
{
    [Fact]
    public void Presets_are_valid()
    {
        WorldConfiguration.Demo.Validate();
        WorldConfiguration.Small.Validate();
        WorldConfiguration.Demo.Scaled(0.1).Validate();
        WorldConfiguration.Demo.Scaled(100).Validate();
    }

    [Fact]
    public void Nonsense_is_refused_with_every_field_named()
    {
        WorldConfiguration wrong = WorldConfiguration.Demo with
        {
            Days = 0,
            BotShare = double.NaN,
            PriceChangesPerDay = -1,
            ListSize = int.MaxValue,
            ClickIntercept = double.PositiveInfinity,
        };
        WorldConfigurationException refusal = Assert.Throws<WorldConfigurationException>(wrong.Validate);
        Assert.Equal(
            ["botShare", "clickIntercept", "days", "listSize", "priceChangesPerDay"],
            refusal.Problems.Select(problem => problem.Field).Order(StringComparer.Ordinal));
        Assert.Contains("days is 0, must be from 1 to 400", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<WorldConfigurationException>(() => GoodsWorld.Create(wrong, 1, Worlds.EndDate));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(double.NaN)]
    public void A_scale_that_is_not_positive_is_refused(double scale) =>
        Assert.Throws<WorldConfigurationException>(() => WorldConfiguration.Demo.Scaled(scale));

    [Fact]
    public void Fields_that_contradict_each_other_are_refused()
    {
        AssertRefused("itemCount", WorldConfiguration.Demo with { ItemCount = 20 });
        AssertRefused("discountMaximum", WorldConfiguration.Demo with { DiscountMinimum = 0.5, DiscountMaximum = 0.2 });
        AssertRefused("typoShare", WorldConfiguration.Demo with { TypoShare = 0.7, LayoutSlipShare = 0.7 });
        AssertRefused("typeCount", WorldConfiguration.Demo with { TypeCount = 900 });
        AssertRefused(
            "typeQueryShare",
            WorldConfiguration.Demo with { TypeQueryShare = 0, BrandTypeQueryShare = 0, ModelQueryShare = 0, ColourQueryShare = 0, BrandQueryShare = 0 });

        static void AssertRefused(string field, WorldConfiguration configuration) =>
            Assert.Equal(field, Assert.Single(Assert.Throws<WorldConfigurationException>(configuration.Validate).Problems).Field);
    }

    [Fact]
    public void The_file_of_the_demo_world_holds_the_defaults()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Vitrina.slnx")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        string[] lines = File.ReadAllLines(Path.Combine(folder.FullName, "worlds", "goods.yaml"));
        string[] values = [.. lines.Where(line => line.Length > 0 && !line.StartsWith('#'))];
        Assert.Equal(WorldConfiguration.Demo.ToYaml(false).TrimEnd().Split('\n'), values);
        Assert.All(values, line => Assert.StartsWith("# ", lines[Array.IndexOf(lines, line) - 1], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Extreme_but_allowed_worlds_run()
    {
        WorldConfiguration[] worlds =
        [
            WorldConfiguration.Small with { Days = 2, UserCount = 1, ItemCount = 10, TypeCount = 10, SellerCount = 1 },
            WorldConfiguration.Small with { Days = 2, ExaminationDecay = 0, CartProbability = 1, OrderProbability = 1, ClickIntercept = 5 },
            WorldConfiguration.Small with { Days = 2, PriceChangesPerDay = 5, PriceChangeSpread = 1, StockOutsPerDay = 2, ClosuresPerDay = 1 },
            WorldConfiguration.Small with { Days = 2, SessionsPerUserDay = 8, ActivitySpread = 3, BotShare = 1, ListSize = 200, CandidateLimit = 1 },
            WorldConfiguration.Small with { Days = 2, TypoShare = 1, LayoutSlipShare = 0, RandomisedShare = 1, NewItemShare = 0.95, IrrelevantShare = 0.9 },
            WorldConfiguration.Small with { Days = 2, SessionsPerUserDay = 0 },
        ];
        foreach (WorldConfiguration configuration in worlds)
        {
            (SimulationReport report, _) = await Worlds.RunAsync(Worlds.Small(configuration: configuration));
            Assert.All(report.Rows(), row => Assert.NotEmpty(row.Value));
        }
    }
}
