using Vitrina.Kernels.Selection;

namespace Vitrina.Learning.Recommending.Sources;

/// <summary>
/// What people with a like history did: rare items they share weigh most, and late ones more than early ones (as in STAN: Garg et al., Sequence and
/// time aware neighborhood for session-based recommendations, SIGIR 2019).
/// </summary>
public sealed class UserKnnSource : ItemSource
{
    private readonly CsrMatrix _people;
    private readonly CsrMatrix _byItem;
    private readonly float[] _idf;
    private readonly RecencyWeights _recency;
    private readonly int _neighbours;

    [ThreadStatic]
    private static RowAccumulator? t_likeness;

    [ThreadStatic]
    private static TopK? t_best;

    /// <summary>Prepares the neighbours.</summary>
    /// <param name="sequences">What people did.</param>
    /// <param name="options">Settings.</param>
    /// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
    public UserKnnSource(ItemSequences sequences, UserKnnOptions options, int candidates)
        : base("user-knn", candidates)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(options);
        _recency = new RecencyWeights(options.QueryDecay);
        _neighbours = options.Neighbours;
        _idf = [.. Enumerable.Range(0, sequences.ItemCount).Select(item => (float)Math.Log(1 + ((double)sequences.Count / Math.Max(1, sequences.CountOf(item)))))];
        RecencyWeights age = new(options.NeighbourDecay);
        _people = Unit(CsrRows.Build(sequences.Count, sequences.ItemCount, int.MaxValue, (person, sums) =>
        {
            ReadOnlySpan<int> sequence = sequences[person];
            for (int back = 0; back < age.Reach(sequence.Length); back++)
            {
                int item = sequence[^(back + 1)];
                if (sums[item] == 0)
                {
                    sums.Add(item, age[back] * _idf[item]);
                }
            }
        }));
        _byItem = _people.Transposed();
    }

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        scores.Clear();
        RowAccumulator likeness = RowAccumulator.OfThread(ref t_likeness, _people.RowCount);
        for (int back = 0; back < _recency.Reach(history.Length); back++)
        {
            int item = history[^(back + 1)];
            ReadOnlySpan<int> people = _byItem.ColumnsOf(item);
            ReadOnlySpan<float> values = _byItem.ValuesOf(item);
            float weight = _recency[back] * _idf[item];
            for (int i = 0; i < people.Length; i++)
            {
                likeness.Add(people[i], weight * values[i]);
            }
        }

        if (likeness.Touched.Length <= _neighbours)
        {
            foreach (int person in likeness.Touched)
            {
                _people.AddRow(person, likeness[person], scores);
            }

            likeness.Clear();
            return;
        }

        AddBest(likeness, scores);
    }

    private void AddBest(RowAccumulator likeness, Span<float> scores)
    {
        TopK best = t_best ??= new TopK();
        best.Reset(_neighbours);
        foreach (int person in likeness.Touched)
        {
            best.Offer(person, likeness[person]);
        }

        likeness.Clear();
        Span<int> people = new int[best.Count];
        Span<float> weights = new float[best.Count];
        best.DrainDescending(people, weights);
        for (int i = 0; i < people.Length; i++)
        {
            _people.AddRow(people[i], weights[i], scores);
        }
    }

    private static CsrMatrix Unit(CsrMatrix rows)
    {
        float[] norms = new float[rows.RowCount];
        for (int row = 0; row < norms.Length; row++)
        {
            double squares = 0;
            foreach (float value in rows.ValuesOf(row))
            {
                squares += value * value;
            }

            norms[row] = (float)Math.Sqrt(Math.Max(squares, float.Epsilon));
        }

        return rows.Map((row, _, value) => value / norms[row]);
    }
}

/// <summary>How neighbours are found.</summary>
public sealed record UserKnnOptions
{
    /// <summary>Steps of the asking person's history over which a weight falls to 1/e. Default: 3.</summary>
    public double QueryDecay { get; init; } = 3;

    /// <summary>The same of the neighbours' histories. Default: 10.</summary>
    public double NeighbourDecay { get; init; } = 10;

    /// <summary>Most neighbours, the likest. Default: 2,000, which on sparse data is everybody who shares an item.</summary>
    public int Neighbours { get; init; } = 2000;
}
