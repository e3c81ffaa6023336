using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>How an arm sees what people did with an item, whatever its state.</summary>
internal enum ItemStatistics
{
    /// <summary>Counts and their ratios as they are: an item without history has none.</summary>
    Raw,

    /// <summary>Rates with the vertical's own rate as prior, and the type's rate: an item without history is an average one.</summary>
    Shrunk,
}

/// <summary>What an arm of the closed loop knows beyond card, price and delivery.</summary>
/// <param name="Name">Its row.</param>
/// <param name="Item">Its statistics by item.</param>
/// <param name="WithOffer">Whether statistics of the offer stand beside those of the item.</param>
/// <param name="WithAnalogs">Whether the match group and nearby states of the type lend to the offer.</param>
/// <param name="NewItemBoost">Added to the log-odds of an item in its first seven days.</param>
/// <param name="Smoothing">When bins follow a change.</param>
internal sealed record WorldArm(
    string Name, ItemStatistics Item = ItemStatistics.Raw, bool WithOffer = false, bool WithAnalogs = true, double NewItemBoost = 0, OfferSmoothing Smoothing = OfferSmoothing.Thresholds)
{
    // Moves an average novice from the middle of a list into its first third; more than that costs orders in the default world.
    private const double Boost = 0.5;

    /// <summary>The arms, the baseline first.</summary>
    public static IReadOnlyList<WorldArm> All { get; } =
    [
        new("item"),
        new("item-shrunk", ItemStatistics.Shrunk),
        new("new-item-boost", NewItemBoost: Boost),
        new("offer", WithOffer: true),
        new("offer-no-analogs", WithOffer: true, WithAnalogs: false),
        new("everything-smoothed", WithOffer: true, Smoothing: OfferSmoothing.Everything),
        new("unsmoothed", WithOffer: true, Smoothing: OfferSmoothing.None),
    ];
}
