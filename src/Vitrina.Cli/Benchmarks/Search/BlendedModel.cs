using System.Numerics.Tensors;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;

namespace Vitrina.Cli.Benchmarks.Search;

/// <summary>Trees, and the text score that steadies them: learned from a few dozen queries, trees are wrong in other places than BM25 is.</summary>
/// <param name="Trees">The trees.</param>
/// <param name="TextWeight">Standard deviations of the trees' score that one standard deviation of the text score is worth, both among the candidates of a query.</param>
internal sealed record BlendedModel(TreeModel Trees, float TextWeight)
{
    /// <summary>Scores the candidates of one query.</summary>
    /// <param name="values">Their features, shape [candidates x features].</param>
    /// <param name="text">Their text scores, shape [candidates].</param>
    /// <param name="scores">Receives the scores, shape [candidates].</param>
    public void Score(ReadOnlySpan<float> values, ReadOnlySpan<float> text, Span<float> scores)
    {
        Score(Trees, values, scores);
        Blend(text, TextWeight, scores);
    }

    /// <summary>Scores rows of features by trees alone, shape [rows x features].</summary>
    public static void Score(TreeModel trees, ReadOnlySpan<float> values, Span<float> scores)
    {
        var width = values.Length / scores.Length;
        var matrix = new FeatureMatrix();
        matrix.Reset(scores.Length, width);
        for (var row = 0; row < scores.Length; row++)
        {
            for (var feature = 0; feature < width; feature++)
            {
                matrix[row, feature] = values[(row * width) + feature];
            }
        }

        trees.Score(matrix, [.. Enumerable.Range(0, width)], scores);
    }

    /// <summary>Puts the trees' scores of one query in standard deviations and adds its text scores, in theirs, times a weight.</summary>
    public static void Blend(ReadOnlySpan<float> text, float textWeight, Span<float> scores)
    {
        Standardise(scores);
        Span<float> standard = new float[text.Length];
        text.CopyTo(standard);
        Standardise(standard);
        TensorPrimitives.MultiplyAdd(standard, textWeight, scores, scores);
    }

    // Equal scores say nothing: all become 0.
    private static void Standardise(Span<float> values)
    {
        TensorPrimitives.Subtract(values, TensorPrimitives.Average<float>(values), values);
        var deviation = MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(values) / values.Length);
        TensorPrimitives.Multiply(values, deviation > 0 ? 1 / deviation : 0, values);
    }
}
