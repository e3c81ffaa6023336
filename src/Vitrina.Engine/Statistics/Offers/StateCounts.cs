namespace Vitrina.Engine.Statistics.Offers;

/// <summary>The counts of an owner in the states that have any. Immutable.</summary>
/// <param name="States">The states' numbers, ascending.</param>
/// <param name="Counts">Their counts, row-major [states x columns].</param>
internal sealed record StateCounts(byte[] States, double[] Counts);
