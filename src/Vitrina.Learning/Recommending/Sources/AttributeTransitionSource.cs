namespace Vitrina.Learning.Recommending.Sources;

/// <summary>Scores items by how well their attributes fit those expected of the next item (<see cref="GroupTransitions"/>); rare ones weigh most.</summary>
public sealed class AttributeTransitionSource : ItemSource
{
    private readonly ItemAttributes _attributes;
    private readonly GroupTransitions _transitions;

    [ThreadStatic]
    private static float[]? t_expected;

    /// <summary>Fits the expectation.</summary>
    public AttributeTransitionSource(ItemSequences known, ItemAttributes attributes, int candidates)
        : base("attribute-transition", candidates)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        _attributes = attributes;
        _transitions = new GroupTransitions(known, attributes.ByItem);
    }

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        if (t_expected is null || t_expected.Length != _attributes.Count)
        {
            t_expected = new float[_attributes.Count];
        }

        _transitions.Score(history, t_expected);
        scores.Clear();
        for (int attribute = 0; attribute < t_expected.Length; attribute++)
        {
            if (t_expected[attribute] != 0)
            {
                _attributes.ByAttribute.AddRow(attribute, t_expected[attribute] * _attributes.Idf[attribute], scores);
            }
        }
    }
}
