using System.Runtime.CompilerServices;

namespace Vitrina.Kernels.Selection;

/// <summary>The nearest of any number of offered points, in order, of which each is taken once to be looked at: the beam of a graph search.</summary>
/// <remarks>
/// A sorted array of 64-bit words (distance, id, taken or not), so one comparison decides and ties break by the smaller id. Inserting moves
/// what is farther; for the few hundred entries of a beam this is faster than heaps. Reusable; not for concurrent use.
/// </remarks>
public sealed class NearestPool
{
    private ulong[] _keys = [];
    private int _limit;
    private int _count;

    // No entry before it waits.
    private int _next;

    /// <summary>Entries held.</summary>
    public int Count => _count;

    /// <summary>Only points nearer than this still enter; plus infinity until the pool is full.</summary>
    public float Farthest { get; private set; }

    /// <summary>Forgets everything and will keep the nearest <paramref name="limit"/>, at least 1.</summary>
    public void Reset(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (limit > _keys.Length)
        {
            _keys = new ulong[limit];
        }

        _limit = limit;
        _count = 0;
        _next = 0;
        Farthest = float.PositiveInfinity;
    }

    /// <summary>Offers a point that was not offered before; NaN never enters.</summary>
    /// <param name="id">At least 0.</param>
    /// <param name="distance">Smaller is nearer.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(int id, float distance)
    {
        if (distance < Farthest)
        {
            Insert(KeyOf(id, distance));
        }
    }

    /// <summary>Takes the nearest entry that was not taken yet; false when all were.</summary>
    public bool TryTakeNext(out int id)
    {
        if (_next >= _count)
        {
            id = -1;
            return false;
        }

        ref var key = ref _keys[_next];
        id = (int)((uint)key >> 1);
        key |= 1;
        do
        {
            _next++;
        }
        while (_next < _count && (_keys[_next] & 1) != 0);
        return true;
    }

    /// <summary>What <see cref="TryTakeNext"/> would take now; -1 when there is none.</summary>
    public int PeekNext() => _next < _count ? (int)((uint)_keys[_next] >> 1) : -1;

    /// <summary>The id of an entry, nearest first.</summary>
    public int Id(int rank) => (int)((uint)_keys[rank] >> 1);

    /// <summary>The distance of an entry, nearest first.</summary>
    public float Distance(int rank) => DistanceOf(_keys[rank]);

    private void Insert(ulong key)
    {
        var keys = _keys.AsSpan(0, _count);
        var (low, length) = (0, keys.Length);
        while (length > 0)
        {
            var half = length >> 1;
            var isNearer = keys[low + half] < key;
            low = isNearer ? low + half + 1 : low;
            length = isNearer ? length - half - 1 : half;
        }

        var moved = (_count < _limit ? _count++ : _count - 1) - low;
        keys = _keys.AsSpan(0, _count);
        keys.Slice(low, moved).CopyTo(keys[(low + 1)..]);
        keys[low] = key;
        _next = Math.Min(_next, low);
        if (_count == _limit)
        {
            Farthest = DistanceOf(keys[^1]);
        }
    }

    /// <summary>Distance in the upper half, in an order of unsigned integers; the id above the mark of the taken in the lower half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeyOf(int id, float distance)
    {
        var bits = BitConverter.SingleToUInt32Bits(distance + 0f);
        bits ^= (uint)((int)bits >> 31) | 0x80000000;
        return ((ulong)bits << 32) | ((uint)id << 1);
    }

    private static float DistanceOf(ulong key)
    {
        var bits = (uint)(key >> 32);
        bits ^= (bits & 0x80000000) != 0 ? 0x80000000 : 0xffffffff;
        return BitConverter.UInt32BitsToSingle(bits);
    }
}
