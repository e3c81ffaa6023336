using System.Numerics;
using Vitrina.Kernels.Postings;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>The second step of a search in a segment: lists by windows of documents.</summary>
internal ref partial struct SegmentSearch<TFilter>
{
    // Bounds in integers: the sum of all stays in 16 bits, each rounded up by one unit at most. Where words are demanded and few, the
    // upper three bits count the lists that hold a place.
    private const float LargestSum = 65_000;
    private const float LargestCountedSum = 8_100;
    private const int ListUnit = 1 << 13;
    private const int MaxCountedLists = 7;

    // Adding a posting costs about a tenth of probing for it, and a hundredth of scoring a document.
    private const int AddedPerDriver = 8;
    private const int AddedPerProbe = 64;

    private void DriveWindows()
    {
        var lengths = _segment.WeightedLengths;
        _isCounting = _needed > 1 && _hasPlainWords && _termCount <= MaxCountedLists;
        _scale = (_isCounting ? LargestCountedSum : LargestSum) / BoundOfRest(-1, 0);
        var length = -1f;
        for (var window = 0; window < _segment.WindowCount; window++)
        {
            var shortest = lengths[window << TextSegment.WindowLog2];
            if (shortest != length)
            {
                length = shortest;
                if (IsHopeless(BoundOfRest(-1, length)))
                {
                    return;
                }
            }

            if (BoundTerms(window, length))
            {
                DriveWindow(window, length);
            }
        }
    }

    /// <summary>Bounds what each list that is not done can add in a window; false when the window cannot hold an item.</summary>
    private readonly bool BoundTerms(int window, float length)
    {
        var (sum, words, isAny) = (0f, 0ul, false);
        foreach (ref var term in Terms)
        {
            var code = term.IsDone ? -1 : LargestCode(term.List, window);
            term.Bound = code < 0 ? 0 : BoundOf(term.Weight, code, length);
            sum += term.Bound;
            words |= code < 0 ? 0 : term.Words;
            isAny |= code >= 0 && term.IsDriver;
        }

        return isAny && (words & _required) == _required && BitOperations.PopCount(words) >= _needed && !IsHopeless(sum);
    }

    /// <summary>Looks at the items of a window.</summary>
    private readonly void DriveWindow(int window, float length)
    {
        if (DriveNecessary(window, length))
        {
            return;
        }

        var rest = 0f;
        foreach (ref readonly var term in Terms)
        {
            rest += term.IsDriver ? 0 : term.Bound;
        }

        // Drivers that cannot lead to an item without the others are left to probing.
        var (postings, added) = (0, 0);
        var isAdded = _scratch.IsAdded;
        for (var number = _termCount - 1; number >= 0; number--)
        {
            ref readonly var term = ref _scratch.SegmentTerms[number];
            isAdded[number] = term.IsDriver && term.Bound > 0 && !IsHopeless(rest + term.Bound);
            rest += isAdded[number] || !term.IsDriver ? 0 : term.Bound;
            postings += isAdded[number] ? PostingsIn(term.List, window) : 0;
            added += isAdded[number] ? 1 : 0;
        }

        // What is added is found together with its place; what is probed costs a search for each place. Without counts, others than drivers would only add places.
        var probed = 0;
        for (var number = 0; number < _termCount; number++)
        {
            ref readonly var term = ref _scratch.SegmentTerms[number];
            if (isAdded[number] || term.Bound == 0)
            {
                continue;
            }

            isAdded[number] = term.List.HasWindows && (term.IsDriver || _isCounting) && PostingsIn(term.List, window) <= postings * AddedPerDriver;
            rest -= isAdded[number] ? term.Bound : 0;
            added += isAdded[number] ? 1 : 0;
            probed += isAdded[number] ? 0 : 1;
        }

        for (var number = 0; number < _termCount; number++)
        {
            if (isAdded[number])
            {
                if (added == 1)
                {
                    ReadPostings(number, window, length, rest);
                    return;
                }

                WriteValues(number, LargestCode(_scratch.SegmentTerms[number].List, window), length);
                AddPostings(number, window);
            }
        }

        ReadSums(window, rest, _isCounting ? _needed - probed : 0, added);
    }

    /// <summary>Writes what each code up to the largest adds at most, in units.</summary>
    private readonly void WriteValues(int number, int largestCode, float length)
    {
        var values = _scratch.Values.AsSpan(number * TextSegment.MaxCodes, TextSegment.MaxCodes);
        var weight = _scratch.SegmentTerms[number].Weight;
        var unit = 1 + (_isCounting ? ListUnit : 0);
        for (var code = 0; code <= largestCode; code++)
        {
            values[code] = (ushort)((BoundOf(weight, code, length) * _scale) + unit);
        }
    }

    /// <summary>The least number of units of the added lists that is worth a look, when the others can add so much.</summary>
    /// <param name="rest">What the others can add.</param>
    /// <param name="lists">How many of the added lists must hold a place.</param>
    /// <param name="added">How many there are.</param>
    private readonly ushort LeastUnits(float rest, int lists, int added)
    {
        var units = ((_scratch.Best.Threshold / Slack) - rest) * _scale;
        if (_isCounting)
        {
            // Fewer lists than this cannot do; with more than this the count alone tells nothing about the units.
            units = (Math.Max(lists, 1) * ListUnit) + (lists == added ? Math.Max(units, 0) : 0);
        }

        return (ushort)Math.Clamp(units, 1, ushort.MaxValue);
    }

    private readonly void AddPostings(int number, int window)
    {
        var list = _scratch.SegmentTerms[number].List;
        var (start, count) = (_segment.WindowStarts[list.Directory + window], PostingsIn(list, window));
        WindowSums.Add(_segment.Places.AsSpan(start, count), _segment.PlaceCodes.AsSpan(start, count), _scratch.Values.AsSpan(number * TextSegment.MaxCodes, TextSegment.MaxCodes), _scratch.Sums);
    }

    /// <summary>Looks at the places whose sums are large enough, and clears the sums.</summary>
    private readonly void ReadSums(int window, float rest, int lists, int added)
    {
        var sums = _scratch.Sums.AsSpan();
        var place = WindowSums.NextAtLeast(sums, 0, LeastUnits(rest, lists, added));
        while (place >= 0)
        {
            Consider((window << TextSegment.WindowLog2) + place, -1, 0);
            place = WindowSums.NextAtLeast(sums, place + 1, LeastUnits(rest, lists, added));
        }

        sums.Clear();
    }

    /// <summary>
    /// Looks at one list only, where all others together fall short so far that an item must stand in it with a rare code; false when there is no such list, or adding up
    /// is cheaper.
    /// </summary>
    private readonly bool DriveNecessary(int window, float length)
    {
        var (sum, postings) = (0f, 0);
        foreach (ref readonly var term in Terms)
        {
            sum += term.Bound;
            postings += term.Bound > 0 && term.List.HasWindows ? PostingsIn(term.List, window) : 0;
        }

        var (best, fewest) = (-1, int.MaxValue);
        for (var number = 0; number < _termCount; number++)
        {
            ref readonly var term = ref _scratch.SegmentTerms[number];
            if (term.Bound > 0 && term.List.HasWindows && IsHopeless(sum - term.Bound))
            {
                var least = LeastCode(term.Weight, LargestCode(term.List, window), length, sum - term.Bound);
                var start = _segment.WindowStarts[term.List.Directory + window];
                var count = WindowSums.CountAtLeast(_segment.PlaceCodes.AsSpan(start, PostingsIn(term.List, window)), (byte)least);
                (best, fewest) = count < fewest ? (number, count) : (best, fewest);
            }
        }

        if (best < 0 || (long)fewest * AddedPerProbe > postings)
        {
            return false;
        }

        ReadPostings(best, window, length, sum - _scratch.SegmentTerms[best].Bound);
        return true;
    }

    /// <summary>Looks at the postings of a list whose codes are large enough when all others add so much.</summary>
    private readonly void ReadPostings(int number, int window, float length, float rest)
    {
        var (list, weight) = (_scratch.SegmentTerms[number].List, _scratch.SegmentTerms[number].Weight);
        var start = _segment.WindowStarts[list.Directory + window];
        var codes = _segment.PlaceCodes.AsSpan(start, PostingsIn(list, window));
        var threshold = _scratch.Best.Threshold;
        var least = LeastCode(weight, LargestCode(list, window), length, rest);
        for (var i = WindowSums.NextAtLeast(codes, 0, (byte)least); i >= 0; i = WindowSums.NextAtLeast(codes, i + 1, (byte)least))
        {
            Consider((window << TextSegment.WindowLog2) + _segment.Places[start + i], number, codes[i]);
            if (_scratch.Best.Threshold != threshold)
            {
                threshold = _scratch.Best.Threshold;
                least = LeastCode(weight, LargestCode(list, window), length, rest);
            }
        }
    }

    /// <summary>The least code that is worth a look when all other lists add so much; the largest one when none is, which costs a look and no item.</summary>
    private readonly int LeastCode(float weight, int largestCode, float length, float rest)
    {
        var (low, high) = (0, largestCode);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            (low, high) = IsHopeless(BoundOf(weight, middle, length) + rest) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The largest code of a list in a window; −1 when it has no posting there.</summary>
    private readonly int LargestCode(in PostingList list, int window)
    {
        if (!list.HasWindows)
        {
            return list.LargestCode;
        }

        var at = list.Directory + window;
        return _segment.WindowStarts[at] == _segment.WindowStarts[at + 1] ? -1 : _segment.WindowCodes[at];
    }

    private readonly int PostingsIn(in PostingList list, int window) =>
        _segment.WindowStarts[list.Directory + window + 1] - _segment.WindowStarts[list.Directory + window];
}
