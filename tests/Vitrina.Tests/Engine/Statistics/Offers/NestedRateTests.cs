using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>What a novice starts with, and what a rate is made of.</summary>
public sealed class NestedRateTests
{
    private static readonly TransferMatrix s_matrix = TransferMatrix.Default;

    [Fact]
    public void The_third_seller_of_a_vacuum_cleaner_starts_near_the_second()
    {
        // Xiaomi X10: A 25 000 roubles in 2 days, 500 orders of 25 000 views; B 23 000 in 1 day, 200 of 5 000; C 21 000 in 1 day, new.
        var (a, b, c) = (OfferState.Of(6, 3), OfferState.Of(5, 1), OfferState.Of(4, 1));
        var (soldByA, soldByB) = (new RateEvidence(500, 25_000), new RateEvidence(200, 5_000));
        var match = (s_matrix[a, c] * soldByA) + (s_matrix[b, c] * soldByB);
        var type = new RateEvidence(100, 10_000);
        var rate = NestedRate.Of(default, default, match, type, PriorStrengths.Default);
        Assert.InRange(rate.Rate, soldByA.Rate, soldByB.Rate);
        Assert.Equal(200, rate.Evidence, 1e-9);
        Assert.Equal(1, rate.Match + rate.Type, 1e-12);
        Assert.True(rate.Match > 0.99);

        // Among sellers of equal views the nearer one speaks louder: C is closer to B's rate than to A's.
        var equal = (s_matrix[a, c] * new RateEvidence(100, 5_000)) + (s_matrix[b, c] * soldByB);
        var near = NestedRate.Of(default, default, equal, type, PriorStrengths.Default).Rate;
        Assert.True(soldByB.Rate - near < near - soldByA.Rate, $"{near}");
    }

    [Fact]
    public void A_new_model_starts_with_the_rate_of_its_type_in_nearby_states_not_with_its_sum()
    {
        var here = OfferState.Of(2, 1);
        var nearby = new RateEvidence(300, 10_000);
        var far = new RateEvidence(10, 10_000);
        var type = (s_matrix[OfferState.Of(2, 2), here] * nearby) + (s_matrix[OfferState.Of(9, 9), here] * far);
        var rate = NestedRate.Of(default, default, default, type, PriorStrengths.Default);
        Assert.Equal(0.03, rate.Rate, 1e-6);
        Assert.Equal(50, rate.Evidence, 1e-9);
        Assert.Equal(1, rate.Type, 1e-12);
        Assert.Equal(0, rate.Match);
    }

    [Fact]
    public void A_prior_is_no_stronger_than_what_it_rests_on()
    {
        var rate = NestedRate.Of(new RateEvidence(1, 10), default, default, new RateEvidence(3, 6), PriorStrengths.Default);
        Assert.Equal(16, rate.Evidence, 1e-12);
        Assert.Equal((1.0 + 3) / 16, rate.Rate, 1e-12);
        Assert.Equal(10.0 / 16, rate.Own, 1e-12);
    }

    [Fact]
    public void Much_own_evidence_outweighs_every_prior()
    {
        var rate = NestedRate.Of(new RateEvidence(5_000, 100_000), new RateEvidence(90, 900), new RateEvidence(10, 5_000), new RateEvidence(1, 1_000), PriorStrengths.Default);
        Assert.Equal(0.05, rate.Rate, 1e-3);
        Assert.Equal(1, rate.Own + rate.Transferred + rate.Match + rate.Type, 1e-12);
        Assert.True(rate is { Own: > 0.98, Transferred: > 0, Match: > 0, Type: > 0 });
    }

    [Fact]
    public void An_item_is_left_out_of_its_own_prior()
    {
        var own = new RateEvidence(30, 100);
        var others = new RateEvidence(10, 1_000);
        var expected = NestedRate.Of(own, default, default, others, PriorStrengths.Default);
        Assert.Equal(expected, NestedRate.Of(own, default, default, (own + others).Without(own), PriorStrengths.Default));
        Assert.Equal(default, new RateEvidence(0.1 + 0.2, 0.3).Without(new RateEvidence(0.3 + 1e-12, 0.3)) with { Successes = 0 });
    }

    [Fact]
    public void Without_any_evidence_a_rate_is_missing()
    {
        Assert.True(double.IsNaN(NestedRate.Of(default, default, default, default, PriorStrengths.Default).Rate));
        Assert.True(double.IsNaN(NestedRate.Of(default, default, new RateEvidence(1, 5), new RateEvidence(1, 5), new PriorStrengths(0, 0)).Rate));
    }
}
