using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics;

/// <summary>How often each cell was counted in one day: takes memory by distinct cells, not by events, so that hot items cost nothing.</summary>
/// <remarks>Open addressing with linear probing, at most half full. Allocates only when it grows.</remarks>
internal sealed class CellCounts
{
    private const int SmallestSize = 16;

    // A cell + 1 beside its count, which are one cache line; 0 = free.
    private (int Cell, int Count)[] _cells = [];
    private int _used;

    public int Count => _used;

    public long Bytes => 2L * sizeof(int) * _cells.Length;

    public void Add(int cell)
    {
        if (_used * 2 >= _cells.Length)
        {
            Grow();
        }

        ref var slot = ref _cells[SlotOf(cell)];
        if (slot.Cell == 0)
        {
            slot.Cell = cell + 1;
            _used++;
        }

        slot.Count++;
    }

    /// <summary>Asks the memory for a cell that will be counted soon.</summary>
    public void Expect(int cell)
    {
        if (_cells.Length > 0)
        {
            Memory.Prefetch(ref _cells[HomeOf(cell)]);
        }
    }

    // Fibonacci hashing spreads neighbouring cells (Knuth, The Art of Computer Programming, vol. 3, section 6.4).
    private int HomeOf(int cell) => (int)((uint)cell * 2654435769u >> 7) & (_cells.Length - 1);

    private int SlotOf(int cell)
    {
        var mask = _cells.Length - 1;
        var slot = HomeOf(cell);
        while (_cells[slot].Cell != 0 && _cells[slot].Cell != cell + 1)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        var cells = _cells;
        _cells = new (int, int)[Math.Max(SmallestSize, cells.Length * 2)];
        foreach (var cell in cells)
        {
            if (cell.Cell != 0)
            {
                _cells[SlotOf(cell.Cell - 1)] = cell;
            }
        }
    }

    public void ForEach(Action<int, int> visit)
    {
        foreach (var (cell, count) in _cells)
        {
            if (cell != 0)
            {
                visit(cell - 1, count);
            }
        }
    }

    /// <summary>The cells with their counts, ascending.</summary>
    public List<(int Cell, int Count)> Sorted()
    {
        var sorted = Unsorted();
        sorted.Sort();
        return sorted;
    }

    /// <summary>The cells with their counts, in no order.</summary>
    public List<(int Cell, int Count)> Unsorted()
    {
        var cells = new List<(int Cell, int Count)>(_used);
        ForEach((cell, count) => cells.Add((cell, count)));
        return cells;
    }

    public void Clear() => (_cells, _used) = ([], 0);
}
