namespace Vitrina.Engine;

/// <summary>How new items and states of offers fare in one vertical.</summary>
public sealed record OffersReport
{
    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The moment that the report is of: now, or the end of the last day with events.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The generation of thresholds; 0 before the first Init.</summary>
    public required int Generation { get; init; }

    /// <summary>New items, by how new they are.</summary>
    public required IReadOnlyList<NewItems> NewItems { get; init; }

    /// <summary>Active items by present price bin, 0–9.</summary>
    public required IReadOnlyList<int> PriceBins { get; init; }

    /// <summary>Active items by present delivery bin, 0–9, everywhere.</summary>
    public required IReadOnlyList<int> DeliveryBins { get; init; }

    /// <summary>Items by the number of states in which they were seen: index 0 = one state; the last holds all from there on.</summary>
    public required IReadOnlyList<int> ItemsByStates { get; init; }

    /// <summary>States of an item that was seen at all, mean; absent when none was.</summary>
    public required double? StatesPerItem { get; init; }

    /// <summary>What was set aside, and why.</summary>
    public required IReadOnlyDictionary<string, long> SetAside { get; init; }
}

/// <summary>Items that are new, and what they get of everything that happened in the same days.</summary>
public sealed record NewItems
{
    /// <summary>First offered within so many days; events of as many days are counted.</summary>
    public required int Days { get; init; }

    /// <summary>How many there are.</summary>
    public required int Items { get; init; }

    /// <summary>How many have some activity: a view or anything else.</summary>
    public required int ActiveItems { get; init; }

    /// <summary>Shares of events of all items, 0 to 1, by event; an event that never happened is left out.</summary>
    public required IReadOnlyDictionary<string, double> Shares { get; init; }

    /// <summary>Median hours from the first offering to the first view; absent without any.</summary>
    public required double? HoursToFirstView { get; init; }

    /// <summary>Median hours from the first offering to the first interaction (anything but a view); absent without any.</summary>
    public required double? HoursToFirstInteraction { get; init; }
}
