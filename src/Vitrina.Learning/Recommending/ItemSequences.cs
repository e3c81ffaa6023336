namespace Vitrina.Learning.Recommending;

/// <summary>What people did: a sequence of item ordinals each, oldest first, and where each item stands in them.</summary>
/// <remarks>Immutable and safe for concurrent use. An item may stand in a sequence more than once.</remarks>
public sealed class ItemSequences
{
    private readonly int[] _starts;
    private readonly int[] _items;
    private readonly int[] _occurrenceStarts;
    private readonly int[] _occurrences;
    private readonly int[] _sequenceOf;

    /// <summary>Takes sequences over.</summary>
    /// <param name="itemCount">Number of items; ordinals are below.</param>
    /// <param name="sequences">The sequences; may be empty ones.</param>
    public ItemSequences(int itemCount, IReadOnlyList<int[]> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ItemCount = itemCount;
        _starts = new int[sequences.Count + 1];
        for (int sequence = 0; sequence < sequences.Count; sequence++)
        {
            _starts[sequence + 1] = checked(_starts[sequence] + sequences[sequence].Length);
        }

        _items = new int[_starts[^1]];
        _sequenceOf = new int[_items.Length];
        _occurrenceStarts = new int[itemCount + 1];
        for (int sequence = 0; sequence < sequences.Count; sequence++)
        {
            sequences[sequence].CopyTo(_items, _starts[sequence]);
            _sequenceOf.AsSpan(_starts[sequence], sequences[sequence].Length).Fill(sequence);
            LongestLength = Math.Max(LongestLength, sequences[sequence].Length);
        }

        foreach (int item in _items)
        {
            _occurrenceStarts[item + 1]++;
        }

        for (int item = 0; item < itemCount; item++)
        {
            _occurrenceStarts[item + 1] += _occurrenceStarts[item];
        }

        int[] next = _occurrenceStarts.AsSpan(0, itemCount).ToArray();
        _occurrences = new int[_items.Length];
        for (int place = 0; place < _items.Length; place++)
        {
            _occurrences[next[_items[place]]++] = place;
        }
    }

    /// <summary>Number of items, those that stand in no sequence included.</summary>
    public int ItemCount { get; }

    /// <summary>Number of sequences.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Length of the longest sequence.</summary>
    public int LongestLength { get; }

    /// <summary>The items of a sequence, oldest first.</summary>
    public ReadOnlySpan<int> this[int sequence] => _items.AsSpan(_starts[sequence], _starts[sequence + 1] - _starts[sequence]);

    /// <summary>How often an item occurs.</summary>
    public int CountOf(int item) => _occurrenceStarts[item + 1] - _occurrenceStarts[item];

    /// <summary>Where an item occurs: handles for <see cref="SequenceOf"/> and <see cref="PositionOf"/>.</summary>
    public ReadOnlySpan<int> OccurrencesOf(int item) => _occurrences.AsSpan(_occurrenceStarts[item], CountOf(item));

    /// <summary>The sequence of an occurrence.</summary>
    public int SequenceOf(int occurrence) => _sequenceOf[occurrence];

    /// <summary>The position of an occurrence in its sequence, from 0.</summary>
    public int PositionOf(int occurrence) => occurrence - _starts[_sequenceOf[occurrence]];
}
