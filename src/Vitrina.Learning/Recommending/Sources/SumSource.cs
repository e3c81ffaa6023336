using System.Numerics.Tensors;

namespace Vitrina.Learning.Recommending.Sources;

/// <summary>What sources weigh in the <see cref="SumSource"/> that sets are asked with; the linear model weighs 1.</summary>
public sealed record SumOptions
{
    /// <summary>Weight of the factors. Default: 1.</summary>
    public double Factors { get; init; } = 1;

    /// <summary>Weight of what people with a like history did. Default: 0.</summary>
    public double UserKnn { get; init; }
}

/// <summary>A weighted sum of sources, each as a share of its best score for the person.</summary>
/// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
/// <param name="parts">The sources with their weights.</param>
public sealed class SumSource(int candidates, IReadOnlyList<(ItemSource Source, double Weight)> parts) : ItemSource("sum", candidates)
{
    [ThreadStatic]
    private static float[]? t_scores;

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        scores.Clear();
        float[] ofPart = t_scores?.Length == scores.Length ? t_scores : t_scores = new float[scores.Length];
        foreach ((ItemSource source, double weight) in parts)
        {
            source.Score(history, ofPart);
            if (TensorPrimitives.Max(ofPart) is var most and > 0)
            {
                TensorPrimitives.MultiplyAdd(ofPart, (float)weight / most, scores, scores);
            }
        }
    }
}
