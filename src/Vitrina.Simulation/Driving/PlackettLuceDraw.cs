using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Driving;

/// <summary>Draws the top of an order by Plackett–Luce, with the probability of each place given those above.</summary>
/// <remarks>
/// An exponential race: each candidate finishes after an exponential time with its weight as rate, and the order of finishing is the draw.
/// Only the first places are kept sorted, because few candidates ever enter them. One draw at a time.
/// </remarks>
internal sealed class PlackettLuceDraw(int limit)
{
    private readonly double[] _times = new double[limit];
    private readonly double[] _weights = new double[limit];

    /// <summary>Candidates from the top; valid up to the places of the last draw.</summary>
    public int[] Order { get; } = new int[limit];

    /// <summary>Probability of each place given those above; valid up to the places of the last draw.</summary>
    public double[] Propensities { get; } = new double[limit];

    /// <summary>Draws.</summary>
    /// <param name="scores">Log-weights, already divided by the temperature; not more than the limit.</param>
    /// <param name="places">Places to fill; not more than there are candidates.</param>
    /// <param name="stream">The chance.</param>
    public void Draw(ReadOnlySpan<double> scores, int places, ref RandomStream stream)
    {
        var largest = double.NegativeInfinity;
        foreach (var score in scores)
        {
            largest = Math.Max(largest, score);
        }

        double rest = 0;
        var kept = 0;
        for (var index = 0; index < scores.Length; index++)
        {
            var weight = Math.Exp(scores[index] - largest);
            _weights[index] = weight;
            rest += weight;
            var draw = stream.NextDouble();
            var rate = Math.Max(weight, double.Epsilon);

            // -log(1 - u) is at least u: most candidates are seen to come too late without a logarithm.
            if (kept == places && (places == 0 || draw >= _times[kept - 1] * rate))
            {
                continue;
            }

            var time = -Math.Log(1 - draw) / rate;
            if (kept == places && time >= _times[kept - 1])
            {
                continue;
            }

            var place = kept < places ? kept++ : kept - 1;
            for (; place > 0 && _times[place - 1] > time; place--)
            {
                _times[place] = _times[place - 1];
                Order[place] = Order[place - 1];
            }

            _times[place] = time;
            Order[place] = index;
        }

        for (var place = 0; place < places; place++)
        {
            var weight = _weights[Order[place]];
            Propensities[place] = Math.Clamp(weight / rest, 1e-12, 1);
            rest = Math.Max(rest - weight, weight * 1e-12);
        }
    }
}
