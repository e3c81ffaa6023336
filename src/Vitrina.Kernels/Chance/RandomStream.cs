using System.Diagnostics.CodeAnalysis;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Kernels.Chance;

/// <summary>A stream of random numbers that is a pure function of seed, purpose, entity and position.</summary>
/// <remarks>
/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Streams of different entities are independent
/// and need no order, so results do not depend on the number of threads. All values, including the transcendental ones, are the same on
/// every machine. The stream is a mutable value: a copy replays from where it was copied. Pass it by reference; not for concurrent use.
/// </remarks>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of numbers, the term of the field; nobody takes it for a System.IO.Stream.")]
public struct RandomStream : IEquatable<RandomStream>
{
    private const double TwoToMinus53 = 1.0 / (1L << 53);
    private readonly ulong _key;
    private readonly ulong _entity;
    private ulong _position;
    private ulong _pending;

    private RandomStream(ulong key, ulong entity)
    {
        _key = key;
        _entity = entity;
    }

    /// <summary>The stream of one entity for one purpose, from its beginning.</summary>
    public static RandomStream For(ulong seed, ulong entity, ulong purpose = 0) => new(Hash.Combine(seed, purpose), entity);

    /// <summary>The stream of one entity for a purpose given by name, from its beginning.</summary>
    public static RandomStream For(ulong seed, string purpose, ulong entity = 0) => For(seed, entity, Hash.Of64(purpose));

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        var position = _position++;
        if ((position & 1) != 0)
        {
            return _pending;
        }
        var (first, second) = Philox(_entity, position >> 1, _key);
        _pending = second;
        return first;
    }

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * TwoToMinus53;

    /// <summary>Uniform over 0 … <paramref name="exclusiveMax"/> - 1, without bias.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
    /// <remarks>Lemire, "Fast random integer generation in an interval", 2019.</remarks>
    public int NextInt(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        var bound = (ulong)exclusiveMax;
        var high = Math.BigMul(NextUInt64(), bound, out var low);
        if (low < bound)
        {
            var threshold = (0 - bound) % bound;
            while (low < threshold)
            {
                high = Math.BigMul(NextUInt64(), bound, out low);
            }
        }
        return (int)high;
    }

    /// <summary>Normal with mean 0 and variance 1.</summary>
    /// <remarks>Marsaglia's polar method; the second value of a pair is dropped, so a copy of the stream needs no hidden state.</remarks>
    public double NextGaussian()
    {
        while (true)
        {
            var x = 2 * NextDouble() - 1;
            var y = 2 * NextDouble() - 1;
            var square = x * x + y * y;
            if (square is > 0 and < 1)
            {
                return x * Math.Sqrt(-2 * PortableMath.Log(square) / square);
            }
        }
    }

    /// <summary>Exponential with the given mean, which must not be negative.</summary>
    public double NextExponential(double mean)
    {
        if (!(mean >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(mean), mean, "The mean must not be negative.");
        }
        return -mean * PortableMath.Log(1 - NextDouble());
    }

    /// <summary>Poisson with the given mean in [0, 10^9].</summary>
    /// <remarks>Inversion below 10; above it transformed rejection, Hörmann, "PTRS", Insurance: Mathematics and Economics 12, 1993.</remarks>
    public int NextPoisson(double mean)
    {
        if (!(mean is >= 0 and <= 1e9))
        {
            throw new ArgumentOutOfRangeException(nameof(mean), mean, "The mean must lie in [0, 10^9].");
        }
        return mean < 10 ? PoissonByInversion(mean) : PoissonByRejection(mean);
    }

    /// <summary>Standard Gumbel: location 0, scale 1. Adding it to log-weights and taking the largest samples by weight.</summary>
    public double NextGumbel() => -PortableMath.Log(-PortableMath.Log(NextOpenDouble()));

    /// <summary>True with the given probability; never at 0 or less, always at 1 or more.</summary>
    public bool NextBool(double probability) => NextDouble() < probability;

    /// <summary>An index drawn in proportion to its weight.</summary>
    /// <param name="cumulativeWeights">Running sums of the weights: not decreasing, the last one positive and finite.</param>
    /// <exception cref="ArgumentException">There is no positive finite total.</exception>
    public int NextIndex(ReadOnlySpan<double> cumulativeWeights)
    {
        var total = cumulativeWeights.IsEmpty ? 0 : cumulativeWeights[^1];
        if (!(total > 0) || double.IsInfinity(total))
        {
            throw new ArgumentException("The weights need a positive finite total.", nameof(cumulativeWeights));
        }
        // Rounding may lift the product to the total itself, behind the last weight.
        var target = Math.Min(NextDouble() * total, Math.BitDecrement(total));
        int low = 0, high = cumulativeWeights.Length - 1;
        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            if (cumulativeWeights[middle] > target)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }
        return low;
    }

    /// <summary>Puts the values into a random order, every order equally likely (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (var last = values.Length - 1; last > 0; last--)
        {
            var other = NextInt(last + 1);
            (values[last], values[other]) = (values[other], values[last]);
        }
    }

    /// <summary>Gamma with the given positive shape and scale 1; may round to 0 for shapes far below 1.</summary>
    public double NextGamma(double shape) => PortableMath.Exp(NextLogGamma(shape));

    /// <summary>Beta in [0, 1] with positive parameters; right also where both are far below 1.</summary>
    public double NextBeta(double a, double b)
    {
        var first = NextLogGamma(a);
        var second = NextLogGamma(b);
        return 1 / (1 + PortableMath.Exp(second - first));
    }

    /// <inheritdoc/>
    public readonly bool Equals(RandomStream other) => _key == other._key && _entity == other._entity && _position == other._position;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is RandomStream other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => (int)Hash.Combine(Hash.Combine(_key, _entity), _position);

    /// <summary>Whether both streams will yield the same values from here on.</summary>
    public static bool operator ==(RandomStream left, RandomStream right) => left.Equals(right);

    /// <summary>Whether the streams stand at different places.</summary>
    public static bool operator !=(RandomStream left, RandomStream right) => !left.Equals(right);

    /// <summary>One Philox4x32-10 block; words are paired low first.</summary>
    internal static (ulong First, ulong Second) Philox(ulong counterLow, ulong counterHigh, ulong key)
    {
        // Multipliers and Weyl increments: Salmon et al., section 3.3 and table 2.
        const ulong Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
        const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;
        uint c0 = (uint)counterLow, c1 = (uint)(counterLow >> 32), c2 = (uint)counterHigh, c3 = (uint)(counterHigh >> 32);
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (var round = 0; round < 10; round++)
        {
            var product0 = Multiplier0 * c0;
            var product1 = Multiplier1 * c2;
            c0 = (uint)(product1 >> 32) ^ c1 ^ k0;
            c2 = (uint)(product0 >> 32) ^ c3 ^ k1;
            c1 = (uint)product1;
            c3 = (uint)product0;
            k0 += Weyl0;
            k1 += Weyl1;
        }
        return (c0 | ((ulong)c1 << 32), c2 | ((ulong)c3 << 32));
    }

    /// <summary>Uniform in (0, 1).</summary>
    private double NextOpenDouble() => ((NextUInt64() >> 12) + 0.5) * (2 * TwoToMinus53);

    private int PoissonByInversion(double mean)
    {
        var probability = PortableMath.Exp(-mean);
        var rest = NextDouble();
        var count = 0;
        // Beyond 200 the probability is below 1e-150 for these means: only rounding of the sum can lead there.
        while (rest >= probability && count < 200)
        {
            rest -= probability;
            count++;
            probability *= mean / count;
        }
        return count;
    }

    private int PoissonByRejection(double mean)
    {
        var root = Math.Sqrt(mean);
        var logMean = PortableMath.Log(mean);
        var b = 0.931 + 2.53 * root;
        var a = -0.059 + 0.02483 * b;
        var inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
        var acceptance = 0.9277 - 3.6224 / (b - 2);
        while (true)
        {
            var u = NextDouble() - 0.5;
            var v = NextOpenDouble();
            var distance = 0.5 - Math.Abs(u);
            var count = Math.Floor((2 * a / distance + b) * u + mean + 0.43);
            if (distance >= 0.07 && v <= acceptance)
            {
                return (int)count;
            }
            if (count < 0 || (distance < 0.013 && v > distance))
            {
                continue;
            }
            if (PortableMath.Log(v) + PortableMath.Log(inverseAlpha) - PortableMath.Log(a / (distance * distance) + b)
                <= -mean + count * logMean - PortableMath.LogFactorial(count))
            {
                return (int)count;
            }
        }
    }

    /// <summary>The logarithm of a gamma variate: Marsaglia and Tsang, ACM TOMS 26 (2000); shapes below 1 by their section 6.</summary>
    private double NextLogGamma(double shape)
    {
        if (!(shape > 0) || double.IsInfinity(shape))
        {
            throw new ArgumentOutOfRangeException(nameof(shape), shape, "The shape must be positive and finite.");
        }
        var boost = 0.0;
        if (shape < 1)
        {
            boost = PortableMath.Log(NextOpenDouble()) / shape;
            shape += 1;
        }
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = NextGaussian();
            var v = 1 + c * x;
            if (v <= 0)
            {
                continue;
            }
            var logV = 3 * PortableMath.Log(v);
            if (PortableMath.Log(NextOpenDouble()) < 0.5 * x * x + d - d * v * v * v + d * logV)
            {
                return PortableMath.Log(d) + logV + boost;
            }
        }
    }
}
