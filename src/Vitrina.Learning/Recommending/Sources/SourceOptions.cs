namespace Vitrina.Learning.Recommending.Sources;

/// <summary>How pairs of items become scores.</summary>
/// <remarks>Score of an item j after an item i: count / (n_i^KnownExponent · n_j^TargetExponent + Shrink).</remarks>
public sealed record CoVisitationOptions
{
    /// <summary>The farthest distance that counts. Default: 50.</summary>
    public int Window { get; init; } = 50;

    /// <summary>Distance over which a pair's weight falls to 1/e. Default: 10.</summary>
    public double Decay { get; init; } = 10;

    /// <summary>What a pair in the other direction counts. Default: 0.3.</summary>
    public double Back { get; init; } = 0.3;

    /// <summary>How much the known item's own count damps. Default: 0.5.</summary>
    public double KnownExponent { get; init; } = 0.5;

    /// <summary>How much the target's count damps. Default: 0.2; weak damping is what matters most on catalogues with few events an item.</summary>
    public double TargetExponent { get; init; } = 0.2;

    /// <summary>Added to the damping, so that single pairs of rare items do not lead. Default: 1.</summary>
    public double Shrink { get; init; } = 1;

    /// <summary>Steps of the history over which a weight falls to 1/e. Default: 1.5.</summary>
    public double QueryDecay { get; init; } = 1.5;
}

/// <summary>Settings of all sources.</summary>
public sealed record SourceOptions
{
    /// <summary>Directed co-visitation over whole histories.</summary>
    public CoVisitationOptions CoVisitation { get; init; } = new();

    /// <summary>What follows next: forward only, near pairs.</summary>
    public CoVisitationOptions NextItem { get; init; } = new() { Decay = 1, Back = 0, QueryDecay = 0.7 };

    /// <summary>Steps over which the history's weight falls in item-knn. Default: 4.</summary>
    public double ItemKnnQueryDecay { get; init; } = 4;

    /// <summary>Added to the cosine's denominator in item-knn. Default: 3.</summary>
    public double ItemKnnShrink { get; init; } = 3;

    /// <summary>Neighbours of item-knn that count. Default: all that are kept.</summary>
    public int ItemKnnNeighbours { get; init; } = int.MaxValue;

    /// <summary>How people with a like history are found.</summary>
    public UserKnnOptions UserKnn { get; init; } = new();

    /// <summary>What people with a like history did next.</summary>
    public SequenceKnnOptions SequenceKnn { get; init; } = new();

    /// <summary>The linear model of what comes later.</summary>
    public SequenceRidgeOptions SequenceRidge { get; init; } = new();

    /// <summary>Steps over which the history's weight falls in attribute cosine. Default: 2.</summary>
    public double AttributeQueryDecay { get; init; } = 2;

    /// <summary>Factors.</summary>
    public FactorSourceOptions Factors { get; init; } = new();

    /// <summary>The linear model over all items.</summary>
    public EaseOptions Ease { get; init; } = new();

    /// <summary>The sum of sources that sets are asked with.</summary>
    public SumOptions Sum { get; init; } = new();

    /// <summary>How much a target's count damps random walks over sets. Default: 0.6.</summary>
    public double WalkExponent { get; init; } = 0.6;

    /// <summary>Most entries of a row of any item-to-item matrix that is kept. Default: 1,000.</summary>
    public int RowLimit { get; init; } = 1000;

    /// <summary>Most entries of a row of the matrix whose square is taken. Default: 200.</summary>
    public int TwoStepRowLimit { get; init; } = 200;

    /// <summary>The settings that are chosen on data, in a line.</summary>
    public string Description => FormattableString.Invariant(
        $"co-visitation target^{CoVisitation.TargetExponent} back {CoVisitation.Back} query {CoVisitation.QueryDecay}; user-knn query {UserKnn.QueryDecay} neighbours {UserKnn.Neighbours}; sequence-knn query {SequenceKnn.QueryDecay} step {SequenceKnn.StepDecay} length^-{SequenceKnn.LengthExponent}; ")
        + FormattableString.Invariant($"ials unobserved {Factors.Training.Unobserved} ridge {Factors.Training.Ridge} dimensions {Factors.Training.Dimensions}; ")
        + FormattableString.Invariant($"ease ridge {Ease.Ridge} length^-{Ease.LengthExponent} count^-{Ease.CountExponent} dropout {Ease.Dropout} attributes {Ease.AttributeWeight} query {Ease.QueryDecay} neighbours {Ease.Neighbours}; ")
        + FormattableString.Invariant($"sum ials {Sum.Factors} user-knn {Sum.UserKnn}; ")
        + FormattableString.Invariant($"sequence-ridge ridge {SequenceRidge.Ridge} before {SequenceRidge.BeforeDecay} attributes {SequenceRidge.AttributeWeight}");

    /// <summary>The settings that sets without an order begin with.</summary>
    public static SourceOptions ForSets { get; } = new()
    {
        ItemKnnQueryDecay = double.PositiveInfinity,
        ItemKnnShrink = 10,
        ItemKnnNeighbours = 200,
        UserKnn = new UserKnnOptions { QueryDecay = double.PositiveInfinity, NeighbourDecay = double.PositiveInfinity, Neighbours = 150 },
        AttributeQueryDecay = double.PositiveInfinity,
        Factors = new FactorSourceOptions { Training = new Factors.FactorOptions { Unobserved = 0.3 }, QueryDecay = double.PositiveInfinity },
        Ease = new EaseOptions { Ridge = 300, LengthExponent = 0.7, CountExponent = 0.2, Dropout = 0.5, QueryDecay = double.PositiveInfinity, Neighbours = 200 },
    };
}
