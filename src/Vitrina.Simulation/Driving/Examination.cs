using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Driving;

/// <summary>How far down a list people read: place p, from 0, is examined with probability 1 / (1 + decay × p), always from the top.</summary>
/// <param name="Decay">How fast attention falls; 0: everything is examined.</param>
internal readonly record struct Examination(double Decay)
{
    /// <summary>The probability that a place is examined.</summary>
    /// <param name="place">From 0.</param>
    public double Probability(int place) => 1 / (1 + Decay * place);

    /// <summary>Draws the number of places that are examined: 1 to <paramref name="count"/>.</summary>
    /// <param name="count">Places of the list.</param>
    /// <param name="reading">Gives one draw, whatever the decay.</param>
    public int DrawDepth(int count, ref RandomStream reading)
    {
        var draw = 1 - reading.NextDouble();
        if (Decay <= 0)
        {
            return count;
        }

        var depth = 1 + (1 / draw - 1) / Decay;
        return depth >= count ? count : (int)depth;
    }
}
