using Vitrina.Kernels.Selection;

namespace Vitrina.Learning.Recommending.Sources;

/// <summary>How neighbours' sequences are read.</summary>
public sealed record SequenceKnnOptions
{
    /// <summary>Steps of the asking person's history over which a weight falls to 1/e. Default: 3.</summary>
    public double QueryDecay { get; init; } = 3;

    /// <summary>Steps from the newest shared item over which a neighbour's other items lose weight to 1/e. Default: 3.</summary>
    public double StepDecay { get; init; } = 3;

    /// <summary>What an item before the newest shared one counts. Default: 0.3.</summary>
    public double Back { get; init; } = 0.3;

    /// <summary>How much a neighbour's length damps, as length^−exponent. Default: 0.5.</summary>
    public double LengthExponent { get; init; } = 0.5;

    /// <summary>Most neighbours, the likest. Default: 2,000.</summary>
    public int Neighbours { get; init; } = 2000;
}

/// <summary>
/// What people with a like history did next: their items count by how near they stand to the newest item that both share (as in STAN: Garg et al.,
/// Sequence and time aware neighborhood for session-based recommendations, SIGIR 2019, and its kin).
/// </summary>
public sealed class SequenceKnnSource : ItemSource
{
    private readonly ItemSequences _sequences;
    private readonly float[] _idf;
    private readonly float[] _ofLength;
    private readonly RecencyWeights _recency;
    private readonly RecencyWeights _steps;
    private readonly float _back;
    private readonly int _neighbours;

    [ThreadStatic]
    private static Neighbourhood? t_neighbourhood;

    /// <summary>Prepares the neighbours.</summary>
    /// <param name="sequences">What people did.</param>
    /// <param name="options">Settings.</param>
    /// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
    public SequenceKnnSource(ItemSequences sequences, SequenceKnnOptions options, int candidates)
        : base("sequence-knn", candidates)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(options);
        _sequences = sequences;
        _recency = new RecencyWeights(options.QueryDecay);
        _steps = new RecencyWeights(options.StepDecay);
        _back = (float)options.Back;
        _neighbours = options.Neighbours;
        _idf = [.. Enumerable.Range(0, sequences.ItemCount).Select(item => (float)Math.Log(1 + ((double)sequences.Count / Math.Max(1, sequences.CountOf(item)))))];
        _ofLength = [.. Enumerable.Range(0, sequences.LongestLength + 1).Select(length => (float)Math.Pow(Math.Max(1, length), -options.LengthExponent))];
    }

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        scores.Clear();
        Neighbourhood neighbourhood = t_neighbourhood is { } kept && kept.Likeness.ColumnCount == _sequences.Count ? kept : t_neighbourhood = new(_sequences.Count);
        RowAccumulator likeness = neighbourhood.Likeness;

        // Newest first: the first item by which a neighbour is met is the newest that both share.
        for (int back = 0; back < _recency.Reach(history.Length); back++)
        {
            int item = history[^(back + 1)];
            float weight = _recency[back] * _idf[item] * _idf[item];
            foreach (int occurrence in _sequences.OccurrencesOf(item))
            {
                int person = _sequences.SequenceOf(occurrence);
                if (likeness[person] == 0)
                {
                    neighbourhood.Anchors[person] = _sequences.PositionOf(occurrence);
                }

                likeness.Add(person, weight);
            }
        }

        neighbourhood.Best.Reset(_neighbours);
        foreach (int person in likeness.Touched)
        {
            neighbourhood.Best.Offer(person, likeness[person] * _ofLength[_sequences[person].Length]);
        }

        likeness.Clear();
        int count = neighbourhood.Drain();
        for (int number = 0; number < count; number++)
        {
            int person = neighbourhood.People[number];
            AddAround(_sequences[person], neighbourhood.Anchors[person], neighbourhood.Weights[number], scores);
        }
    }

    private void AddAround(ReadOnlySpan<int> sequence, int anchor, float weight, Span<float> scores)
    {
        for (int step = 1; step <= _steps.Reach(sequence.Length - 1 - anchor); step++)
        {
            scores[sequence[anchor + step]] += weight * _steps[step - 1];
        }

        for (int step = 1; step <= _steps.Reach(anchor); step++)
        {
            scores[sequence[anchor - step]] += _back * weight * _steps[step - 1];
        }
    }

    /// <summary>Who shares an item with the asking person, where, and how much.</summary>
    private sealed class Neighbourhood(int people)
    {
        public RowAccumulator Likeness { get; } = new(people);

        public int[] Anchors { get; } = new int[people];

        public TopK Best { get; } = new();

        public int[] People { get; private set; } = new int[256];

        public float[] Weights { get; private set; } = new float[256];

        public int Drain()
        {
            if (People.Length < Best.Count)
            {
                People = new int[Best.Count];
                Weights = new float[Best.Count];
            }

            return Best.DrainDescending(People, Weights);
        }
    }
}
