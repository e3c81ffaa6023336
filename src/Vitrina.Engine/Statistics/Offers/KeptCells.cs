using System.Numerics;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>What readers laid out of the counts of owners (an item, a type or match group in a state): it serves every reader until the owner's counts change.</summary>
/// <remarks>
/// Safe for concurrent use: two readers may do the same work at once, and either result is right. Owners share places by the low bits of their
/// numbers once there are more than <see cref="Most"/> of them, which bounds the memory.
/// </remarks>
internal sealed class KeptCells<T>
    where T : class
{
    private const int Most = 1 << 16;
    private Entry?[] _entries = new Entry?[16];

    /// <summary>What was laid out of this version of an owner's counts; null when nothing was.</summary>
    public T? Find(long owner, int version, IReadOnlyList<OfferColumn> columns)
    {
        var entries = Volatile.Read(ref _entries);
        return Volatile.Read(ref entries[(int)owner & (entries.Length - 1)]) is { } known && known.Owner == owner && known.Version == version && ReferenceEquals(known.Columns, columns)
            ? known.Cells
            : null;
    }

    /// <summary>Keeps what was laid out of an owner's counts.</summary>
    public T Keep(long owner, int version, IReadOnlyList<OfferColumn> columns, T cells)
    {
        var entries = Volatile.Read(ref _entries);
        if (owner >= entries.Length && entries.Length < Most)
        {
            var larger = new Entry?[(int)Math.Min(Most, (long)BitOperations.RoundUpToPowerOf2((ulong)owner + 1))];
            entries.CopyTo(larger, 0);
            Volatile.Write(ref _entries, larger);
            entries = larger;
        }

        Volatile.Write(ref entries[(int)owner & (entries.Length - 1)], new Entry(owner, version, columns, cells));
        return cells;
    }

    private sealed record Entry(long Owner, int Version, IReadOnlyList<OfferColumn> Columns, T Cells);
}
