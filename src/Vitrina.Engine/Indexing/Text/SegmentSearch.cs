using System.Numerics;
using System.Runtime.CompilerServices;
using Vitrina.Kernels.Postings;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>One search in one segment: offers every item that can be among the best, with its exact score, and leaves out those that provably cannot.</summary>
/// <remarks>
/// MaxScore (Turtle and Flood, "Query evaluation: strategies and optimizations", 1995) in two steps. First the lists without windows, the rarest words as a rule: each
/// of their items is completed by probing the other lists, as long as its bound reaches the worst of the best so far. Then the windows of the other lists, shortest
/// documents first: lists that together cannot reach it are only probed, the others are added up in small integers, rounded up, and places whose sums reach
/// it are scored exactly. Bounds come from the codes that a window holds and its shortest document, so most windows of long documents fall at once.
/// Exact scores are sums of floats in the query's order, so they are the bits that <see cref="TextSnapshot.Score"/> gives.
/// </remarks>
internal ref partial struct SegmentSearch<TFilter>
    where TFilter : struct, IItemFilter
{
    // Bounds and scores are sums of up to 128 floats in different orders; their relative difference stays far below this.
    private const float Slack = 1.00002f;

    private readonly TextSnapshot _snapshot;
    private readonly TextSegmentView _view;
    private readonly TextSegment _segment;
    private readonly TFilter _filter;
    private readonly TextSearchScratch _scratch;
    private readonly ulong _required;
    private readonly int _needed;
    private readonly int _freeWords;
    private readonly float _norm;
    private readonly float _slope;
    private int _termCount;
    private bool _hasPlainWords;
    private bool _isCounting;
    private float _scale;

    public SegmentSearch(TextSnapshot snapshot, in TextSegmentView view, TFilter filter, ulong required, int needed, TextSearchScratch scratch)
    {
        (_snapshot, _view, _segment, _filter, _scratch, _required, _needed) = (snapshot, view, view.Segment, filter, scratch, required, needed);
        _freeWords = BitOperations.PopCount(scratch.AllWords) - needed;
        (_norm, _slope) = snapshot.LengthNorm(TextSnapshot.AllFields);
    }

    private readonly Span<SegmentTerm> Terms => _scratch.SegmentTerms.AsSpan(0, _termCount);

    public void Run()
    {
        FindTerms();
        if (!ChooseDrivers())
        {
            return;
        }

        FindUnwanted();
        var hasWindows = false;
        for (var number = 0; number < _termCount; number++)
        {
            ref var term = ref _scratch.SegmentTerms[number];
            if (term.IsDriver && !term.List.HasWindows)
            {
                if (IsHopeless(BoundOfRest(-1, 0)))
                {
                    return;
                }

                DriveList(number);
                term.IsDone = true;
            }

            hasWindows |= term.IsDriver && term.List.HasWindows;
        }

        if (hasWindows)
        {
            DriveWindows();
        }
    }

    /// <summary>Looks the query's terms up in the segment; those that can add most come first.</summary>
    private void FindTerms()
    {
        _termCount = 0;
        _scratch.Reserve(_scratch.TermCount);
        _scratch.Contributions.AsSpan(0, _scratch.TermCount).Clear();
        _hasPlainWords = true;
        var words = 0ul;
        var terms = _scratch.SegmentTerms;
        for (var i = 0; i < _scratch.TermCount; i++)
        {
            ref readonly var term = ref _scratch.Terms[i];
            var list = term.TermId < 0 ? default : _segment.ListOf(term.TermId);
            if (list.Count == 0 || term.DocumentFrequency == 0)
            {
                continue;
            }

            var bound = BoundOf(term.Weight, list.LargestCode, _segment.WeightedLengths[0]);
            var at = _termCount++;
            for (; at > 0 && terms[at - 1].Bound < bound; at--)
            {
                terms[at] = terms[at - 1];
            }

            terms[at] = new SegmentTerm(i, list, term.Weight, term.Words, bound, false, false);
            _hasPlainWords &= BitOperations.IsPow2(term.Words) && (words & term.Words) == 0;
            words |= term.Words;
        }
    }

    /// <summary>Marks lists such that every item to be found stands in one of them, the shortest that will do; false when there can be no item.</summary>
    private readonly bool ChooseDrivers()
    {
        var counts = _scratch.WordCounts;
        Array.Clear(counts);
        foreach (ref readonly var term in Terms)
        {
            for (var words = term.Words; words != 0; words &= words - 1)
            {
                counts[BitOperations.TrailingZeroCount(words)] += term.List.Count;
            }
        }

        // Any one required word; else of n words of which k are needed, any n − k + 1.
        var drivers = 0ul;
        var candidates = _required != 0 ? _required : _scratch.AllWords;
        var driverCount = _required != 0 ? 1 : BitOperations.PopCount(_scratch.AllWords) - _needed + 1;
        for (; driverCount > 0; driverCount--)
        {
            var best = BitOperations.TrailingZeroCount(candidates);
            for (var words = candidates; words != 0; words &= words - 1)
            {
                var word = BitOperations.TrailingZeroCount(words);
                best = counts[word] < counts[best] ? word : best;
            }

            drivers |= 1ul << best;
            candidates &= ~(1ul << best);
        }

        var isAny = false;
        foreach (ref var term in Terms)
        {
            term.IsDriver = (term.Words & drivers) != 0;
            isAny |= term.IsDriver;
        }

        return isAny;
    }

    private readonly void FindUnwanted()
    {
        for (var i = 0; i < _scratch.UnwantedCount; i++)
        {
            _scratch.UnwantedLists[i] = _segment.ListOf(_scratch.UnwantedTermIds[i]);
        }
    }

    /// <summary>Looks at the items of a list without windows.</summary>
    private readonly void DriveList(int number)
    {
        var (list, weight) = (_scratch.SegmentTerms[number].List, _scratch.SegmentTerms[number].Weight);
        var documents = _segment.Documents.AsSpan(list.Start, list.Count);
        var codes = _segment.DocumentCodes.AsSpan(list.Start, list.Count);
        var (window, length, rest) = (-1, -1f, 0f);
        for (var i = 0; i < documents.Length; i++)
        {
            var document = documents[i];
            if (document >> TextSegment.WindowLog2 != window)
            {
                window = document >> TextSegment.WindowLog2;
                var shortest = _segment.WeightedLengths[window << TextSegment.WindowLog2];
                if (shortest != length)
                {
                    length = shortest;
                    rest = BoundOfRest(number, length);
                }

                // Later documents are no shorter.
                if (IsHopeless(BoundOf(weight, list.LargestCode, length) + rest))
                {
                    return;
                }
            }

            if (!IsHopeless(BoundOf(weight, codes[i], length) + rest))
            {
                Consider(document, number, codes[i]);
            }
        }
    }

    /// <summary>What all lists that are not done can add to a document of a length, but for one of them.</summary>
    private readonly float BoundOfRest(int number, float length)
    {
        var sum = 0f;
        for (var other = 0; other < _termCount; other++)
        {
            ref readonly var term = ref _scratch.SegmentTerms[other];
            sum += other == number || term.IsDone ? 0 : BoundOf(term.Weight, term.List.LargestCode, length);
        }

        return sum;
    }

    /// <summary>Scores a document exactly and offers its item, unless it was looked at before or lacks what is demanded.</summary>
    /// <param name="document">The document.</param>
    /// <param name="driver">The term whose posting led to it; −1 when it is unknown.</param>
    /// <param name="driverCode">The code in that posting.</param>
    private readonly void Consider(int document, int driver, int driverCode)
    {
        if (_view.IsDead(document) || (_filter.IsQuick && !_filter.Accepts(_segment.ItemOrdinals[document])))
        {
            return;
        }

        var lengthNorm = _norm + (_slope * _segment.WeightedLengths[document]);
        var contributions = _scratch.Contributions.AsSpan(0, _scratch.TermCount);
        var words = 0ul;
        var missing = BitOperations.PopCount(_scratch.AllWords) - _termCount;
        var bound = 0f;
        foreach (ref readonly var term in Terms)
        {
            bound += term.IsDone ? 0 : term.Bound;
        }

        // Differences of floats lose digits of the sum: up to 128 of them, each less than a ten-millionth of it.
        bound *= 1 + 2e-5f;

        for (var number = 0; number < _termCount; number++)
        {
            ref readonly var term = ref _scratch.SegmentTerms[number];
            var code = number == driver ? driverCode : CodeOf(term.List, document);
            missing += code < 0 ? 1 : 0;
            if ((code >= 0 && term.IsDone) || (_hasPlainWords && missing > _freeWords))
            {
                return;
            }

            var contribution = code < 0 ? 0 : TextSnapshot.Contribution(term.Weight, _segment.Counts[code], lengthNorm);
            contributions[term.Term] = contribution;
            words |= code < 0 ? 0 : term.Words;
            bound -= term.IsDone ? 0 : term.Bound - contribution;
            if (IsHopeless(bound))
            {
                return;
            }
        }

        if ((words & _required) != _required || BitOperations.PopCount(words) < _needed)
        {
            return;
        }

        var item = _segment.ItemOrdinals[document];
        var score = _segment.HasExactCounts ? TextSnapshot.Sum(contributions) : _snapshot.ScoreRow(_snapshot.Rows[item]!, TextSnapshot.AllFields, _scratch);
        if (score > 0 && score >= _scratch.Best.Threshold && !HoldsUnwanted(document) && (_filter.IsQuick || _filter.Accepts(item)))
        {
            _scratch.Best.Offer(item, score);
        }
    }

    private readonly bool HoldsUnwanted(int document)
    {
        foreach (ref readonly var list in _scratch.UnwantedLists.AsSpan(0, _scratch.UnwantedCount))
        {
            if (CodeOf(list, document) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The code of a document's posting; −1 when the list does not hold it.</summary>
    private readonly int CodeOf(in PostingList list, int document)
    {
        if (!list.HasWindows)
        {
            var index = SortedSearch.Find(_segment.Documents.AsSpan(list.Start, list.Count), document);
            return index < 0 ? -1 : _segment.DocumentCodes[list.Start + index];
        }

        var window = list.Directory + (document >> TextSegment.WindowLog2);
        var (start, end) = (_segment.WindowStarts[window], _segment.WindowStarts[window + 1]);
        var place = SortedSearch.Find(_segment.Places.AsSpan(start, end - start), (ushort)(document & ((1 << TextSegment.WindowLog2) - 1)));
        return place < 0 ? -1 : _segment.PlaceCodes[start + place];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float BoundOf(float weight, int code, float length) => TextSnapshot.Contribution(weight, _segment.Counts[code], _norm + (_slope * length));

    /// <summary>Whether a score of at most this much cannot be among the best.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsHopeless(float bound) => bound * Slack < _scratch.Best.Threshold;
}
