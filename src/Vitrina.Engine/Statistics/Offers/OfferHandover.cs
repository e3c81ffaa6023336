using Vitrina.Engine.Catalog;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>An event's count, or what left a window, that came after the moment of a handover.</summary>
/// <param name="Condition">The condition.</param>
/// <param name="Window">The window; -1 = all that the age lies in.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Change">The change; for window -1 the age in days of one event.</param>
internal readonly record struct LateCount(int Condition, int Window, int Metric, int Change);

/// <summary>
/// What follows from an Init's thresholds and groups for everything counted: held bins, prices of groups, states, counts of analogs, as of one moment.
/// </summary>
/// <remarks>Made of what does not change any more, on any thread; what changes meanwhile is noted here, and done again when it is taken over.</remarks>
internal sealed class OfferHandover
{
    /// <summary>What the Init found.</summary>
    public required OfferInitResult Result { get; init; }

    /// <summary>The epoch that holds.</summary>
    public required OfferEpoch? Present { get; init; }

    /// <summary>The epoch before the new one: that which holds, or the one before it where both are of one day.</summary>
    public required OfferEpoch? Older { get; init; }

    /// <summary>The bins that it holds.</summary>
    public required HeldBinsView OlderHeld { get; init; }

    /// <summary>The vertical's items.</summary>
    public required IReadOnlyList<Item> Items { get; init; }

    /// <summary>The counts of the moment.</summary>
    public required OfferRecount Recount { get; init; }

    /// <summary>Zones with delivery times of their own.</summary>
    public required SymbolTable Zones { get; init; }

    /// <summary>How many they were.</summary>
    public required int ZoneCount { get; init; }

    /// <summary>Items that changed since, as they were; null = there was none.</summary>
    public Dictionary<int, Item?> Changed { get; } = [];

    /// <summary>What was counted since.</summary>
    public List<LateCount> Late { get; } = [];

    /// <summary>Ends when it can be taken over; null while nobody computes it.</summary>
    public Task? Ready { get; private set; }

    /// <summary>The new epoch.</summary>
    public OfferEpoch Next { get; private set; } = null!;

    /// <summary>The match groups that were found.</summary>
    public FoundGroups Found { get; private set; } = null!;

    /// <summary>The lowest price in each of them; null where groups are not found: then prices stay as they are.</summary>
    public GroupPrices? Prices { get; private set; }

    /// <summary>The counts of analogs.</summary>
    public AnalogCells Cells { get; private set; } = null!;

    private OfferTraits Traits => Recount.Traits;

    /// <summary>True when it follows from what holds now, and what changed since was noted.</summary>
    public bool Fits(OfferEpoch? present, OfferEpoch? older, OfferTraits traits) =>
        ReferenceEquals(Present, present) && ReferenceEquals(Older, older) && ReferenceEquals(Traits, traits) && Zones.Count == ZoneCount;

    /// <summary>Computes it on a thread of its own.</summary>
    public void Begin() => Ready = Task.Factory.StartNew(Compute, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Computes it.</summary>
    public void Compute()
    {
        // Where nothing is new, not even the time is.
        var isSame = Present?.Generation is { } known && known.Day == Result.Generation.Day && known.HasThresholdsOf(Result.Generation);
        Next = new OfferEpoch(isSame ? Present!.Generation : Result.Generation.Numbered((Older?.Generation.Number ?? 0) + 1), Traits, Zones);
        Found = FoundGroups.Of(Result.Matched);
        Prices = Traits.FindsGroups ? new GroupPrices(Traits) : null;
        foreach (var item in Items)
        {
            Step(item, OlderHeld);
            Prices?.Apply(null, -1, item, Found.Of(item.Ordinal));
        }

        Cells = Recount.Compute(Next.Generation, Found.Live());
    }

    /// <summary>Takes one step of hysteresis for an item, again where it changed.</summary>
    /// <param name="item">The item.</param>
    /// <param name="olderHeld">The bins that are held under the older thresholds, as of the item.</param>
    public void Step(Item item, in HeldBinsView olderHeld)
    {
        if (Traits.Declaration.Smoothing != OfferSmoothing.None)
        {
            Next.Step(Older, olderHeld, item);
        }
    }
}
