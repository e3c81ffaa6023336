namespace Vitrina.Engine.Statistics.Offers;

/// <summary>How much of a statistic is worth something after a shift of bins: a weight for each signed shift, −9 … 9.</summary>
/// <remarks>
/// A shift is the new bin minus the old one: negative is cheaper or faster. The weight of no shift is 1, all are in [0, 1], and none rises with
/// the distance on its side; the sides may differ. Immutable.
/// </remarks>
public sealed class TransferKernel
{
    /// <summary>The largest shift.</summary>
    public const int MaxShift = OfferState.BinCount - 1;

    /// <summary>Weights in a table.</summary>
    public const int Count = (2 * MaxShift) + 1;

    // Fits the figures of the article: about 0.9 at one bin, 0.3 at three, close to 0 at nine.
    private const double DefaultRate = 0.105;
    private const double DefaultPower = 2.22;

    private readonly double[] _weights;

    /// <summary>A kernel of given weights.</summary>
    /// <param name="weights">For shifts −9 … 9.</param>
    /// <exception cref="ArgumentException">The weights are no kernel; the message says which one and why.</exception>
    public TransferKernel(ReadOnlySpan<double> weights)
    {
        if (Breach(weights) is { } breach)
        {
            throw new ArgumentException(breach, nameof(weights));
        }

        _weights = weights.ToArray();
    }

    /// <summary>The kernel of the article's figures: exp(−0.105 · |Δ|^2.22).</summary>
    public static TransferKernel Default { get; } = Of(shift => Math.Exp(-DefaultRate * Math.Pow(Math.Abs(shift), DefaultPower)));

    /// <summary>Everything is transferred: statistics by item, blind to the state.</summary>
    public static TransferKernel Full { get; } = Of(_ => 1);

    /// <summary>Nothing is transferred.</summary>
    public static TransferKernel Empty { get; } = Of(shift => shift == 0 ? 1 : 0);

    /// <summary>The weight of a shift.</summary>
    /// <param name="shift">New bin − old bin, −9 … 9.</param>
    public double this[int shift] => _weights[shift + MaxShift];

    /// <summary>The weights of shifts −9 … 9.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>A kernel of a function.</summary>
    /// <exception cref="ArgumentException">The function gives no kernel.</exception>
    public static TransferKernel Of(Func<int, double> weightOf)
    {
        ArgumentNullException.ThrowIfNull(weightOf);
        var weights = new double[Count];
        for (var shift = -MaxShift; shift <= MaxShift; shift++)
        {
            weights[shift + MaxShift] = weightOf(shift);
        }

        return new TransferKernel(weights);
    }

    /// <summary>Why weights are no kernel; null when they are one.</summary>
    public static string? Breach(ReadOnlySpan<double> weights)
    {
        if (weights.Length != Count)
        {
            return $"A kernel has {Count} weights, for shifts −{MaxShift} … {MaxShift}; there are {weights.Length}.";
        }

        if (weights[MaxShift] != 1)
        {
            return $"The weight of shift 0 is {weights[MaxShift]}; it must be 1.";
        }

        for (var distance = 1; distance <= MaxShift; distance++)
        {
            foreach (var side in (ReadOnlySpan<int>)[-1, 1])
            {
                var (weight, nearer) = (weights[MaxShift + (side * distance)], weights[MaxShift + (side * (distance - 1))]);
                if (!(weight is >= 0 and <= 1))
                {
                    return $"The weight of shift {side * distance} is {weight}; it must lie in [0, 1].";
                }

                if (weight > nearer)
                {
                    return $"The weight of shift {side * distance} is {weight}, more than {nearer} of shift {side * (distance - 1)}; weights do not rise with the distance.";
                }
            }
        }

        return null;
    }
}
