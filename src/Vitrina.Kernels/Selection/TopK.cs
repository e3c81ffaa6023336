using System.Runtime.CompilerServices;

namespace Vitrina.Kernels.Selection;

/// <summary>Keeps the k best of any number of offered scores; of equal scores the smaller ordinal is better.</summary>
/// <remarks>
/// A min-heap of 64-bit words whose order is the order of (score, smaller ordinal first), so one comparison decides. The result does not
/// depend on the order of the offers. Reusable: allocates only when k exceeds every earlier k. Not for concurrent use.
/// </remarks>
public sealed class TopK
{
    private ulong[] _heap = [];
    private ulong _worst = ulong.MaxValue;
    private int _limit;
    private int _count;

    /// <summary>An offer with a smaller score has no effect; minus infinity until k are held. An equal score may still enter by its ordinal.</summary>
    public float Threshold { get; private set; } = float.PositiveInfinity;

    /// <summary>Number held.</summary>
    public int Count => _count;

    /// <summary>Forgets everything and will keep the best <paramref name="k"/>; 0 keeps none.</summary>
    public void Reset(int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        if (k > _heap.Length)
        {
            _heap = new ulong[k];
        }
        _limit = k;
        _count = 0;
        _worst = ulong.MaxValue;
        Threshold = k == 0 ? float.PositiveInfinity : float.NegativeInfinity;
    }

    /// <summary>Offers a score; NaN is never kept.</summary>
    /// <param name="ordinal">At least 0.</param>
    /// <param name="score">Larger is better.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(int ordinal, float score)
    {
        // Also false for NaN.
        if (score >= Threshold)
        {
            Insert(KeyOf(ordinal, score));
        }
    }

    /// <summary>Takes everything out, best first, and returns how many there were.</summary>
    /// <param name="ordinals">Receives the ordinals; at least <see cref="Count"/> long.</param>
    /// <param name="scores">Receives the scores; at least <see cref="Count"/> long.</param>
    public int DrainDescending(Span<int> ordinals, Span<float> scores)
    {
        var count = _count;
        if (ordinals.Length < count || scores.Length < count)
        {
            throw new ArgumentException($"There are {count} results, more than the spans hold.");
        }
        var heap = _heap.AsSpan(0, count);
        heap.Sort();
        for (var rank = 0; rank < count; rank++)
        {
            var key = heap[count - 1 - rank];
            ordinals[rank] = (int)~(uint)key;
            scores[rank] = ScoreOf(key);
        }
        Reset(_limit);
        return count;
    }

    private void Insert(ulong key)
    {
        if (_count < _limit)
        {
            SiftUp(key);
            if (_count == _limit)
            {
                NoteWorst();
            }
        }
        else if (key > _worst)
        {
            SiftDown(key);
            NoteWorst();
        }
    }

    private void NoteWorst()
    {
        _worst = _heap[0];
        Threshold = ScoreOf(_worst);
    }

    private void SiftUp(ulong key)
    {
        var heap = _heap;
        var hole = _count++;
        while (hole > 0)
        {
            var parent = (hole - 1) >> 1;
            if (heap[parent] <= key)
            {
                break;
            }
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = key;
    }

    private void SiftDown(ulong key)
    {
        var heap = _heap.AsSpan(0, _count);
        var hole = 0;
        while (true)
        {
            var child = 2 * hole + 1;
            if (child >= heap.Length)
            {
                break;
            }
            if (child + 1 < heap.Length && heap[child + 1] < heap[child])
            {
                child++;
            }
            if (heap[child] >= key)
            {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = key;
    }

    /// <summary>Score in the upper half, in an order of unsigned integers; complement of the ordinal in the lower half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeyOf(int ordinal, float score)
    {
        // Adding zero turns -0 into +0, which must tie.
        var bits = BitConverter.SingleToUInt32Bits(score + 0f);
        bits ^= (uint)((int)bits >> 31) | 0x80000000;
        return ((ulong)bits << 32) | ~(uint)ordinal;
    }

    private static float ScoreOf(ulong key)
    {
        var bits = (uint)(key >> 32);
        bits ^= (bits & 0x80000000) != 0 ? 0x80000000 : 0xffffffff;
        return BitConverter.UInt32BitsToSingle(bits);
    }
}
