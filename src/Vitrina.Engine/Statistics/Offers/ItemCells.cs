namespace Vitrina.Engine.Statistics.Offers;

/// <summary>A condition under which something was counted.</summary>
/// <param name="Condition">Its number.</param>
/// <param name="Row">Its row in the counters by offer.</param>
/// <param name="State">The number of its raw state.</param>
internal readonly record struct CountedCondition(int Condition, int Row, byte State);

/// <summary>What an item's conditions have in common that are counted together.</summary>
/// <param name="State">The number of their raw state.</param>
/// <param name="Type">The type they were counted for; -1 = none.</param>
/// <param name="Group">The match group they were counted for; -1 = none.</param>
internal readonly record struct CountedPlace(byte State, int Type, int Group);

/// <summary>The counts of one item, laid out for requests: its conditions brought together by state. Immutable.</summary>
internal sealed class ItemCells
{
    /// <summary>The cells of an item that was never seen.</summary>
    public static ItemCells None { get; } = new() { Conditions = [], Places = [], Counts = [], Levels = [] };

    /// <summary>The conditions, newest first.</summary>
    public required CountedCondition[] Conditions { get; init; }

    /// <summary>The states with type and match group; two to five for most items.</summary>
    public required CountedPlace[] Places { get; init; }

    /// <summary>The counts, row-major [places x columns]. Integers, so that the order of summation does not matter.</summary>
    public required double[] Counts { get; init; }

    /// <summary>The mean level of price, then of delivery time, under which each column was counted, [2 x columns]; NaN where nothing was. See <see cref="LevelOf"/>.</summary>
    public required double[] Levels { get; init; }

    /// <summary>A price as its logarithm, a delivery time as that of one day more; NaN when it is not known.</summary>
    public static double LevelOf(OfferAxis axis, double value) => !OfferState.IsValid(axis, value) ? double.NaN : axis == OfferAxis.Price ? Math.Log(value) : double.LogP1(value);

    /// <summary>Brings an item's conditions together.</summary>
    public static ItemCells LayOut(in OfferConditionsView conditions, int item, in CounterView counts, IReadOnlyList<OfferColumn> columns)
    {
        var counted = new List<CountedCondition>();
        var places = new List<CountedPlace>();
        Span<int> placeOf = stackalloc int[OfferConditions.MostPerItem];
        for (var at = conditions.NewestOf(item); at >= 0; at = conditions[at].Next)
        {
            if (counts.Find(StatisticKey.Offer.Of(null, -1, 0, at)) is >= 0 and var row)
            {
                ref readonly var condition = ref conditions[at];
                var place = new CountedPlace((byte)conditions.StateOf(at), condition.Type, condition.Group);
                var known = places.IndexOf(place);
                if (known < 0)
                {
                    places.Add(place);
                }

                placeOf[counted.Count] = known < 0 ? places.Count - 1 : known;
                counted.Add(new CountedCondition(at, row, place.State));
            }
        }

        var cells = new double[places.Count * columns.Count];
        for (var i = 0; i < counted.Count; i++)
        {
            for (var column = 0; column < columns.Count; column++)
            {
                cells[(placeOf[i] * columns.Count) + column] += counts.Count(counted[i].Row, columns[column].Window, columns[column].Metric);
            }
        }

        return new ItemCells { Conditions = [.. counted], Places = [.. places], Counts = cells, Levels = [.. LevelsOf(OfferAxis.Price, conditions, counted, counts, columns), .. LevelsOf(OfferAxis.Delivery, conditions, counted, counts, columns)] };
    }

    private static double[] LevelsOf(OfferAxis axis, in OfferConditionsView conditions, List<CountedCondition> counted, in CounterView counts, IReadOnlyList<OfferColumn> columns)
    {
        var (sums, weights) = (new double[columns.Count], new double[columns.Count]);
        foreach (var one in counted)
        {
            ref readonly var condition = ref conditions[one.Condition];
            var level = LevelOf(axis, axis == OfferAxis.Price ? condition.Price : condition.Delivery);
            for (var column = 0; column < sums.Length && !double.IsNaN(level); column++)
            {
                var count = counts.Count(one.Row, columns[column].Window, columns[column].Metric);
                sums[column] += count * level;
                weights[column] += count;
            }
        }

        for (var column = 0; column < sums.Length; column++)
        {
            sums[column] = weights[column] > 0 ? sums[column] / weights[column] : double.NaN;
        }

        return sums;
    }
}
