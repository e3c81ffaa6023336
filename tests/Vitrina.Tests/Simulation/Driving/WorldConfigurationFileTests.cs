using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Simulation.Driving;

public class WorldConfigurationFileTests
{
    private static readonly WorldKind Goods = WorldKind.Find("goods")!;

    [Fact]
    public void What_the_configuration_writes_is_read_back()
    {
        var configuration = GoodsConfiguration.Small with { PriceSpread = 0.25, Days = 9 };
        var file = WorldConfigurationFile.Parse(Goods, configuration.ToYaml(), "world.yaml");
        Assert.Empty(file.Errors);
        Assert.Equal(configuration, file.Configuration);
    }

    [Fact]
    public void Mistakes_are_named_with_their_place_and_the_nearest_field()
    {
        var file = WorldConfigurationFile.Parse(Goods, "days: 7\nitemCont: 50\nuserCount: many\ntypoShare: 3\n", "world.yaml");
        Assert.Null(file.Configuration);
        Assert.Equal([2, 3, 4], file.Errors.Select(error => error.Line));
        Assert.Equal("itemCount", file.Errors[0].Suggestion);
        Assert.Equal((1, "world.yaml"), (file.Errors[0].Column, file.Errors[0].File));
        Assert.Contains("'userCount'", file.Errors[1].Message, StringComparison.Ordinal);
        Assert.Contains("'typoShare'", file.Errors[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_do_not_go_together_are_named_where_they_stand()
    {
        var file = WorldConfigurationFile.Parse(Goods, "itemCount: 20\n\ntypeCount: 40\n", "world.yaml");
        Assert.Equal(1, Assert.Single(file.Errors).Line);
        Assert.Contains("'itemCount' is 20, below typeCount 40", file.Errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_file_is_an_error_and_no_exception() =>
        Assert.Contains("cannot be read", Assert.Single(WorldConfigurationFile.Load(Goods, "/nowhere/world.yaml").Errors).Message, StringComparison.Ordinal);
}
