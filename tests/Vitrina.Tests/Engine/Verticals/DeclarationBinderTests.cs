using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Verticals;

namespace Vitrina.Tests.Engine.Verticals;

public sealed class DeclarationBinderTests
{
    [Fact]
    public void Parameters_of_a_kind_are_bound_with_defaults()
    {
        var errors = new ErrorList();
        var kind = KindDeclaration.Parse("{kind: rate, of: click, key: item, windows: [7d, 28d], prior: 12.5}", errors)!;
        var bound = kind.Bind<RateParameters>(errors);
        Assert.Empty(errors);
        Assert.Equal("rate", kind.Kind);
        Assert.Equal(["item"], bound.Key);
        Assert.Equal([TimeSpan.FromDays(7), TimeSpan.FromDays(28)], bound.Windows);
        Assert.Equal((12.5, "click", Transform.None), (bound.Prior, bound.Of, bound.Transform));
        Assert.Equal((1, 18), (kind.PositionOf("of").Line, kind.PositionOf("of").Column));
    }

    [Fact]
    public void A_list_stands_where_one_or_many_are_allowed()
    {
        var errors = new ErrorList();
        var bound = KindDeclaration.Parse("{kind: rate, of: click, key: [query, item], transform: log}", errors)!.Bind<RateParameters>(errors);
        Assert.Empty(errors);
        Assert.Equal(["query", "item"], bound.Key);
        Assert.Equal(Transform.Log, bound.Transform);
    }

    [Fact]
    public void Wrong_parameters_are_all_named_and_leave_usable_defaults()
    {
        var errors = new ErrorList();
        var bound = KindDeclaration.Parse("{kind: rate, prior: 5000, widnows: [7d], transform: lgo}", errors)!.Bind<RateParameters>(errors);
        Assert.Equal(4, errors.Count);
        Assert.Contains(errors, e => e is { Column: 27, Suggestion: "windows" } && e.Message == "unknown key 'widnows' in 'rate'");
        Assert.Contains(errors, e => e is { Column: 53, Suggestion: "log" });
        Assert.Contains(errors, e => e.Message == "missing key 'of' in 'rate'");
        Assert.Contains(errors, e => e.Message == "'rate.prior' is '5000'; it must be from 0 to 1000");
        Assert.Equal(("", 50.0), (bound.Of, bound.Prior));
        Assert.Empty(bound.Key);
    }

    [Fact]
    public void A_bare_name_is_a_kind_without_parameters()
    {
        var errors = new ErrorList();
        var kind = KindDeclaration.Parse("active", errors, "rule", "section")!;
        Assert.Equal(("active", "rule"), (kind.Kind, kind.Discriminator));
        Assert.Empty(kind.Parameters.Entries);
        Assert.Empty(errors);
    }

    [Fact]
    public void Maps_keep_the_order_of_the_file()
    {
        var errors = new ErrorList();
        var bound = KindDeclaration.Parse("{kind: weighted, weights: {z: 1, a: 2, m: 3}}", errors)!.Bind<WeightedParameters>(errors);
        Assert.Equal(["z", "a", "m"], bound.Weights.Keys);
    }

    [Theory]
    [InlineData("50ms", 50)]
    [InlineData("1.5s", 1500)]
    [InlineData("15m", 900_000)]
    [InlineData("24h", 86_400_000)]
    [InlineData("7d", 604_800_000)]
    public void Durations_are_read_and_written_back(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
        Assert.True(Duration.TryParse(Duration.Format(value), out var again));
        Assert.Equal(value, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("d")]
    [InlineData("-7d")]
    [InlineData("7 d")]
    [InlineData("7D")]
    [InlineData("1..2d")]
    [InlineData("99999999999999999999999999999999d")]
    public void Other_texts_are_no_durations(string text) => Assert.False(Duration.TryParse(text, out _));

    public enum Transform
    {
        None,
        Log,
    }

    public sealed record RateParameters
    {
        public required string Of { get; init; }

        [OneOrMany]
        public IReadOnlyList<string> Key { get; init; } = [];

        public IReadOnlyList<TimeSpan> Windows { get; init; } = [TimeSpan.FromDays(7)];

        [Range(0.0, 1000.0)]
        public double Prior { get; init; } = 50;

        public Transform Transform { get; init; }
    }

    public sealed record WeightedParameters
    {
        public required IReadOnlyDictionary<string, double> Weights { get; init; }
    }
}
