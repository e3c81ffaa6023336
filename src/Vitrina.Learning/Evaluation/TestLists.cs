using Vitrina.Engine.Models;
using Vitrina.Learning.Training;

namespace Vitrina.Learning.Evaluation;

/// <summary>Judges models and baselines on held-out lists.</summary>
internal sealed class TestLists(LearningColumns columns, ulong seed)
{
    private readonly FeatureMatrix _matrix = new();

    /// <summary>The methods of the evaluation tables, in row order.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["random", "shown", "popularity", "text", "cheapest", "last-touched", "linear", "vitrina"];

    /// <summary>All lists.</summary>
    public RankedLists All { get; } = new(seed, Methods);

    /// <summary>Those that were shown in random order.</summary>
    public RankedLists Randomised { get; } = new(seed, Methods);

    /// <summary>Scores a list by every method.</summary>
    public void Judge(LearningList list, RankingModel linear, RankingModel chosen)
    {
        var byLinear = columns.Score(linear, list, _matrix);
        var byChosen = ReferenceEquals(linear, chosen) ? byLinear : columns.Score(chosen, list, _matrix);
        var none = new float[list.Labels.Length];
        var shown = list.Positions.Select(position => -(float)position).ToArray();

        // What the user touched stands first, the latest on top; the rest as it was shown.
        var lastTouched = list.LastTouched.Select((order, row) => order > 0 ? 1000 - order : shown[row]).ToArray();
        float[][] scores =
        [
            none, shown, list.Popularity, list.Text.Length == 0 ? none : list.Text, [.. list.Price.Select(price => -price)], lastTouched, byLinear, byChosen,
        ];
        All.Add(list.Labels, scores, list.Truth);
        if (list.IsRandomised)
        {
            Randomised.Add(list.Labels, scores, list.Truth);
        }
    }
}
