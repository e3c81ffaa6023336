using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>Clicks of items in lists relative to what their places and prices let expect, by item and by price bin of the item.</summary>
/// <remarks>
/// Trials are expected clicks, so that a rate of 1 is an item as good as its place: the prior of every rate. Updated list by list, so that a
/// list's features know only lists before it.
/// </remarks>
internal sealed class ListStatistics
{
    // So much evidence that the strength alone decides.
    private static readonly RateEvidence s_asExpected = new(1e9, 1e9);
    private readonly RateEvidence[] _cells;

    public ListStatistics(int itemCount) => _cells = new RateEvidence[itemCount * OfferState.BinCount];

    /// <summary>Counts an item of a list.</summary>
    public void Add(int item, int bin, double clicks, double expected) => _cells[(item * OfferState.BinCount) + bin] += new RateEvidence(clicks, expected);

    /// <summary>The rate of an item in a price bin, as ln of clicks by expected clicks.</summary>
    /// <param name="item">The item.</param>
    /// <param name="bin">Its present price bin.</param>
    /// <param name="kernel">What other bins are worth; <see cref="TransferKernel.Full"/> gives the rate by item.</param>
    /// <param name="strength">Expected clicks of the prior.</param>
    public double LogRate(int item, int bin, TransferKernel kernel, double strength)
    {
        var transferred = default(RateEvidence);
        for (var from = 0; from < OfferState.BinCount; from++)
        {
            if (from != bin)
            {
                transferred += kernel[bin - from] * _cells[(item * OfferState.BinCount) + from];
            }
        }

        return Math.Log(NestedRate.Of(_cells[(item * OfferState.BinCount) + bin], transferred, default, s_asExpected, new PriorStrengths(strength, strength)).Rate);
    }
}
