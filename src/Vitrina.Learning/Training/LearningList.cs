using Vitrina.Engine.Models;
using Vitrina.Learning.Replay;

namespace Vitrina.Learning.Training;

/// <summary>One recorded list with its labels and its features as they were then: what both training and judging are made from.</summary>
internal sealed record LearningList
{
    /// <summary>The ranking's id.</summary>
    public required string Id { get; init; }

    /// <summary>The part of the log.</summary>
    public required LogPart Part { get; init; }

    /// <summary>Relevance of each row, 0 = not acted on.</summary>
    public required float[] Labels { get; init; }

    /// <summary>Feature values, [feature][row].</summary>
    public required float[][] Features { get; init; }

    /// <summary>Position of each row, from 1.</summary>
    public required int[] Positions { get; init; }

    /// <summary>The last position that was on screen; 0 = nobody said.</summary>
    public required int LastSeen { get; init; }

    /// <summary>How much the list's visitor counts where everybody should tell alike, in (0, 1]: less for one who acted far more often than others.</summary>
    public float VisitorWeight { get; init; } = 1;

    /// <summary>True when the list was shown in random order.</summary>
    public required bool IsRandomised { get; init; }

    /// <summary>Text scores of the rows; empty without a text index.</summary>
    public required float[] Text { get; init; }

    /// <summary>Popularity of the rows.</summary>
    public required float[] Popularity { get; init; }

    /// <summary>Prices of the rows; NaN = unknown.</summary>
    public required float[] Price { get; init; }

    /// <summary>How recently the user touched each row; 0 = not within its newest events.</summary>
    public required int[] LastTouched { get; init; }

    /// <summary>Planted relevance, where a simulator knows it.</summary>
    public float[]? Truth { get; init; }

    /// <summary>True when a row is positive.</summary>
    public bool HasPositive => Labels.AsSpan().IndexOfAnyExcept(0f) >= 0;
}

/// <summary>The columns that models are fitted on: the vertical's features, and the position where it is an input.</summary>
internal sealed class LearningColumns
{
    // Attention falls steeply over the first places and slowly after them: the logarithm and the inverse together follow it.
    private const string Log = "position.log";
    private const string Inverse = "position.inverse";
    private readonly int _featureCount;

    public LearningColumns(IReadOnlyList<string> features, bool hasPosition)
    {
        (_featureCount, HasPosition) = (features.Count, hasPosition);
        Names = hasPosition ? [.. features, Log, Inverse] : [.. features];
    }

    public IReadOnlyList<string> Names { get; }

    public bool HasPosition { get; }

    /// <summary>What stands in for a position at serving: the first place.</summary>
    public IReadOnlyDictionary<string, float> FixedAtServing =>
        HasPosition ? new Dictionary<string, float> { [Log] = MathF.Log(2), [Inverse] = 1 } : new Dictionary<string, float>();

    /// <summary>Columns that trees read. One form of the position is enough for them: they do not see how a number is scaled.</summary>
    public int TreeCount => HasPosition ? Names.Count - 1 : Names.Count;

    /// <summary>Fills the values of one row.</summary>
    public void Fill(LearningList list, int row, Span<float> values)
    {
        for (var column = 0; column < _featureCount; column++)
        {
            values[column] = list.Features[column][row];
        }

        if (HasPosition)
        {
            values[_featureCount] = MathF.Log(1 + list.Positions[row]);
            values[_featureCount + 1] = 1f / list.Positions[row];
        }
    }

    /// <summary>Scores all rows of a list.</summary>
    public float[] Score(RankingModel model, LearningList list, FeatureMatrix matrix)
    {
        matrix.Reset(list.Labels.Length, Names.Count);
        Span<float> values = stackalloc float[Names.Count];
        for (var row = 0; row < list.Labels.Length; row++)
        {
            Fill(list, row, values);
            for (var column = 0; column < values.Length; column++)
            {
                matrix.Column(column)[row] = values[column];
            }
        }

        var scores = new float[list.Labels.Length];
        model.Score(matrix, model.ColumnsIn(Names), scores);
        return scores;
    }
}
