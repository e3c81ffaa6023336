using System.Numerics.Tensors;

namespace Vitrina.Engine.Models.Embeddings;

/// <summary>The dense layers of one side: from the sum of a text's rows to its vector.</summary>
/// <remarks>Immutable for serving; a trainer changes the arrays. Matrices are row-major, shape [outputs x inputs].</remarks>
public sealed class DssmTower
{
    /// <summary>Layers of zeros.</summary>
    public DssmTower(DssmShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Hidden = new float[shape.HiddenSize * shape.RowSize];
        HiddenBias = new float[shape.HiddenSize];
        Output = new float[shape.Dimension * shape.OutputInputs];
        OutputBias = new float[shape.Dimension];
    }

    /// <summary>Shape [HiddenSize x RowSize].</summary>
    public float[] Hidden { get; }

    /// <summary>Shape [HiddenSize].</summary>
    public float[] HiddenBias { get; }

    /// <summary>Shape [Dimension x HiddenSize], or [Dimension x RowSize] without a hidden layer.</summary>
    public float[] Output { get; }

    /// <summary>Shape [Dimension].</summary>
    public float[] OutputBias { get; }

    /// <summary>All arrays, in the order of the file.</summary>
    public IEnumerable<float[]> Arrays => [Hidden, HiddenBias, Output, OutputBias];

    /// <summary>Runs the layers.</summary>
    /// <param name="sum">Shape [RowSize].</param>
    /// <param name="hidden">Receives what the hidden layer says, shape [HiddenSize].</param>
    /// <param name="vector">Receives the vector, not yet at length 1, shape [Dimension].</param>
    public void Run(ReadOnlySpan<float> sum, Span<float> hidden, Span<float> vector)
    {
        for (int h = 0; h < HiddenBias.Length; h++)
        {
            hidden[h] = MathF.Tanh(HiddenBias[h] + TensorPrimitives.Dot(Hidden.AsSpan(h * sum.Length, sum.Length), sum));
        }

        ReadOnlySpan<float> input = HiddenBias.Length > 0 ? hidden : sum;
        for (int d = 0; d < OutputBias.Length; d++)
        {
            vector[d] = OutputBias[d] + TensorPrimitives.Dot(Output.AsSpan(d * input.Length, input.Length), input);
        }
    }
}
