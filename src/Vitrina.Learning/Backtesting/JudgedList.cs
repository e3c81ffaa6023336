namespace Vitrina.Learning.Backtesting;

/// <summary>One side's answer to one list.</summary>
/// <param name="Scores">Score by row; the least number for a row without one.</param>
/// <param name="Order">Rows of the list, best first.</param>
/// <param name="Page">The same as the page stands after mixing; null when only scores are compared.</param>
/// <param name="Probabilities">Probability of the label by row; NaN when the side has none.</param>
internal sealed record SideOfList(float[] Scores, int[] Order, int[]? Page, float[] Probabilities);

/// <summary>A recorded list with its labels, and what both sides make of it. Shape [rows] everywhere.</summary>
internal sealed record JudgedList
{
    public required string RankingId { get; init; }

    public required long AtMs { get; init; }

    public string? Query { get; init; }

    public required string[] Items { get; init; }

    /// <summary>1 = acted on, 0 = not; NaN = not shown, so nobody could.</summary>
    public required float[] Labels { get; init; }

    /// <summary>How many first rows were seen: rows behind them have no label to learn a probability from.</summary>
    public required int SeenRows { get; init; }

    public required SideOfList Baseline { get; init; }

    public required SideOfList Candidate { get; init; }

    /// <summary>Names of slices and the list's value in each.</summary>
    public required IReadOnlyDictionary<string, string> Slices { get; init; }

    /// <summary>Price of the first relevant item; NaN when there is none.</summary>
    public required double RelevantPrice { get; init; }

    /// <summary>Judged labels in an order; what was not shown is passed over.</summary>
    public float[] Condensed(int[] order) => [.. order.Select(row => Labels[row]).Where(label => !float.IsNaN(label))];
}
