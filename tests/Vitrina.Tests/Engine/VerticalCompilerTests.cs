using Vitrina.Engine;
using Vitrina.Engine.Features;

namespace Vitrina.Tests.Engine;

public sealed class VerticalCompilerTests
{
    private const string Smallest = """
        vertical: homes
        items:
          type: kind
          attributes:
            kind: {kind: keyword}
            area: {kind: number, min: 1}
            title: {kind: text}
        """;

    [Theory]
    [InlineData("features: [{kind: afinity, attribute: kind}]", 8, 12, "feature kind 'afinity'", "affinity")]
    [InlineData("features: [{kind: affinity, attribute: knid}]", 8, 40, "'knid'", "kind")]
    [InlineData("features: [{kind: count, of: veiw, windows: 7d}]", 8, 30, "'veiw'", "view")]
    [InlineData("features: [{kind: count, of: view, windows: 3d}]", 8, 45, "statistics.windows", null)]
    [InlineData("features: [{kind: rate, of: view, windows: 7d, key: [query, itm]}]", 8, 53, "'itm'", "item")]
    [InlineData("features: [{kind: attribute, name: aera}]", 8, 36, "'aera'", "area")]
    [InlineData("features: [{kind: bm25, field: titel}]", 8, 32, "'titel'", "title")]
    [InlineData("features: [{kind: table, name: quality, column: x}]", 8, 32, "no table 'quality'", null)]
    [InlineData("features: [{kind: age, days: 3}]", 8, 24, "unknown key 'days'", null)]
    [InlineData("features: [{kind: age}, age]", 8, 25, "declared twice", null)]
    [InlineData("surfaces: {search: {sources: [{kind: popluar}]}}", 8, 31, "source kind 'popluar'", "popular")]
    [InlineData("surfaces: {search: {sources: [popular], filters: [actve]}}", 8, 51, "filter kind 'actve'", "active")]
    [InlineData("surfaces: {search: {sources: [popular], mix: [{rule: selerCap}]}}", 8, 47, "rule kind 'selerCap'", "sellerCap")]
    public void A_kind_that_does_not_bind_is_named_with_its_place_and_the_nearest_name(string line, int expectedLine, int expectedColumn, string message, string? suggestion)
    {
        Assert.Null(VerticalCompiler.Parse($"{Smallest}\n{line}\n", "homes.yaml", out var errors));
        var error = Assert.Single(errors);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal((expectedLine, expectedColumn, suggestion), (error.Line, error.Column, error.Suggestion));
    }

    [Fact]
    public void Groups_of_an_attribute_with_several_values_are_refused_by_name()
    {
        const string Tagged = """
            vertical: homes
            items:
              type: kind
              groups: [kind, tags]
              attributes:
                kind: {kind: keyword}
                tags: {kind: keyword, multiple: true}
            events: {view: {weight: 1}}
            surfaces:
              groups: {candidates: {groups: kind}, sources: [popularGroups]}
              feed: {candidates: {groups: tags}, sources: [popularGroups]}
            """;
        Assert.Null(VerticalCompiler.Parse(Tagged, "homes.yaml", out var errors));
        var error = Assert.Single(errors);
        Assert.Contains("'surfaces.feed.candidates.groups' names 'tags', which may have several values; an item belongs to one group", error.Message, StringComparison.Ordinal);
        Assert.Equal(11, error.Line);
    }

    [Fact]
    public void The_shipped_vertical_binds_and_says_what_it_counts()
    {
        var goods = VerticalCompiler.Load(Path.Combine(AppContext.BaseDirectory, "verticals", "goods.yaml"), out var errors);
        Assert.Empty(errors);
        Assert.NotNull(goods);
        Assert.Contains("rate.click.view.item.7d", goods.FeatureNames);
        Assert.Equal(goods.FeatureNames.Count, goods.FeatureNames.Distinct().Count());
        Assert.Contains(goods.Counters, counter => counter.Key.Name == "query_item");
        Assert.All(goods.Features.Where(feature => feature.Name.StartsWith("bm25", StringComparison.Ordinal)), feature => Assert.Equal(FeatureOrigin.Recorded, feature.Origin));
    }
}
