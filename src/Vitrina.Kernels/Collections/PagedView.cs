using System.Diagnostics.CodeAnalysis;

namespace Vitrina.Kernels.Collections;

/// <summary>An immutable view of a <see cref="PagedArray{T}"/>, safe for concurrent use; the default value is empty.</summary>
public readonly struct PagedView<T>
{
    private readonly T[][][][]? _root;
    private readonly int _count;
    private readonly int _pageLog2;
    private readonly int _width;

    internal PagedView(T[][][][] root, int count, int pageLog2, int width)
    {
        _width = width;
        _root = root;
        _count = count;
        _pageLog2 = pageLog2;
    }

    /// <summary>Number of elements.</summary>
    public int Count => _count;

    /// <summary>The element at <paramref name="index"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or not below <see cref="Count"/>.</exception>
    public ref readonly T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)_count)
            {
                ThrowOutOfRange(index);
            }
            const int Shift = PagedArray<T>.FanOutLog2;
            const int Mask = (1 << Shift) - 1;
            var page = index >> _pageLog2;
            return ref _root![page >> (2 * Shift)][(page >> Shift) & Mask][page & Mask][index & ((1 << _pageLog2) - 1)];
        }
    }

    /// <summary>The row at <paramref name="index"/>, of an array whose elements are rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or not below <see cref="Count"/>.</exception>
    public ReadOnlySpan<T> RowOf(int index)
    {
        if ((uint)index >= (uint)_count)
        {
            ThrowOutOfRange(index);
        }
        const int Shift = PagedArray<T>.FanOutLog2;
        const int Mask = (1 << Shift) - 1;
        var page = index >> _pageLog2;
        return _root![page >> (2 * Shift)][(page >> Shift) & Mask][page & Mask].AsSpan((index & ((1 << _pageLog2) - 1)) * _width, _width);
    }

    /// <summary>The elements from <paramref name="index"/> to the end of its page or of the view, whichever comes first: for reading whole columns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or not below <see cref="Count"/>.</exception>
    public ReadOnlySpan<T> RunFrom(int index)
    {
        if ((uint)index >= (uint)_count)
        {
            ThrowOutOfRange(index);
        }
        const int Shift = PagedArray<T>.FanOutLog2;
        const int Mask = (1 << Shift) - 1;
        var page = index >> _pageLog2;
        var start = index & ((1 << _pageLog2) - 1);
        return _root![page >> (2 * Shift)][(page >> Shift) & Mask][page & Mask].AsSpan(start, Math.Min((1 << _pageLog2) - start, _count - index));
    }

    [DoesNotReturn]
    private void ThrowOutOfRange(int index) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"The view has {_count} elements.");
}
