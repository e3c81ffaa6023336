namespace Vitrina.Learning.Training.Embeddings;

/// <summary>One pass over the examples.</summary>
/// <param name="Loss">Mean softmax loss of the examples.</param>
/// <param name="ValidationMrr">Mean reciprocal rank of the right item of queries that were not learned from, among up to 20,000 items; NaN without such queries.</param>
public readonly record struct DssmEpoch(double Loss, double ValidationMrr);

/// <summary>What a training run did.</summary>
public sealed record DssmTrainingReport
{
    /// <summary>Examples that were learned from.</summary>
    public required int Examples { get; init; }

    /// <summary>Examples without a word in the query or the item.</summary>
    public required int Skipped { get; init; }

    /// <summary>Distinct queries.</summary>
    public required int Queries { get; init; }

    /// <summary>Distinct item texts.</summary>
    public required int Items { get; init; }

    /// <summary>Examples of queries that were held out.</summary>
    public required int ValidationExamples { get; init; }

    /// <summary>The mean reciprocal rank of the first weights, which are those of weighted words; NaN without validation.</summary>
    public required double FirstMrr { get; init; }

    /// <summary>The passes.</summary>
    public required IReadOnlyList<DssmEpoch> Epochs { get; init; }

    /// <summary>The pass whose weights were kept, from 1; 0 = the first weights.</summary>
    public required int BestEpoch { get; init; }
}
