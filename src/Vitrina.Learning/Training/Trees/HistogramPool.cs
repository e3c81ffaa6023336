using Vitrina.Kernels.Histograms;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Histograms that are used again from leaf to leaf.</summary>
internal sealed class HistogramPool(int columns, long bytes)
{
    private readonly Stack<GradientHistogram> _free = [];
    private readonly long _limit = Math.Max(3, bytes / GradientHistogram.BytesOf(columns));
    private long _used;

    /// <summary>Whether leaves should give theirs back as soon as they are searched.</summary>
    public bool IsTight => _used + 2 > _limit;

    /// <summary>Takes one; its sums are whatever they were.</summary>
    public GradientHistogram Rent()
    {
        _used++;
        return _free.TryPop(out GradientHistogram? histogram) ? histogram : new GradientHistogram(columns);
    }

    /// <summary>Gives a leaf's back.</summary>
    public void Return(GrowingLeaf leaf)
    {
        if (leaf.Histogram is { } histogram)
        {
            _used--;
            _free.Push(histogram);
            leaf.Histogram = null;
        }
    }
}
