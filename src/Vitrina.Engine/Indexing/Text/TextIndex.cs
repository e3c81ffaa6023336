using System.Runtime.InteropServices;
using Vitrina.Engine.Language;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>The writer of an inverted index over the texts of items; readers search the snapshots that <see cref="Freeze"/> returns.</summary>
/// <remarks>
/// For one thread. Beside the postings every item keeps a row of its terms: through it document frequencies and average lengths are exact at
/// every moment, so that scores do not depend on how the postings are cut into segments or when these are merged.
/// A put or a removal costs about the item's own terms; a freeze about what changed since the last one, plus merging when it is synchronous.
/// </remarks>
internal sealed partial class TextIndex
{
    private const long Nowhere = -1;
    private const int PendingSegment = int.MaxValue;
    private const int MaxFields = 200;

    private readonly TextAnalyzer _analyzer;
    private readonly TextIndexOptions _options;
    private readonly float[] _boosts;
    private readonly FrequencyPatterns _patterns;
    private readonly SymbolTable _dictionary = new();
    private readonly PagedArray<byte[]?> _rows = new();
    private readonly PagedArray<int> _documentFrequencies = new();
    private readonly long[] _totalLengths;
    private readonly TextSegmentSet _segments;
    private readonly TextSegmentBuilder _builder = new();

    // Items put since the last freeze; a place that no longer points back means the entry is void.
    private readonly List<int> _pending = [];

    // By item: segment × 2³² + document, or Nowhere.
    private long[] _places = [];

    // Reused by every put.
    private readonly TokenBuffer _tokens = new();
    private readonly VarIntWriter _rowWriter = new(256);
    private readonly List<long> _occurrences = [];
    private readonly ushort[] _counts;
    private readonly int[] _lengths;

    private long _rowBytes;
    private long _dictionaryBytes;
    private int _documentCount;
    private TextSnapshot? _last;

    /// <summary>An empty index.</summary>
    /// <param name="analyzer">Analyses the items' texts; queries must use the same one.</param>
    /// <param name="options">Field boosts, k1, b and merging.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public TextIndex(TextAnalyzer analyzer, TextIndexOptions options)
    {
        if (options.FieldBoosts.Count is 0 or > MaxFields || options.FieldBoosts.Any(boost => !(boost > 0 && float.IsFinite(boost))))
        {
            throw new ArgumentException($"FieldBoosts must have 1 to {MaxFields} finite weights above 0.", nameof(options));
        }

        if (!(options.K1 >= 0 && float.IsFinite(options.K1)) || !(options.B is >= 0 and <= 1))
        {
            throw new ArgumentException("K1 must be finite and at least 0, B must be from 0 to 1.", nameof(options));
        }

        _analyzer = analyzer;
        _options = options;
        _boosts = [.. options.FieldBoosts];
        _patterns = new FrequencyPatterns(_boosts);
        _totalLengths = new long[_boosts.Length];
        _counts = new ushort[_boosts.Length];
        _lengths = new int[_boosts.Length];
        _segments = new TextSegmentSet(options.IsMergingSynchronous);
    }

    /// <summary>Items that have a text now.</summary>
    public int DocumentCount => _documentCount;

    /// <summary>Distinct terms met so far.</summary>
    public int TermCount => _dictionary.Count;

    /// <summary>Memory held by the index, in bytes; the dictionary and the paged arrays are estimated.</summary>
    public long Bytes => _segments.Bytes + _rowBytes + _dictionaryBytes + (8L * _rows.Count) + (8L * _places.Length) + (4L * _documentFrequencies.Count);

    /// <summary>Segments at present.</summary>
    internal int SegmentCount => _segments.Count;

    /// <summary>Sets the texts of an item; what it had before no longer counts.</summary>
    /// <param name="itemOrdinal">The item, from 0.</param>
    /// <param name="fieldTexts">A text, or null, for each declared field; missing ones at the end count as null.</param>
    public void Put(int itemOrdinal, IReadOnlyList<string?> fieldTexts)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(itemOrdinal);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fieldTexts.Count, _boosts.Length, nameof(fieldTexts));
        var row = WriteRow(fieldTexts);
        var old = itemOrdinal < _rows.Count ? _rows[itemOrdinal] : null;
        if (old is not null)
        {
            if (row.SequenceEqual(old))
            {
                return;
            }

            Forget(itemOrdinal, old);
        }

        SetRow(itemOrdinal, row);
    }

    /// <summary>Takes an item out; nothing happens when it has no text.</summary>
    public void Remove(int itemOrdinal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(itemOrdinal);
        if (itemOrdinal < _rows.Count && _rows[itemOrdinal] is { } old)
        {
            Forget(itemOrdinal, old);
            _rows.Edit(itemOrdinal) = null;
            _places[itemOrdinal] = Nowhere;
            _last = null;
        }
    }

    /// <summary>The content of this moment, for any number of readers; the same object as before when nothing changed.</summary>
    public TextSnapshot Freeze()
    {
        if (!_segments.AdoptFinishedMerge(_places) && _last is not null)
        {
            return _last;
        }

        var rows = new TextRows(_rows.Freeze(), _boosts, _patterns.Table, _dictionary.Count);
        AddPendingSegment(rows);
        _segments.Merge(_places, rows);
        return _last = new TextSnapshot
        {
            Dictionary = _dictionary,
            Patterns = _patterns.Table,
            Rows = rows.Rows,
            DocumentFrequencies = _documentFrequencies.Freeze(),
            Segments = _segments.Freeze(),
            DocumentCount = _documentCount,
            TotalLengths = [.. _totalLengths],
            Boosts = _boosts,
            K1 = _options.K1,
            B = _options.B,
        };
    }

    /// <summary>Waits until the running background merge is done, so that the next freeze adopts it.</summary>
    internal void AwaitMerge() => _segments.AwaitMerge();

    internal static long PlaceOf(int segment, int document) => ((long)segment << 32) | (uint)document;

    private void SetRow(int itemOrdinal, byte[] row)
    {
        Count(row, +1);
        _rows.EnsureCount(itemOrdinal + 1);
        _rows.Edit(itemOrdinal) = row;
        _rowBytes += BytesOf(row);
        _documentCount++;
        SetPlace(itemOrdinal, PlaceOf(PendingSegment, _pending.Count));
        _pending.Add(itemOrdinal);
        _last = null;
    }

    private void AddPendingSegment(TextRows rows)
    {
        var items = new List<int>(_pending.Count);
        for (var index = 0; index < _pending.Count; index++)
        {
            if (_places[_pending[index]] == PlaceOf(PendingSegment, index))
            {
                items.Add(_pending[index]);
            }
        }

        _pending.Clear();
        if (items.Count > 0)
        {
            var segment = _builder.Build(CollectionsMarshal.AsSpan(items), rows);
            var id = _segments.Add(segment);
            for (var document = 0; document < segment.DocumentCount; document++)
            {
                _places[segment.ItemOrdinals[document]] = PlaceOf(id, document);
            }
        }
    }

    private byte[] WriteRow(IReadOnlyList<string?> fieldTexts)
    {
        _occurrences.Clear();
        _rowWriter.Clear();
        for (var field = 0; field < _boosts.Length; field++)
        {
            _lengths[field] = field < fieldTexts.Count && fieldTexts[field] is { } text ? AddOccurrences(text, field) : 0;
            _rowWriter.Write((uint)_lengths[field]);
        }

        _occurrences.Sort();
        var previousTerm = -1;
        for (var index = 0; index < _occurrences.Count;)
        {
            var term = (int)(_occurrences[index] >> 8);
            Array.Clear(_counts);
            for (; index < _occurrences.Count && (int)(_occurrences[index] >> 8) == term; index++)
            {
                ref var count = ref _counts[(int)(_occurrences[index] & 0xFF)];
                count += count < ushort.MaxValue ? (ushort)1 : (ushort)0;
            }

            _rowWriter.WritePosting(term - previousTerm, _patterns.GetOrAdd(_counts));
            previousTerm = term;
        }

        return _rowWriter.ToArray();
    }

    /// <summary>Notes each token of a field as term × 256 + field; returns the field's length in words.</summary>
    private int AddOccurrences(string text, int field)
    {
        _analyzer.Analyze(text, _tokens);
        for (var index = 0; index < _tokens.Count; index++)
        {
            var term = _tokens.Term(index);
            var termId = _dictionary.Find(term);
            if (termId < 0)
            {
                termId = AddTerm(term.ToString());
            }

            _occurrences.Add(((long)termId << 8) | (uint)field);
        }

        return _tokens.PositionCount;
    }

    private int AddTerm(string term)
    {
        var termId = _dictionary.GetOrAdd(term);
        _documentFrequencies.EnsureCount(termId + 1);

        // String header, characters, reference, hash slot at half load.
        _dictionaryBytes += 22 + (2 * term.Length) + 8 + 16;
        return termId;
    }

    private void Forget(int itemOrdinal, byte[] row)
    {
        Count(row, -1);
        _rowBytes -= BytesOf(row);
        _documentCount--;
        var segment = (int)(_places[itemOrdinal] >> 32);
        if (segment != PendingSegment)
        {
            _segments.MarkDead(segment, (int)_places[itemOrdinal]);
        }
    }

    private void Count(byte[] bytes, int sign)
    {
        var row = new DocumentRow(bytes);
        for (var field = 0; field < _totalLengths.Length; field++)
        {
            _totalLengths[field] += sign * row.ReadLength();
        }

        while (row.Next())
        {
            _documentFrequencies.Edit(row.TermId) += sign;
        }
    }

    private void SetPlace(int itemOrdinal, long place)
    {
        if (itemOrdinal >= _places.Length)
        {
            var length = _places.Length;
            Array.Resize(ref _places, Math.Max(itemOrdinal + 1, length * 2));
            _places.AsSpan(length).Fill(Nowhere);
        }

        _places[itemOrdinal] = place;
    }

    private static long BytesOf(byte[] row) => 24 + ((row.Length + 7L) & ~7L);
}
