using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Simulation;

public class WorldConfigurationTests
{
    [Fact]
    public void Presets_are_valid()
    {
        GoodsConfiguration.Demo.Validate();
        GoodsConfiguration.Small.Validate();
        GoodsConfiguration.Demo.Scaled(0.1).Validate();
        GoodsConfiguration.Demo.Scaled(100).Validate();
    }

    [Fact]
    public void Nonsense_is_refused_with_every_field_named()
    {
        GoodsConfiguration wrong = GoodsConfiguration.Demo with
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
        Assert.Throws<WorldConfigurationException>(() => GoodsConfiguration.Demo.Scaled(scale));

    [Fact]
    public void Fields_that_contradict_each_other_are_refused()
    {
        AssertRefused("itemCount", GoodsConfiguration.Demo with { ItemCount = 20 });
        AssertRefused("discountMaximum", GoodsConfiguration.Demo with { DiscountMinimum = 0.5, DiscountMaximum = 0.2 });
        AssertRefused("typoShare", GoodsConfiguration.Demo with { TypoShare = 0.7, LayoutSlipShare = 0.7 });
        AssertRefused("typeCount", GoodsConfiguration.Demo with { TypeCount = 900 });
        AssertRefused(
            "typeQueryShare",
            GoodsConfiguration.Demo with { TypeQueryShare = 0, BrandTypeQueryShare = 0, ModelQueryShare = 0, ColourQueryShare = 0, BrandQueryShare = 0 });

        static void AssertRefused(string field, GoodsConfiguration configuration) =>
            Assert.Equal(field, Assert.Single(Assert.Throws<WorldConfigurationException>(configuration.Validate).Problems).Field);
    }

    [Fact]
    public async Task Extreme_but_allowed_worlds_run()
    {
        GoodsConfiguration[] worlds =
        [
            GoodsConfiguration.Small with { Days = 2, UserCount = 1, ItemCount = 10, TypeCount = 10, SellerCount = 1 },
            GoodsConfiguration.Small with { Days = 2, ExaminationDecay = 0, CartProbability = 1, OrderProbability = 1, ClickIntercept = 5 },
            GoodsConfiguration.Small with { Days = 2, PriceChangesPerDay = 5, PriceChangeSpread = 1, StockOutsPerDay = 2, ClosuresPerDay = 1 },
            GoodsConfiguration.Small with { Days = 2, SessionsPerUserDay = 8, ActivitySpread = 3, BotShare = 1, ListSize = 200, CandidateLimit = 1 },
            GoodsConfiguration.Small with { Days = 2, TypoShare = 1, LayoutSlipShare = 0, RandomisedShare = 1, NewItemShare = 0.95, IrrelevantShare = 0.9 },
            GoodsConfiguration.Small with { Days = 2, SessionsPerUserDay = 0 },
        ];
        foreach (GoodsConfiguration configuration in worlds)
        {
            (GoodsReport report, _) = await Worlds.RunAsync(Worlds.Small(configuration: configuration));
            Assert.All(report.Rows(), row => Assert.NotEmpty(row.Value));
        }
    }
}
