using Vitrina.Engine.Models.Trees;

namespace Vitrina.Learning.Training.Trees;

/// <summary>A trained model and what the run did.</summary>
/// <param name="Model">The model, its inputs in the dataset's order.</param>
/// <param name="Report">What the run did.</param>
public readonly record struct TreeTraining(TreeEnsemble Model, TreeTrainingReport Report);

/// <summary>What a training run did.</summary>
public sealed record TreeTrainingReport
{
    /// <summary>Rows of the training set.</summary>
    public required int Rows { get; init; }

    /// <summary>Lists that the loss counts; 0 without lists.</summary>
    public required int Lists { get; init; }

    /// <summary>Lists of one row or without two different labels, which say nothing.</summary>
    public required int SkippedLists { get; init; }

    /// <summary>Trees of the model.</summary>
    public required int Trees { get; init; }

    /// <summary>The metric on the validation set after each tree that was grown; empty without a validation set.</summary>
    public required IReadOnlyList<double> Validation { get; init; }

    /// <summary>Which metric that is.</summary>
    public required TreeMetric Metric { get; init; }

    /// <summary>The metric of the model that was kept; null without a validation set.</summary>
    public double? BestMetric => Validation.Count == 0 || Trees == 0 ? null : Validation[Trees - 1];

    /// <summary>Sum of gains of the splits by input, in the inputs' order: how much each was used.</summary>
    public required IReadOnlyList<double> GainByInput { get; init; }

    /// <summary>Inputs that no tree can use, and why.</summary>
    public required IReadOnlyList<UnusedFeature> Unused { get; init; }

    /// <summary>Bytes that the training set held.</summary>
    public required long DatasetBytes { get; init; }
}
