using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Goods;

/// <summary>What an item owes to its present state alone: a standard normal surface over price and delivery bins, its own for every item.</summary>
/// <remarks>
/// A Gaussian process with squared exponential correlation, drawn by random Fourier features (Rahimi and Recht, NIPS 2007): neighbouring
/// states are alike, far ones tell nothing of each other. So what statistics of one state say about another is known.
/// </remarks>
internal sealed class StateEffect(GoodsConfiguration configuration, ulong seed, OfferBins bins)
{
    private const int Features = 12;

    /// <summary>The effect of a state in log-odds.</summary>
    public double Of(in ItemState state)
    {
        (int price, int delivery) = bins.Of(state);
        RandomStream stream = Streams.Open(seed, StreamPurpose.StateEffect, state.Item);
        double sum = 0;
        for (int feature = 0; feature < Features; feature++)
        {
            double angle = price * stream.NextGaussian() / configuration.StatePriceReach + delivery * stream.NextGaussian() / configuration.StateDeliveryReach;
            sum += Math.Cos(angle + 2 * Math.PI * stream.NextDouble());
        }

        return configuration.StateEffectWeight * Math.Sqrt(2.0 / Features) * sum;
    }

    /// <summary>Correlation of the effect between two states, 0–1.</summary>
    public static double Correlation(GoodsConfiguration configuration, int priceShift, int deliveryShift)
    {
        double price = priceShift / configuration.StatePriceReach;
        double delivery = deliveryShift / configuration.StateDeliveryReach;
        return Math.Exp(-(price * price + delivery * delivery) / 2);
    }
}
