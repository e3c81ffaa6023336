using System.Numerics.Tensors;

namespace Vitrina.Learning.Training.Embeddings;

/// <summary>Gradients of the few rows of a table that a batch touches, and Adagrad's steps on them.</summary>
/// <remarks>
/// After Duchi, Hazan and Singer, "Adaptive subgradient methods" (2011), with one sum of squares per row instead of one per number: rare words keep
/// large steps, and the table needs no second copy.
/// </remarks>
internal sealed class SparseRows(int rowCount, int rowSize)
{
    private const float Epsilon = 1e-8f;

    private readonly int[] _places = Filled(rowCount);
    private readonly float[] _squares = new float[rowCount];
    private readonly List<int> _touched = [];
    private float[] _gradients = [];

    /// <summary>Adds to the gradient of a row.</summary>
    public void Add(int row, ReadOnlySpan<float> gradient)
    {
        int place = _places[row];
        if (place < 0)
        {
            _places[row] = place = _touched.Count;
            _touched.Add(row);
            if (_gradients.Length < _touched.Count * rowSize)
            {
                Array.Resize(ref _gradients, Math.Max(1024 * rowSize, 2 * _gradients.Length));
            }

            _gradients.AsSpan(place * rowSize, rowSize).Clear();
        }

        Span<float> sum = _gradients.AsSpan(place * rowSize, rowSize);
        TensorPrimitives.Add(sum, gradient, sum);
    }

    /// <summary>Takes a step on every touched row and forgets the gradients.</summary>
    public void Step(float[] table, float learningRate)
    {
        for (int place = 0; place < _touched.Count; place++)
        {
            int row = _touched[place];
            ReadOnlySpan<float> gradient = _gradients.AsSpan(place * rowSize, rowSize);
            _squares[row] += TensorPrimitives.SumOfSquares(gradient) / rowSize;
            Span<float> values = table.AsSpan(row * rowSize, rowSize);
            TensorPrimitives.MultiplyAdd(gradient, -learningRate / MathF.Sqrt(_squares[row] + Epsilon), values, values);
            _places[row] = -1;
        }

        _touched.Clear();
    }

    private static int[] Filled(int count)
    {
        int[] values = new int[count];
        Array.Fill(values, -1);
        return values;
    }
}
