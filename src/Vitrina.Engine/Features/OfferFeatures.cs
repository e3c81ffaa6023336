using System.Globalization;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Engine.Features;

/// <summary>What of an offer's surroundings a feature counts.</summary>
internal enum OfferLevel
{
    /// <summary>The item in its present state, with what W transfers from its other states.</summary>
    Offer,

    /// <summary>The match group in the item's state and nearby ones.</summary>
    MatchGroup,

    /// <summary>The type in the item's state and nearby ones.</summary>
    Type,
}

/// <summary>How many events of a type an offer had within a window: its own, and transferred from the item's other states. Never of analogs.</summary>
internal sealed class OfferCountFeature(string name, OfferLevel level, int column, bool isLog) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> values)
    {
        var offers = scope.Offers;
        for (var i = 0; i < values.Length; i++)
        {
            var count = CountOf(offers, level, i, column);
            values[i] = (float)(isLog ? double.LogP1(count) : count);
        }
    }

    internal static double CountOf(OfferScope offers, OfferLevel level, int candidate, int column)
    {
        var own = offers.Count(OfferEvidence.Own, candidate, column) + offers.Count(OfferEvidence.Transferred, candidate, column);
        return level switch
        {
            OfferLevel.MatchGroup => own + offers.Count(OfferEvidence.Match, candidate, column),
            OfferLevel.Type => own + offers.Count(OfferEvidence.Type, candidate, column),
            _ => own,
        };
    }
}

/// <summary>The sum over an offer's conditions of counts in a table, each weighted by W; with a query: of the pair's counts.</summary>
internal sealed class OfferPairCountFeature(string name, CounterCell cell, bool isLog) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var count = SumOf(scope, cell, i);
            values[i] = (float)(isLog ? double.LogP1(count) : count);
        }
    }

    internal static double SumOf(FeatureScope scope, CounterCell cell, int candidate)
    {
        var rows = scope.Offers.RowsOf(cell.Table).Of(candidate, out var weights);
        ref readonly var view = ref scope.Market.Statistics.Tables[cell.Table];
        var sum = 0.0;
        for (var i = 0; i < rows.Length; i++)
        {
            sum += weights[i] * view.Count(rows[i], cell.Window, cell.Metric);
        }

        return sum;
    }
}

/// <summary>The decayed count of an offer's events of a type, own and transferred, as log(1 + count).</summary>
internal sealed class OfferDecayedFeature(string name, int table, int halfLife, int metric) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> values)
    {
        var all = scope.Offers.RowsOf(table);
        ref readonly var view = ref scope.Market.Statistics.Tables[table];
        for (var i = 0; i < values.Length; i++)
        {
            var rows = all.Of(i, out var weights);
            var sum = 0.0;
            for (var at = 0; at < rows.Length; at++)
            {
                sum += weights[at] * view.Decayed(rows[at], halfLife, metric, scope.NowMs);
            }

            values[i] = (float)double.LogP1(sum);
        }
    }
}

/// <summary>Where the rate over the whole vertical stands.</summary>
/// <param name="Events">Its numerator.</param>
/// <param name="Exposures">Its denominator.</param>
internal readonly record struct BaseRate(CounterCell Events, CounterCell Exposures)
{
    // One event in twenty exposures stands in before the vertical has a rate of its own.
    public double Of(FeatureScope scope)
    {
        var all = scope.Market.Statistics.Tables[Events.Table];
        var row = all.Find(StatisticKey.All.Of(null, -1, 0));
        return (all.Count(row, Events.Window, Events.Metric) + 1.0) / (all.Count(row, Exposures.Window, Exposures.Metric) + 20.0);
    }
}

/// <summary>An offer's rate by nested empirical Bayes: type → match group → the item's own and transferred statistics; see <see cref="NestedRate"/>.</summary>
/// <remarks>The vertical's own rate stands behind the type, worth <c>prior</c> views, so that no offer is without a rate.</remarks>
internal sealed class OfferRateFeature(string name, int successes, int trials, BaseRate all, double prior) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> values)
    {
        var behind = new RateEvidence(prior * all.Of(scope), prior);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)RateOf(scope, i, successes, trials, behind).Rate;
        }
    }

    public override string? Remark(FeatureScope scope, int candidate)
    {
        var rate = RateOf(scope, candidate, successes, trials, new RateEvidence(prior * all.Of(scope), prior));
        return string.Create(CultureInfo.InvariantCulture, $"own {rate.Own:0%}, transferred {rate.Transferred:0%}, match group {rate.Match:0%}, type {rate.Type:0%}");
    }

    internal static NestedRate RateOf(FeatureScope scope, int candidate, int successes, int trials, RateEvidence behind)
    {
        var offers = scope.Offers;
        return NestedRate.Of(
            offers.Of(OfferEvidence.Own, candidate, successes, trials),
            offers.Of(OfferEvidence.Transferred, candidate, successes, trials),
            offers.Of(OfferEvidence.Match, candidate, successes, trials),
            offers.Of(OfferEvidence.Type, candidate, successes, trials) + behind,
            offers.View.Transfer.Strengths);
    }
}

/// <summary>The rate of a pair of query and offer; the offer's own nested rate is its prior, worth <c>prior</c> exposures.</summary>
internal sealed class OfferPairRateFeature(string name, CounterCell events, CounterCell exposures, (int Successes, int Trials) offer, BaseRate all, double prior) : Feature(name)
{
    // What the vertical's rate is worth behind the type of the offer's own rate.
    private const double Behind = 1;

    public override void Compute(FeatureScope scope, Span<float> values)
    {
        var behind = new RateEvidence(Behind * all.Of(scope), Behind);
        for (var i = 0; i < values.Length; i++)
        {
            var rate = OfferRateFeature.RateOf(scope, i, offer.Successes, offer.Trials, behind).Rate;
            var (happened, exposed) = (OfferPairCountFeature.SumOf(scope, events, i), OfferPairCountFeature.SumOf(scope, exposures, i));
            values[i] = (float)((happened + (prior * rate)) / (exposed + prior));
        }
    }
}

/// <summary>A smoothed rate of the type or match group in the item's state and nearby ones, the item itself included.</summary>
internal sealed class StateRateFeature(string name, OfferLevel level, int successes, int trials, BaseRate all, double prior) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> values)
    {
        var (offers, rate) = (scope.Offers, all.Of(scope));
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)((OfferCountFeature.CountOf(offers, level, i, successes) + (prior * rate)) / (OfferCountFeature.CountOf(offers, level, i, trials) + prior));
        }
    }
}

/// <summary>How much of the evidence behind an offer's rate comes from one place: a share from 0 to 1.</summary>
internal sealed class OfferShareFeature(string name, OfferEvidence kind, int trials) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var rate = OfferRateFeature.RateOf(scope, i, trials, trials, default);
            values[i] = (float)(kind switch
            {
                OfferEvidence.Own => rate.Own,
                OfferEvidence.Transferred => rate.Transferred,
                OfferEvidence.Match => rate.Match,
                _ => rate.Type,
            });
        }
    }
}

/// <summary>The present bin of the item's price or delivery time, 0–9.</summary>
internal sealed class BinFeature(string name, OfferAxis axis) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> values)
    {
        var states = scope.Offers.States;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = axis == OfferAxis.Price ? states[i].PriceBin : states[i].DeliveryBin;
        }
    }
}

/// <summary>How long the item is in its present state: log(1 + days since the last change of a bin, else since it was first offered).</summary>
internal sealed class StateAgeFeature(string name) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> values)
    {
        var items = scope.Items;
        var changed = scope.Market.Offers!.StateChanged;
        for (var i = 0; i < values.Length; i++)
        {
            var since = items[i].Ordinal < changed.Count && changed[items[i].Ordinal] is not 0 and var at ? at : items[i].PublishedAtMs;
            values[i] = (float)double.LogP1(Math.Max(0, scope.NowMs - since) / (double)TimeSpan.MillisecondsPerDay);
        }
    }
}

/// <summary>
/// How far the item's present price or delivery time lies from what people saw who made its statistics: log(now / their mean), 0 = as they saw it, or
/// nobody saw it. Below 0 the item is cheaper or faster than its statistics know.
/// </summary>
/// <remarks>
/// A changed item carries statistics of its old terms, whole at a shift within the bin and by W beyond. This says by how much they are out of date, in a unit
/// that a model can weigh: what a cut is worth needs no views under the new price. Delivery times are taken with a day more, so that 0 days are a number.
/// </remarks>
internal sealed class TermShiftFeature(string name, OfferAxis axis, int views) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> values)
    {
        var (offers, traits) = (scope.Offers, scope.Offers.View.Traits);
        var items = scope.Items;
        for (var i = 0; i < values.Length; i++)
        {
            var now = ItemCells.LevelOf(axis, axis == OfferAxis.Price ? traits.PriceOf(items[i]) : traits.DeliveryOf(items[i], scope.Region));
            var seen = offers.SeenLevel(i, axis, views);
            values[i] = double.IsNaN(now) || double.IsNaN(seen) ? 0 : (float)(now - seen);
        }
    }
}

/// <summary>log(price / lowest price of an active item of the match group); 0 = nobody is cheaper.</summary>
internal sealed class LowestPriceFeature(string name) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> values)
    {
        var items = scope.Items;
        var offers = scope.Market.Offers!;
        for (var i = 0; i < values.Length; i++)
        {
            var (group, price) = (offers.GroupOf(items[i]), offers.Traits.PriceOf(items[i]));
            var lowest = group >= 0 && group < offers.LowestPrices.Count ? offers.LowestPrices[group] : double.NaN;
            values[i] = OfferState.IsValid(OfferAxis.Price, price) ? (float)Math.Log(price / lowest) : float.NaN;
        }
    }
}
