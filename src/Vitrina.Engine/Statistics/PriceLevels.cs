using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics;

/// <summary>The distribution of present prices within each value of a keyword, kept up to date by every change of an item.</summary>
/// <remarks>
/// One writer. A histogram over an eighth of an octave (9 % wide bins) per value: integer counts, so that replay gives the same bits. The
/// median is interpolated inside its bin, an error of at most 4.5 %.
/// </remarks>
public sealed class PriceLevels(int priceSlot, int keywordSlot)
{
    internal const int BinsPerOctave = 8;
    internal const int BinCount = 256;
    internal const int ZeroBin = 56;
    private readonly PagedArray<int> _counts = new(9);

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
        if (item is not { IsActive: true } || item.Keywords[keywordSlot] is not (>= 0 and var value) || !(item.Numbers[priceSlot] > 0))
        {
            return;
        }

        var bin = Math.Clamp((int)Math.Floor(Math.Log2(item.Numbers[priceSlot]) * BinsPerOctave) + ZeroBin, 0, BinCount - 1);
        _counts.EnsureCount((value + 1) * BinCount);
        _counts.Edit((value * BinCount) + bin) += change;
    }

    /// <summary>An immutable view for readers on other threads.</summary>
    public PriceLevelsView Freeze() => new(_counts.Freeze());

    /// <summary>A view of the present content, valid until the next write.</summary>
    public PriceLevelsView Live() => new(_counts.Live());
}

/// <summary>A frozen state of <see cref="PriceLevels"/>. Safe for concurrent use.</summary>
public readonly struct PriceLevelsView
{
    private readonly PagedView<int> _counts;

    internal PriceLevelsView(PagedView<int> counts) => _counts = counts;

    /// <summary>The median price of a keyword's active items; NaN when there is none.</summary>
    public double MedianOf(int keyword)
    {
        var first = keyword * PriceLevels.BinCount;
        if (keyword < 0 || first + PriceLevels.BinCount > _counts.Count)
        {
            return double.NaN;
        }

        var total = 0;
        for (var bin = 0; bin < PriceLevels.BinCount; bin++)
        {
            total += _counts[first + bin];
        }

        if (total == 0)
        {
            return double.NaN;
        }

        var half = total / 2.0;
        var below = 0;
        for (var bin = 0; ; bin++)
        {
            var count = _counts[first + bin];
            if (below + count >= half)
            {
                var within = count == 0 ? 0 : (half - below) / count;
                return double.Exp2((bin - PriceLevels.ZeroBin + within) / PriceLevels.BinsPerOctave);
            }

            below += count;
        }
    }
}
