namespace Vitrina.Learning.Recommending.Sources;

/// <summary>Cosine of an item's attributes with those of the history; rare attributes weigh most.</summary>
public sealed class AttributeSource : ItemSource
{
    private readonly ItemAttributes _attributes;
    private readonly RecencyWeights _recency;

    [ThreadStatic]
    private static RowAccumulator? t_wanted;

    /// <summary>Makes a source.</summary>
    /// <param name="attributes">Attributes of the items.</param>
    /// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
    /// <param name="decay">Steps of the history over which a weight falls to 1/e.</param>
    public AttributeSource(ItemAttributes attributes, int candidates, double decay)
        : base("attributes", candidates)
    {
        _attributes = attributes;
        _recency = new RecencyWeights(decay);
    }

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        scores.Clear();
        RowAccumulator wanted = RowAccumulator.OfThread(ref t_wanted, _attributes.Count);
        for (int back = 0; back < _recency.Reach(history.Length); back++)
        {
            int item = history[^(back + 1)];
            ReadOnlySpan<int> columns = _attributes.Unit.ColumnsOf(item);
            ReadOnlySpan<float> values = _attributes.Unit.ValuesOf(item);
            for (int i = 0; i < columns.Length; i++)
            {
                wanted.Add(columns[i], _recency[back] * values[i]);
            }
        }

        foreach (int attribute in wanted.Touched)
        {
            _attributes.ByAttribute.AddRow(attribute, wanted[attribute], scores);
        }

        wanted.Clear();
    }
}
