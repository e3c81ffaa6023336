namespace Vitrina.Engine.Statistics;

/// <summary>How often each cell was counted in one day: takes memory by distinct cells, not by events, so that hot items cost nothing.</summary>
/// <remarks>Open addressing with linear probing, at most half full. Allocates only when it grows.</remarks>
internal sealed class CellCounts
{
    private const int SmallestSize = 16;

    // Cell + 1; 0 = free.
    private int[] _cells = [];
    private int[] _counts = [];
    private int _used;

    public int Count => _used;

    public long Bytes => 2L * sizeof(int) * _cells.Length;

    public void Add(int cell)
    {
        if (_used * 2 >= _cells.Length)
        {
            Grow();
        }

        var slot = SlotOf(cell);
        if (_cells[slot] == 0)
        {
            _cells[slot] = cell + 1;
            _used++;
        }

        _counts[slot]++;
    }

    // Fibonacci hashing spreads neighbouring cells (Knuth, The Art of Computer Programming, vol. 3, section 6.4).
    private int SlotOf(int cell)
    {
        var mask = _cells.Length - 1;
        var slot = (int)((uint)cell * 2654435769u >> 7) & mask;
        while (_cells[slot] != 0 && _cells[slot] != cell + 1)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        var (cells, counts) = (_cells, _counts);
        _cells = new int[Math.Max(SmallestSize, cells.Length * 2)];
        _counts = new int[_cells.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i] != 0)
            {
                var slot = SlotOf(cells[i] - 1);
                (_cells[slot], _counts[slot]) = (cells[i], counts[i]);
            }
        }
    }

    public void ForEach(Action<int, int> visit)
    {
        for (var i = 0; i < _cells.Length; i++)
        {
            if (_cells[i] != 0)
            {
                visit(_cells[i] - 1, _counts[i]);
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

    public void Clear() => (_cells, _counts, _used) = ([], [], 0);
}
