using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Experiments;

/// <summary>The hashes that assign units to arms.</summary>
public enum AssignmentHashKind
{
    /// <summary>64 bits, so that shares below one in ten thousand are exact.</summary>
    Wide,

    /// <summary>GrowthBook's second version: FNV-1a twice, 10,000 buckets.</summary>
    FnvV2,

    /// <summary>GrowthBook's first version: FNV-1a once, 1,000 buckets; biased, for tests that already run on it.</summary>
    FnvV1,
}

/// <summary>Where a unit stands in [0, 1) under a salt: the same on every machine, in every process and version.</summary>
/// <remarks>All members are safe for concurrent use and allocate nothing.</remarks>
public static class AssignmentHash
{
    private const double TwoToMinus53 = 1.0 / (1L << 53);
    private const uint FnvOffset = 0x811c9dc5;
    private const uint FnvPrime = 0x01000193;

    /// <summary>Where a unit stands.</summary>
    /// <param name="kind">The hash.</param>
    /// <param name="salt">The experiment's salt.</param>
    /// <param name="unit">The unit's id.</param>
    /// <returns>In [0, 1).</returns>
    public static double Position(AssignmentHashKind kind, string salt, string unit)
    {
        ArgumentNullException.ThrowIfNull(salt);
        ArgumentNullException.ThrowIfNull(unit);
        return kind switch
        {
            AssignmentHashKind.FnvV2 => FnvV2(salt, unit),
            AssignmentHashKind.FnvV1 => FnvV1(salt, unit),
            _ => Wide(Hash.Of64(salt), unit),
        };
    }

    /// <summary>The wide hash under a salt that was hashed before: a multiple of 2^-53.</summary>
    internal static double Wide(ulong saltHash, string unit) => (Hash.Combine(saltHash, Hash.Of64(unit)) >> 11) * TwoToMinus53;

    // GrowthBook hashes UTF-16 code units, not bytes (sdk-js, util.ts, hashFnv32a); the published cases hold the two together.
    private static double FnvV1(string salt, string unit) => Fnv(Fnv(FnvOffset, unit), salt) % 1000 / 1000.0;

    private static double FnvV2(string salt, string unit)
    {
        Span<char> digits = stackalloc char[10];
        Fnv(Fnv(FnvOffset, salt), unit).TryFormat(digits, out var length, provider: System.Globalization.CultureInfo.InvariantCulture);
        return Fnv(FnvOffset, digits[..length]) % 10000 / 10000.0;
    }

    private static uint Fnv(uint hash, ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            hash = (hash ^ letter) * FnvPrime;
        }

        return hash;
    }
}

/// <summary>Which part of [0, 1) belongs to which arm.</summary>
/// <remarks>
/// Each arm keeps the place where its full share begins, and a share of traffic takes the first part of each: a ramp adds units to arms and moves
/// nobody between them.
/// </remarks>
public sealed class ArmRanges
{
    private readonly double[] _from;
    private readonly double[] _to;

    /// <summary>Divides [0, 1).</summary>
    /// <param name="weights">The arms' shares; they add up to 1.</param>
    /// <param name="traffic">Share of each arm's units that take part, 0 to 1.</param>
    public ArmRanges(IReadOnlyList<double> weights, double traffic)
    {
        ArgumentNullException.ThrowIfNull(weights);
        (_from, _to) = (new double[weights.Count], new double[weights.Count]);
        var begin = 0.0;
        for (var arm = 0; arm < weights.Count; arm++)
        {
            (_from[arm], _to[arm]) = (begin, begin + (traffic * weights[arm]));
            begin += weights[arm];
        }

        if (traffic >= 1)
        {
            // Shares such as 0.7 and 0.3 add up to a little less than 1; nobody stands between the last arm and the end.
            _to[^1] = 1;
        }
    }

    /// <summary>The arm of a position, or -1 for none.</summary>
    public int ArmAt(double position)
    {
        for (var arm = 0; arm < _from.Length; arm++)
        {
            if (position >= _from[arm] && position < _to[arm])
            {
                return arm;
            }
        }

        return -1;
    }

    /// <summary>An arm's range, its end outside.</summary>
    public (double From, double To) this[int arm] => (_from[arm], _to[arm]);
}
