using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Makes the states of conditions and the counts of analogs anew.</summary>
/// <remarks>Made of what does not change any more, so that it can be computed beside the living state. Cost: a pass over the conditions.</remarks>
internal sealed class OfferRecount
{
    /// <summary>Where items hold what makes an offer.</summary>
    public required OfferTraits Traits { get; init; }

    /// <summary>Metrics and windows.</summary>
    public required CounterShape Shape { get; init; }

    /// <summary>The conditions.</summary>
    public required OfferConditionsView Conditions { get; init; }

    /// <summary>The counters by offer, of the same moment.</summary>
    public required CounterView Counts { get; init; }

    /// <summary>The raw states of the conditions, once it is computed.</summary>
    public PagedArray<byte> States { get; private set; } = new(8);

    /// <summary>Computes states and counts.</summary>
    /// <param name="generation">The thresholds; null before the first Init.</param>
    /// <param name="found">Match groups that the engine found, by item: the group + 1.</param>
    public AnalogCells Compute(OfferGeneration? generation, PagedView<int> found)
    {
        var states = new PagedArray<byte>(8);
        states.EnsureCount(Conditions.Count);
        for (var condition = 0; condition < Conditions.Count; condition++)
        {
            states.Edit(condition) = (byte)(generation?.StateOf(Conditions[condition]) ?? OffersView.Unbinned).Index;
        }

        States = states;
        var cells = new AnalogCells(Shape, condition => AnalogPlace.Of(Conditions[condition], Traits, found, states[condition]));
        for (var row = 0; row < Counts.RowCount; row++)
        {
            cells.AddAll(StatisticKey.ConditionIn(Counts.KeyOf(row)), Counts, row, 1);
        }

        return cells;
    }
}
