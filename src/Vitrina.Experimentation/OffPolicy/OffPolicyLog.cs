namespace Vitrina.Experimentation.OffPolicy;

/// <summary>A log of decisions of one policy, with what another policy would have done: one entry per row.</summary>
public sealed class OffPolicyLog
{
    /// <summary>Reward of the logged action.</summary>
    public required double[] Reward { get; init; }

    /// <summary>Probability of the logged action under the logging policy, in (0, 1]; NaN or 0 where it was not logged.</summary>
    public required double[] Propensity { get; init; }

    /// <summary>Probability of the logged action under the policy to evaluate, in [0, 1].</summary>
    public required double[] EvaluationPropensity { get; init; }

    /// <summary>Predicted reward of the logged action; empty without a model.</summary>
    public double[] Prediction { get; init; } = [];

    /// <summary>Predicted reward under the policy to evaluate: Σ over actions of probability × prediction; empty without a model.</summary>
    public double[] ExpectedPrediction { get; init; } = [];

    /// <summary>Whether the evaluated policy's first choice is the logged action; empty when unknown.</summary>
    public bool[] IsMatch { get; init; } = [];

    /// <summary>Probability that the evaluated policy gives to actions which the logging policy never takes; empty when unknown.</summary>
    public double[] UnsupportedMass { get; init; } = [];

    /// <summary>Place in the list, from 1; empty without lists.</summary>
    public int[] Position { get; init; } = [];

    /// <summary>The list a row belongs to, as a dense number, rows of a list in position order; empty without lists.</summary>
    public int[] List { get; init; } = [];

    /// <summary>Rows of one cluster (user, market) depend on each other; empty when rows are independent.</summary>
    public int[] Cluster { get; init; } = [];

    /// <summary>Number of rows.</summary>
    public int Count => Reward.Length;

    /// <summary>Whether every row has predictions of a reward model.</summary>
    public bool HasModel => Count > 0 && Prediction.Length == Count && ExpectedPrediction.Length == Count;

    /// <summary>π_e/π_b of each row.</summary>
    public double[] ImportanceWeights() => [.. EvaluationPropensity.Zip(Propensity, (evaluation, logging) => evaluation / logging)];
}

/// <summary>The tuning of estimators that trade bias for variance.</summary>
public sealed record OffPolicyOptions
{
    /// <summary>Largest weight of clipped estimators.</summary>
    public double Clip { get; init; } = 10;

    /// <summary>Weights above it fall back to the model in Switch-DR.</summary>
    public double SwitchAt { get; init; } = 10;

    /// <summary>λ of optimistic shrinkage, λw/(w² + λ).</summary>
    public double Shrinkage { get; init; } = 100;

    /// <summary>λ of the subgaussian weights w/(1 − λ + λw), in [0, 1].</summary>
    public double Subgaussian { get; init; } = 0.1;

    /// <summary>Examination probability by position, from position 1; empty: estimated as the mean reward of a position relative to the first.</summary>
    public IReadOnlyList<double> Examination { get; init; } = [];
}
