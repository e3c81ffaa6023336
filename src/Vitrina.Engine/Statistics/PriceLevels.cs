using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics;

/// <summary>The distribution of present prices within each value of a keyword, kept up to date by every change of an item.</summary>
/// <remarks>
/// One writer. A histogram over an eighth of an octave (9 % wide bins) per value, only the bins that were ever used: integer counts, so that
/// replay gives the same bits. The median is interpolated inside its bin, an error of at most 4.5 %.
/// </remarks>
public sealed class PriceLevels(int priceSlot, int keywordSlot)
{
    internal const int BinsPerOctave = 8;
    internal const int BinCount = 256;
    internal const int ZeroBin = 56;
    private readonly KeyTable _cells = new();
    private readonly PagedArray<int> _counts = new(8);
    private readonly PagedArray<PriceSpan> _spans = new(7);

    // Computed when a view is made, once for all changes of a keyword since the last one; 0 = no price.
    private readonly PagedArray<double> _medians = new(8);
    private readonly HashSet<int> _changed = [];

    /// <summary>Moves an item from its old price to its new one.</summary>
    /// <param name="before">The item before the change, or null.</param>
    /// <param name="after">The item after the change, or null.</param>
    public void Apply(Item? before, Item? after)
    {
        if (before is not null && after is not null
            && before.IsActive == after.IsActive
            && before.Numbers[priceSlot].Equals(after.Numbers[priceSlot])
            && before.Keywords[keywordSlot] == after.Keywords[keywordSlot])
        {
            return;
        }

        Count(before, -1);
        Count(after, 1);
    }

    private void Count(Item? item, int change)
    {
        if (item is not { IsActive: true } || item.Keywords[keywordSlot] is not (>= 0 and var keyword) || !(item.Numbers[priceSlot] > 0))
        {
            return;
        }

        var bin = Math.Clamp((int)Math.Floor(Math.Log2(item.Numbers[priceSlot]) * BinsPerOctave) + ZeroBin, 0, BinCount - 1);
        var cell = _cells.GetOrAdd(CellOf(keyword, bin), out _);
        _counts.EnsureCount(cell + 1);
        _counts.Edit(cell) += change;
        _spans.EnsureCount(keyword + 1);
        ref var span = ref _spans.Edit(keyword);
        span = span.HasBins
            ? new PriceSpan(span.Total + change, Math.Min(span.First, bin), Math.Max(span.Last, bin), true)
            : new PriceSpan(change, bin, bin, true);
        _changed.Add(keyword);
    }

    private static UInt128 CellOf(int keyword, int bin) => new((ulong)keyword + 1, (ulong)bin);

    /// <summary>An immutable view for readers on other threads.</summary>
    public PriceLevelsView Freeze()
    {
        BringUpToDate();
        return new PriceLevelsView(_medians.Freeze());
    }

    /// <summary>A view of the present content, valid until the next write.</summary>
    public PriceLevelsView Live()
    {
        BringUpToDate();
        return new PriceLevelsView(_medians.Live());
    }

    private void BringUpToDate()
    {
        foreach (var keyword in _changed)
        {
            _medians.EnsureCount(keyword + 1);
            _medians.Edit(keyword) = MedianOf(keyword, _spans[keyword]);
        }

        _changed.Clear();
    }

    private double MedianOf(int keyword, in PriceSpan span)
    {
        var half = span.Total / 2.0;
        var below = 0;
        for (var bin = span.First; span.Total > 0 && bin <= span.Last; bin++)
        {
            var count = _cells.Find(CellOf(keyword, bin)) is >= 0 and var cell ? _counts[cell] : 0;
            if (count > 0 && below + count >= half)
            {
                return double.Exp2((bin - ZeroBin + ((half - below) / count)) / BinsPerOctave);
            }

            below += count;
        }

        return 0;
    }
}

/// <summary>How many prices a keyword has, and between which bins they ever lay.</summary>
internal readonly record struct PriceSpan(int Total, int First, int Last, bool HasBins);

/// <summary>A frozen state of <see cref="PriceLevels"/>. Safe for concurrent use.</summary>
public readonly struct PriceLevelsView
{
    private readonly PagedView<double> _medians;

    internal PriceLevelsView(PagedView<double> medians) => _medians = medians;

    /// <summary>The median price of a keyword's active items; NaN when there is none.</summary>
    public double MedianOf(int keyword) => keyword >= 0 && keyword < _medians.Count && _medians[keyword] is > 0 and var median ? median : double.NaN;
}
