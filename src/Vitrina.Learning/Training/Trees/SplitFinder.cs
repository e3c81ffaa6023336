using System.Numerics.Tensors;
using Vitrina.Kernels.Histograms;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Finds the best split of a leaf from its histogram.</summary>
internal sealed class SplitFinder
{
    private readonly TreeDataset _set;
    private readonly TreeTrainerOptions _options;
    private readonly WorkerTeam _team;
    private readonly bool _isPlain;
    private readonly SplitCandidate[] _found;

    public SplitFinder(TreeDataset set, TreeTrainerOptions options, WorkerTeam team)
    {
        _set = set;
        _options = options;
        _team = team;
        _isPlain = options.L1 == 0 && set.Inputs.All(input => input.Monotone == MonotoneDirection.None);
        _found = new SplitCandidate[set.Features.Length];
        IsActive = new bool[_found.Length];
    }

    /// <summary>Which features the tree may use.</summary>
    public bool[] IsActive { get; }

    /// <summary>The best split over all active features; of equal ones that of the first feature.</summary>
    public SplitCandidate Find(GrowingLeaf leaf, LeafScores scores)
    {
        const int LargeWork = 16;
        _team.For(_found.Length, feature => _found[feature] = IsActive[feature] ? FindIn(feature, leaf, scores) : SplitCandidate.None, _found.Length >= LargeWork);
        SplitCandidate best = SplitCandidate.None;
        foreach (SplitCandidate candidate in _found)
        {
            best = candidate.Gain > best.Gain ? candidate : best;
        }

        return best.Gain > _options.MinGain ? best : SplitCandidate.None;
    }

    /// <summary>Scores the cuts behind each bin, −∞ where one is not allowed.</summary>
    public void Write(
        ReadOnlySpan<GradientSum> bins, GradientSum alwaysLeft, GrowingLeaf leaf, LeafScores scores, MonotoneDirection direction, double extraL2, Span<double> target)
    {
        if (_isPlain)
        {
            SplitScores.Write(bins, alwaysLeft, leaf.Sum, scores.Limits(extraL2), target);
        }
        else
        {
            scores.WriteConstrained(bins, alwaysLeft, leaf, direction, extraL2, target);
        }
    }

    /// <summary>The bins of one feature: its column, or its share of one.</summary>
    /// <param name="histogram">A leaf's histogram.</param>
    /// <param name="feature">The feature.</param>
    /// <param name="buffer">Room for 256 sums.</param>
    public static ReadOnlySpan<GradientSum> BinsOf(GradientHistogram histogram, FeatureBins feature, Span<GradientSum> buffer)
    {
        ReadOnlySpan<GradientSum> column = histogram.Column(feature.Column);
        if (feature.IsAlone)
        {
            return column[..feature.Radix];
        }

        Span<GradientSum> bins = buffer[..feature.Radix];
        bins.Clear();
        int bin = 0, rest = feature.Stride;
        foreach (GradientSum sum in column)
        {
            bins[bin] += sum;
            if (--rest == 0)
            {
                rest = feature.Stride;
                bin = bin + 1 == bins.Length ? 0 : bin + 1;
            }
        }

        return bins;
    }

    private SplitCandidate FindIn(int feature, GrowingLeaf leaf, LeafScores scores)
    {
        FeatureBins bins = _set.Features[feature];
        ReadOnlySpan<GradientSum> sums = BinsOf(leaf.Histogram!, bins, stackalloc GradientSum[GradientHistogram.Bins]);
        return bins.Kind == TreeInputKind.Category ? FindSet(feature, sums, leaf, scores) : FindCut(feature, sums, leaf, scores);
    }

    private SplitCandidate FindCut(int feature, ReadOnlySpan<GradientSum> sums, GrowingLeaf leaf, LeafScores scores)
    {
        FeatureBins bins = _set.Features[feature];
        MonotoneDirection direction = _set.Inputs[bins.Input].Monotone;
        GradientSum missing = sums[bins.MissingBin];
        bool hasMissing = missing.Count > 0;
        Span<double> cuts = stackalloc double[GradientHistogram.Bins];

        // Behind the last value a cut parts only what is missing from what is not.
        int cutCount = hasMissing ? bins.ValueBins : bins.ValueBins - 1;
        if (cutCount == 0)
        {
            return SplitCandidate.None;
        }

        Write(sums[..cutCount], default, leaf, scores, direction, 0, cuts);
        int best = TensorPrimitives.IndexOfMax<double>(cuts[..cutCount]);
        double score = cuts[best];
        bool isMissingLeft = false;
        if (hasMissing && bins.ValueBins > 1)
        {
            Write(sums[..(bins.ValueBins - 1)], missing, leaf, scores, direction, 0, cuts);
            int other = TensorPrimitives.IndexOfMax<double>(cuts[..(bins.ValueBins - 1)]);
            if (cuts[other] > score)
            {
                (best, score, isMissingLeft) = (other, cuts[other], true);
            }
        }

        GradientSum left = isMissingLeft ? missing : default;
        for (int bin = 0; bin <= best; bin++)
        {
            left += sums[bin];
        }

        // Nothing was missing here: at serving a missing value goes where most rows went.
        isMissingLeft = hasMissing ? isMissingLeft : left.Count * 2L >= leaf.Sum.Count;
        return new SplitCandidate(score - scores.Gain(leaf.Sum, leaf.Lower, leaf.Upper), feature, best, isMissingLeft, left, null);
    }

    // Sets of categories: prefixes and suffixes of the order by smoothed mean gradient.
    private SplitCandidate FindSet(int feature, ReadOnlySpan<GradientSum> sums, GrowingLeaf leaf, LeafScores scores)
    {
        FeatureBins bins = _set.Features[feature];
        Span<int> order = stackalloc int[GradientHistogram.Bins];
        order = order[..CategoryOrder(bins, sums, scores, order)];
        SplitCandidate best = SplitCandidate.None;
        double parent = scores.Gain(leaf.Sum, leaf.Lower, leaf.Upper);
        Span<GradientSum> sorted = stackalloc GradientSum[GradientHistogram.Bins];
        Span<double> cuts = stackalloc double[GradientHistogram.Bins];
        for (int end = 0; end < 2; end++)
        {
            int cutCount = Math.Min(order.Length, _options.MaxCategoriesPerSplit);
            if (cutCount == 0)
            {
                break;
            }

            for (int place = 0; place < cutCount; place++)
            {
                sorted[place] = sums[order[place]];
            }

            Write(sorted[..cutCount], default, leaf, scores, MonotoneDirection.None, _options.CategoryL2, cuts);
            int cut = TensorPrimitives.IndexOfMax<double>(cuts[..cutCount]);
            if (cuts[cut] - parent > best.Gain)
            {
                best = new SplitCandidate(cuts[cut] - parent, feature, 0, false, SumOf(sorted[..(cut + 1)]), MembersOf(order[..(cut + 1)]));
            }

            order.Reverse();
        }

        return best;
    }

    /// <summary>Bins of the categories with enough rows, in the order of their smoothed mean gradient.</summary>
    /// <returns>How many there are.</returns>
    public int CategoryOrder(FeatureBins bins, ReadOnlySpan<GradientSum> sums, LeafScores scores, Span<int> order)
    {
        Span<double> keys = stackalloc double[GradientHistogram.Bins];
        int count = 0;
        for (int bin = 0; bin < bins.ValueBins; bin++)
        {
            if (sums[bin].Count >= _options.MinRowsPerCategory)
            {
                keys[count] = sums[bin].Gradient * scores.GradientUnit / ((sums[bin].Hessian * scores.HessianUnit) + _options.CategorySmoothing + double.Epsilon);
                order[count++] = bin;
            }
        }

        keys[..count].Sort(order[..count]);
        return count;
    }

    /// <summary>The bins of a set as a table, shape [256].</summary>
    public static byte[] MembersOf(ReadOnlySpan<int> set)
    {
        byte[] members = new byte[GradientHistogram.Bins];
        foreach (int bin in set)
        {
            members[bin] = 1;
        }

        return members;
    }

    private static GradientSum SumOf(ReadOnlySpan<GradientSum> sums)
    {
        GradientSum all = default;
        foreach (GradientSum sum in sums)
        {
            all += sum;
        }

        return all;
    }
}
