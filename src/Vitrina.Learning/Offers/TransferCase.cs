using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Learning.Offers;

/// <summary>What was known of an item in one of its states, by the shift from there to the state that is predicted.</summary>
/// <param name="PriceShift">New price bin − old price bin.</param>
/// <param name="DeliveryShift">New delivery bin − old delivery bin.</param>
/// <param name="Evidence">Successes and trials in the old state.</param>
public readonly record struct ShiftedEvidence(int PriceShift, int DeliveryShift, RateEvidence Evidence);

/// <summary>One lesson about transfer: what was known before an item was offered in a state, and what then happened there.</summary>
/// <param name="Outcome">Successes and trials in the state.</param>
/// <param name="History">What was known of the item itself.</param>
/// <param name="Match">What was known of the other items of its match group.</param>
/// <param name="Type">What was known of the other items of its type in nearby states, already weighted; never without trials and successes.</param>
public sealed record TransferCase(RateEvidence Outcome, IReadOnlyList<ShiftedEvidence> History, IReadOnlyList<ShiftedEvidence> Match, RateEvidence Type)
{
    /// <summary>When the item came into the state, Unix days: later cases judge what earlier ones taught.</summary>
    public int Day { get; init; }
}
