namespace Vitrina.Engine.Statistics.Offers;

/// <summary>W: what share of the statistics of one state is worth something in another. 100 × 100, the product of a price and a delivery kernel.</summary>
/// <remarks>
/// S_new = W · S_old with S of shape [states x metrics]. W[s→s] = 1. Source: S. Kim, "From item to offer" (Ozon, 2026), idea 2. Immutable;
/// safe for concurrent use.
/// </remarks>
public sealed class TransferMatrix
{
    // Row-major [to x from]: what arrives at a state stands together.
    private readonly double[] _weights = new double[OfferState.Count * OfferState.Count];

    /// <summary>The matrix of two kernels.</summary>
    public TransferMatrix(TransferKernel price, TransferKernel delivery)
    {
        ArgumentNullException.ThrowIfNull(price);
        ArgumentNullException.ThrowIfNull(delivery);
        (Price, Delivery) = (price, delivery);
        for (var to = 0; to < OfferState.Count; to++)
        {
            for (var from = 0; from < OfferState.Count; from++)
            {
                var (present, past) = (OfferState.Of(to), OfferState.Of(from));
                _weights[(to * OfferState.Count) + from] = price[present.PriceBin - past.PriceBin] * delivery[present.DeliveryBin - past.DeliveryBin];
            }
        }
    }

    /// <summary>The matrix of the article's figures.</summary>
    public static TransferMatrix Default { get; } = new(TransferKernel.Default, TransferKernel.Default);

    /// <summary>The kernel over price bins.</summary>
    public TransferKernel Price { get; }

    /// <summary>The kernel over delivery bins.</summary>
    public TransferKernel Delivery { get; }

    /// <summary>The share of a state's statistics that is worth something in another, 0–1.</summary>
    public double this[OfferState from, OfferState to] => _weights[(to.Index * OfferState.Count) + from.Index];

    /// <summary>What arrives at a state from all 100, by the number of the old state.</summary>
    public ReadOnlySpan<double> Into(OfferState to) => _weights.AsSpan(to.Index * OfferState.Count, OfferState.Count);

    /// <summary>Statistics as they are worth in one state: S_new for that state.</summary>
    /// <param name="to">The present state.</param>
    /// <param name="states">The states that have any statistics, by number; an item has 2–5.</param>
    /// <param name="counts">Their statistics, row-major [states x metrics].</param>
    /// <param name="moved">Receives the sums, [metrics]; fractions are intended.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <remarks>Cost: states × metrics; allocates nothing.</remarks>
    public void Apply(OfferState to, ReadOnlySpan<byte> states, ReadOnlySpan<double> counts, Span<double> moved)
    {
        if (counts.Length != states.Length * moved.Length)
        {
            throw new ArgumentException($"{states.Length} states of {moved.Length} metrics have {states.Length * moved.Length} counts, not {counts.Length}.", nameof(counts));
        }

        moved.Clear();
        var weights = Into(to);
        for (var row = 0; row < states.Length; row++)
        {
            var weight = weights[states[row]];
            if (weight > 0)
            {
                var from = counts.Slice(row * moved.Length, moved.Length);
                for (var metric = 0; metric < moved.Length; metric++)
                {
                    moved[metric] += weight * from[metric];
                }
            }
        }
    }

    /// <summary>Statistics as they are worth in every state: the whole of S_new = W · S_old.</summary>
    /// <param name="old">S_old, row-major [100 x metrics].</param>
    /// <param name="metricCount">Columns.</param>
    /// <param name="moved">Receives S_new, of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <remarks>Price first, then delivery: 20 × 100 × metrics multiplications in place of 100 × 100 × metrics.</remarks>
    public void ApplyToAll(ReadOnlySpan<double> old, int metricCount, Span<double> moved)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(metricCount);
        if (old.Length != OfferState.Count * metricCount || moved.Length != old.Length)
        {
            throw new ArgumentException($"S has {OfferState.Count} × {metricCount} elements; there are {old.Length} and {moved.Length}.", nameof(old));
        }

        var byPrice = new double[old.Length];
        var stride = OfferState.BinCount * metricCount;
        for (var to = 0; to < OfferState.BinCount; to++)
        {
            for (var from = 0; from < OfferState.BinCount; from++)
            {
                Add(Price[to - from], old.Slice(from * stride, stride), byPrice.AsSpan(to * stride, stride));
            }
        }

        moved.Clear();
        for (var price = 0; price < OfferState.BinCount; price++)
        {
            ReadOnlySpan<double> source = byPrice.AsSpan(price * stride, stride);
            var target = moved.Slice(price * stride, stride);
            for (var to = 0; to < OfferState.BinCount; to++)
            {
                for (var from = 0; from < OfferState.BinCount; from++)
                {
                    Add(Delivery[to - from], source.Slice(from * metricCount, metricCount), target.Slice(to * metricCount, metricCount));
                }
            }
        }
    }

    private static void Add(double weight, ReadOnlySpan<double> source, Span<double> target)
    {
        for (var i = 0; weight > 0 && i < source.Length; i++)
        {
            target[i] += weight * source[i];
        }
    }
}
