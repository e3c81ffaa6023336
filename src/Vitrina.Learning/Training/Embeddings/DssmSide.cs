using System.Numerics.Tensors;
using Vitrina.Engine.Models.Embeddings;

namespace Vitrina.Learning.Training.Embeddings;

/// <summary>The texts of one side of a batch on their way through a tower, forth and back.</summary>
internal sealed class DssmSide
{
    private readonly DssmShape _shape;
    private readonly DssmTower _tower;
    private readonly DssmTower _gradient;
    private readonly List<int[]> _texts = [];
    private readonly float[] _inner;
    private readonly float[] _rowGradient;
    private float[] _sums = [];
    private float[] _hidden = [];
    private float[] _lengths = [];

    public DssmSide(DssmShape shape, DssmTower tower)
    {
        (_shape, _tower, _gradient) = (shape, tower, new DssmTower(shape));
        _inner = new float[shape.OutputInputs];
        _rowGradient = new float[shape.RowSize];
    }

    /// <summary>Texts of the batch.</summary>
    public int Count => _texts.Count;

    /// <summary>The layers' gradient over the batch.</summary>
    public DssmTower Gradient => _gradient;

    /// <summary>The vectors at length 1, shape [Count x Dimension].</summary>
    public float[] Vectors { get; private set; } = [];

    /// <summary>The loss by the vectors, to be filled before <see cref="Back"/>, shape [Count x Dimension].</summary>
    public float[] VectorGradients { get; private set; } = [];

    /// <summary>Begins a batch.</summary>
    public void Begin()
    {
        _texts.Clear();
        foreach (float[] array in _gradient.Arrays)
        {
            Array.Clear(array);
        }
    }

    /// <summary>Adds a text and returns its place.</summary>
    public int Add(int[] rows)
    {
        _texts.Add(rows);
        return _texts.Count - 1;
    }

    /// <summary>Encodes all texts.</summary>
    public void Run(float[] table)
    {
        Reserve();
        for (int text = 0; text < Count; text++)
        {
            Span<float> sum = Part(_sums, text, _shape.RowSize), vector = Part(Vectors, text, _shape.Dimension);
            DssmEncoder.Sum(table, _texts[text], sum);
            _tower.Run(sum, Part(_hidden, text, _shape.HiddenSize), vector);
            _lengths[text] = Math.Max(1e-12f, TensorPrimitives.Norm(vector));
            TensorPrimitives.Divide(vector, _lengths[text], vector);
        }

        Array.Clear(VectorGradients, 0, Count * _shape.Dimension);
    }

    /// <summary>Takes the gradients of the vectors back to the layers and to the rows of the texts.</summary>
    /// <param name="rows">Receives the rows' gradients.</param>
    public void Back(SparseRows rows)
    {
        for (int text = 0; text < Count; text++)
        {
            Span<float> vector = Part(Vectors, text, _shape.Dimension), gradient = Part(VectorGradients, text, _shape.Dimension);

            // Through v = u / |u|: what points along the vector does not change it.
            TensorPrimitives.MultiplyAdd(vector, -TensorPrimitives.Dot(vector, gradient), gradient, gradient);
            TensorPrimitives.Divide(gradient, _lengths[text], gradient);
            Span<float> sum = Part(_sums, text, _shape.RowSize), hidden = Part(_hidden, text, _shape.HiddenSize);
            Span<float> input = _shape.HiddenSize > 0 ? hidden : sum;
            BackThrough(_tower.Output, _gradient.Output, _gradient.OutputBias, gradient, input, _inner);
            Span<float> back = _inner;
            if (_shape.HiddenSize > 0)
            {
                for (int h = 0; h < hidden.Length; h++)
                {
                    _inner[h] *= 1 - (hidden[h] * hidden[h]);
                }

                BackThrough(_tower.Hidden, _gradient.Hidden, _gradient.HiddenBias, _inner, sum, _rowGradient);
                back = _rowGradient;
            }

            TensorPrimitives.Multiply(back, 1 / MathF.Sqrt(_texts[text].Length), back);
            foreach (int row in _texts[text])
            {
                rows.Add(row, back);
            }
        }
    }

    // y = W x + b: gradients of W and b are added up, that of x is written.
    private static void BackThrough(float[] weights, float[] weightGradients, float[] biasGradients, ReadOnlySpan<float> gradient, ReadOnlySpan<float> input, Span<float> inputGradient)
    {
        inputGradient.Clear();
        for (int output = 0; output < gradient.Length; output++)
        {
            int at = output * input.Length;
            Span<float> weightGradient = weightGradients.AsSpan(at, input.Length);
            TensorPrimitives.MultiplyAdd(input, gradient[output], weightGradient, weightGradient);
            TensorPrimitives.MultiplyAdd(weights.AsSpan(at, input.Length), gradient[output], inputGradient, inputGradient);
            biasGradients[output] += gradient[output];
        }
    }

    private static Span<float> Part(float[] values, int index, int size) => values.AsSpan(index * size, size);

    private void Reserve()
    {
        if (_lengths.Length < Count)
        {
            _lengths = new float[Count];
            _sums = new float[Count * _shape.RowSize];
            _hidden = new float[Count * _shape.HiddenSize];
            Vectors = new float[Count * _shape.Dimension];
            VectorGradients = new float[Count * _shape.Dimension];
        }
    }
}
