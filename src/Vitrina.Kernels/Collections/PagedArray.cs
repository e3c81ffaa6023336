using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Vitrina.Kernels.Collections;

/// <summary>A growing array of pages with one writer, whose frozen views any number of threads read without locks.</summary>
/// <remarks>
/// Pages hang under a tree of fan-out 128, two levels deep below a short root. Freezing costs nothing but a counter. The first edit of a
/// page after a freeze copies that page, its directory blocks (1 KB each) and the root (100 million elements on pages of 64: 96 entries);
/// further edits are in place. Slots behind the count of the last frozen view are never visible to a reader, so appending copies nothing.
/// </remarks>
public sealed class PagedArray<T>
{
    internal const int FanOutLog2 = 7;
    private const int FanOut = 1 << FanOutLog2;
    private const int FanOutMask = FanOut - 1;
    private readonly int _pageLog2;
    private readonly int _pageSize;
    private readonly int _pageMask;
    private readonly int _width;

    // Shared with frozen views: nothing reachable from a view changes below the view's count.
    private T[][][][] _root = [];

    // The epoch in which the writer made its copy; only the writer sees these.
    private uint[] _pageEpochs = [];
    private uint[] _blockEpochs = [];
    private uint[] _upperEpochs = [];
    private uint _rootEpoch = 1;
    private uint _epoch = 1;
    private int _pageCount;
    private int _count;
    private int _frozenCount;

    /// <summary>An empty array.</summary>
    /// <param name="pageSizeLog2">Elements per page as a power of two, 0 to 16; large pages read faster, small pages copy cheaper.</param>
    /// <param name="width">Values of an element. Above 1 an element is a row that lies in one piece: see <see cref="RowOf"/> and <see cref="EditRow"/>.</param>
    public PagedArray(int pageSizeLog2 = 6, int width = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegative(pageSizeLog2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageSizeLog2, 16);
        _pageLog2 = pageSizeLog2;
        _pageSize = 1 << pageSizeLog2;
        _pageMask = _pageSize - 1;
        _width = width;
    }

    /// <summary>Number of elements; never falls.</summary>
    public int Count => _count;

    /// <summary>The writer's current element.</summary>
    public ref readonly T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)_count)
            {
                ThrowOutOfRange(index);
            }
            return ref PageOf(index)[index & _pageMask];
        }
    }

    /// <summary>Appends a value and returns its index.</summary>
    public int Add(T value)
    {
        var index = _count;
        EnsureCount(checked(index + 1));
        PageOf(index)[index & _pageMask] = value;
        return index;
    }

    /// <summary>Appends default values until there are at least <paramref name="count"/> elements.</summary>
    public void EnsureCount(int count)
    {
        if (count <= _count)
        {
            return;
        }
        while ((long)_pageCount << _pageLog2 < count)
        {
            AddPage();
        }
        _count = count;
    }

    /// <summary>The element for changing; not for arrays of rows. The reference is void after the next freeze.</summary>
    public ref T Edit(int index)
    {
        Debug.Assert(_width == 1, "Rows are changed by EditRow.");
        Own(index);
        return ref PageOf(index)[index & _pageMask];
    }

    /// <summary>The writer's current row.</summary>
    public ReadOnlySpan<T> RowOf(int index)
    {
        if ((uint)index >= (uint)_count)
        {
            ThrowOutOfRange(index);
        }
        return PageOf(index).AsSpan((index & _pageMask) * _width, _width);
    }

    /// <summary>The row for changing. The span is void after the next freeze.</summary>
    public Span<T> EditRow(int index)
    {
        Own(index);
        return PageOf(index).AsSpan((index & _pageMask) * _width, _width);
    }

    /// <summary>Asks the memory for a value of a row that will be used soon; nothing happens where there is no such row.</summary>
    public void Prefetch(int index, int column)
    {
        if ((uint)index < (uint)_count)
        {
            Memory.Prefetch(ref PageOf(index)[((index & _pageMask) * _width) + column]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Own(int index)
    {
        if ((uint)index >= (uint)_count)
        {
            ThrowOutOfRange(index);
        }
        if (index < _frozenCount && _pageEpochs[index >> _pageLog2] != _epoch)
        {
            CopyPage(index >> _pageLog2);
        }
    }

    /// <summary>The content of this moment, for ever; to be handed to other threads through a publishing write.</summary>
    public PagedView<T> Freeze()
    {
        _frozenCount = _count;
        if (++_epoch == 0)
        {
            // After 2^32 freezes old marks could pass for new ones.
            Array.Clear(_pageEpochs);
            Array.Clear(_blockEpochs);
            Array.Clear(_upperEpochs);
            _rootEpoch = 0;
            _epoch = 1;
        }
        return Live();
    }

    /// <summary>The current content for the writer's thread, valid until the next write; costs no copy afterwards.</summary>
    public PagedView<T> Live() => new(_root, _count, _pageLog2, _width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T[] PageOf(int index)
    {
        var page = index >> _pageLog2;
        return _root[page >> (2 * FanOutLog2)][(page >> FanOutLog2) & FanOutMask][page & FanOutMask];
    }

    private void AddPage()
    {
        var page = _pageCount;
        var block = page >> FanOutLog2;
        var upper = block >> FanOutLog2;
        if (upper == _root.Length)
        {
            // Views keep the old root; both lead to the same blocks.
            Array.Resize(ref _root, Math.Max(1, upper * 2));
            Array.Resize(ref _upperEpochs, _root.Length);
            _rootEpoch = _epoch;
        }
        if ((block & FanOutMask) == 0 && (page & FanOutMask) == 0)
        {
            _root[upper] = new T[FanOut][][];
            _upperEpochs[upper] = _epoch;
        }
        if ((page & FanOutMask) == 0)
        {
            _root[upper][block & FanOutMask] = new T[FanOut][];
            Mark(ref _blockEpochs, block);
        }
        _root[upper][block & FanOutMask][page & FanOutMask] = new T[_pageSize * _width];
        Mark(ref _pageEpochs, page);
        _pageCount++;
    }

    private void Mark(ref uint[] epochs, int index)
    {
        if (index >= epochs.Length)
        {
            Array.Resize(ref epochs, Math.Max(16, index * 2));
        }
        epochs[index] = _epoch;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CopyPage(int page)
    {
        var block = page >> FanOutLog2;
        var upper = block >> FanOutLog2;
        if (_rootEpoch != _epoch)
        {
            _root = [.. _root];
            _rootEpoch = _epoch;
        }
        if (_upperEpochs[upper] != _epoch)
        {
            _root[upper] = [.. _root[upper]];
            _upperEpochs[upper] = _epoch;
        }
        ref var blockPages = ref _root[upper][block & FanOutMask];
        if (_blockEpochs[block] != _epoch)
        {
            blockPages = [.. blockPages];
            _blockEpochs[block] = _epoch;
        }
        ref var values = ref blockPages[page & FanOutMask];
        values = values.AsSpan().ToArray();
        _pageEpochs[page] = _epoch;
    }

    [DoesNotReturn]
    private void ThrowOutOfRange(int index) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"The array has {_count} elements.");
}
