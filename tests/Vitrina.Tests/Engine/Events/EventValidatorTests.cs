using Vitrina.Engine.Events;
using Vitrina.Engine.Verticals;
using Vitrina.Tests.Engine.Verticals;

namespace Vitrina.Tests.Engine.Events;

public sealed class EventValidatorTests
{
    private const long NowMs = 1_760_000_000_000;
    private static readonly TokenSigner Signer = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private static readonly DocumentVerticals Verticals = new([VerticalFile.Load(GoodsFile.Path).Declaration!]);
    private readonly EventValidator _validator = new(Verticals, id => id == "i" ? "goods" : null, Signer);

    private static MarketEvent Event => new() { Id = "e", Type = EventType.Click, OccurredAtMs = NowMs, Item = "i" };

    [Fact]
    public void A_sound_event_is_accepted()
    {
        var token = Signer.Sign(new RankingToken("r", "i", 1, 0));
        Assert.Null(CodeOf(Event));
        Assert.Null(CodeOf(Event with { Type = EventType.View, Token = token, RankingId = "r", Price = 0 }));
        Assert.Null(CodeOf(Event with { OccurredAtMs = NowMs + 299_000 }));
        Assert.Null(CodeOf(Event with { OccurredAtMs = NowMs - 399L * 86_400_000 }));
    }

    [Fact]
    public void Each_reason_has_its_code()
    {
        Assert.Equal("unknown_item", CodeOf(Event with { Item = "j" }));
        Assert.Equal("unknown_type", CodeOf(Event with { Type = EventType.Deal }));
        Assert.Equal("future", CodeOf(Event with { OccurredAtMs = NowMs + 301_000 }));
        Assert.Equal("too_old", CodeOf(Event with { OccurredAtMs = NowMs - 401L * 86_400_000 }));
        Assert.Equal("negative_price", CodeOf(Event with { Price = -1 }));
        Assert.Equal("negative_value", CodeOf(Event with { Value = -1 }));
        Assert.Equal("not_finite", CodeOf(Event with { Price = double.PositiveInfinity }));
        Assert.Equal("out_of_range", CodeOf(Event with { Quantity = -1 }));
        Assert.Equal("out_of_range", CodeOf(Event with { Position = 10_001 }));
        Assert.Equal("bad_token", CodeOf(Event with { Token = "forged" }));
        Assert.Equal("token_invalid", CodeOf(Event with { Token = Signer.Sign(new RankingToken("r", "j", 1, 0)) }));
        Assert.Equal("token_invalid", CodeOf(Event with { RankingId = "q", Token = Signer.Sign(new RankingToken("r", "i", 1, 0)) }));
    }

    [Fact]
    public void Importers_lift_the_retention()
    {
        var validator = new EventValidator(Verticals, _ => "goods", null, new EventValidatorOptions { RetentionDays = 36_500 });
        Assert.True(validator.TryValidate(Event with { OccurredAtMs = 1_000_000_000_000 }, NowMs, out _));
    }

    private string? CodeOf(MarketEvent marketEvent) => _validator.TryValidate(marketEvent, NowMs, out var error) ? null : error.Code;
}
