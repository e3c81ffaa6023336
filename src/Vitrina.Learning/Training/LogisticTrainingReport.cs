namespace Vitrina.Learning.Training;

/// <summary>A feature that got no weight.</summary>
/// <param name="Name">The feature.</param>
/// <param name="Reason">`constant`, `all missing` or, for the listwise objective, `constant within lists`.</param>
public sealed record UnusedFeature(string Name, string Reason);

/// <summary>One penalty that was tried.</summary>
/// <param name="L2">The penalty.</param>
/// <param name="ValidationLoss">Mean loss on the validation set.</param>
public readonly record struct PenaltyTrial(double L2, double ValidationLoss);

/// <summary>What a training run did.</summary>
public sealed record LogisticTrainingReport
{
    /// <summary>Rows of the training set.</summary>
    public required int Rows { get; init; }

    /// <summary>Lists that the loss counts; 0 for the logistic objective.</summary>
    public required int Lists { get; init; }

    /// <summary>Lists without a positive row, or of one row; 0 for the logistic objective.</summary>
    public required int SkippedLists { get; init; }

    /// <summary>Rows with a label and a weight above 0.</summary>
    public required int PositiveRows { get; init; }

    /// <summary>Free parameters: intercept, weights and missing-value weights.</summary>
    public required int Parameters { get; init; }

    /// <summary>`newton` or `l-bfgs`.</summary>
    public required string Method { get; init; }

    /// <summary>Steps taken.</summary>
    public required int Iterations { get; init; }

    /// <summary>Whether the gradient fell below the tolerance (or no further step could lower the objective).</summary>
    public required bool Converged { get; init; }

    /// <summary>Largest component of the gradient of the mean objective at the end.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Mean training loss without the penalty.</summary>
    public required double Loss { get; init; }

    /// <summary>The penalty that was used.</summary>
    public required double L2 { get; init; }

    /// <summary>Mean loss on the validation set; null without one.</summary>
    public required double? ValidationLoss { get; init; }

    /// <summary>Penalties tried on the validation set, in grid order.</summary>
    public required IReadOnlyList<PenaltyTrial> Trials { get; init; }

    /// <summary>Features without a weight, and why.</summary>
    public required IReadOnlyList<UnusedFeature> Unused { get; init; }

    /// <summary>Bytes that the training set held.</summary>
    public required long TrainingSetBytes { get; init; }
}
