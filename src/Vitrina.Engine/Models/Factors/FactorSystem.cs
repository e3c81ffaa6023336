using System.Numerics.Tensors;
using Vitrina.Kernels.Matrices;

namespace Vitrina.Engine.Models.Factors;

/// <summary>The least-squares system of one row of factors, and two ways to solve it. Reused from row to row; for one thread at a time.</summary>
/// <remarks>
/// The system is (unobserved × G + Σ c v vᵀ + ridge × I) x = Σ c v over the gathered rows v with weights c, where G is the Gram matrix of all rows.
/// Conjugate gradients: Takács, Pilászy and Tikk, "Applications of the Conjugate Gradient Method for Implicit Feedback Collaborative Filtering" (2011).
/// </remarks>
public sealed class FactorSystem
{
    private readonly int _dimensions;
    private readonly float[] _residual;
    private readonly float[] _direction;
    private readonly float[] _product;
    private readonly float[] _scaled;
    private readonly double[] _triangle;
    private readonly double[] _solution;
    private readonly double[] _wide;
    private float[] _rows;
    private float[] _weights = new float[64];
    private float[] _factors = new float[64];
    private int _count;

    /// <summary>Makes room for systems of one size.</summary>
    /// <param name="dimensions">Factors of a row.</param>
    public FactorSystem(int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        _dimensions = dimensions;
        _rows = new float[64 * dimensions];
        (_residual, _direction, _product, _scaled) = (new float[dimensions], new float[dimensions], new float[dimensions], new float[dimensions]);
        (_triangle, _solution, _wide) = (new double[dimensions * dimensions], new double[dimensions], new double[dimensions]);
    }

    /// <summary>Factors of a row.</summary>
    public int Dimensions => _dimensions;

    /// <summary>The Gram matrix of rows: Σ v vᵀ.</summary>
    /// <param name="rows">Row-major, shape [rows, dimensions].</param>
    /// <param name="dimensions">Factors of a row.</param>
    /// <param name="threads">Threads at most; the sums are formed in the same pieces for any number.</param>
    /// <returns>Shape [dimensions, dimensions].</returns>
    public static float[] Gram(float[] rows, int dimensions, int threads)
    {
        ArgumentNullException.ThrowIfNull(rows);
        const int Piece = 2048;
        var count = rows.Length / dimensions;
        var pieces = new float[(count + Piece - 1) / Piece][];
        Parallel.For(0, pieces.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, piece =>
        {
            var sums = new float[dimensions * dimensions];
            for (var row = piece * Piece; row < Math.Min(count, (piece + 1) * Piece); row++)
            {
                ReadOnlySpan<float> factors = rows.AsSpan(row * dimensions, dimensions);
                for (var i = 0; i < dimensions; i++)
                {
                    var target = sums.AsSpan(i * dimensions, dimensions);
                    TensorPrimitives.MultiplyAdd(factors, factors[i], target, target);
                }
            }

            pieces[piece] = sums;
        });
        var gram = new float[dimensions * dimensions];
        foreach (var sums in pieces)
        {
            TensorPrimitives.Add(gram, sums, gram);
        }

        return gram;
    }

    /// <summary>Takes the rows of the interactions.</summary>
    /// <param name="factors">All rows, shape [rows, dimensions].</param>
    /// <param name="indexes">The rows to take, shape [interactions].</param>
    /// <param name="weights">Their weights; empty = 1 each.</param>
    public void Gather(float[] factors, ReadOnlySpan<int> indexes, ReadOnlySpan<float> weights)
    {
        _count = indexes.Length;
        if (_weights.Length < _count)
        {
            Array.Resize(ref _weights, Math.Max(_count, 2 * _weights.Length));
            _rows = new float[_weights.Length * _dimensions];
            _factors = new float[_weights.Length];
        }

        for (var i = 0; i < indexes.Length; i++)
        {
            factors.AsSpan(indexes[i] * _dimensions, _dimensions).CopyTo(_rows.AsSpan(i * _dimensions));
        }

        if (weights.IsEmpty)
        {
            _weights.AsSpan(0, _count).Fill(1);
        }
        else
        {
            weights.CopyTo(_weights);
        }
    }

    /// <summary>Solves the gathered system by Cholesky's factorisation in float64.</summary>
    /// <param name="gram">G, shape [dimensions, dimensions].</param>
    /// <param name="unobserved">The weight of G.</param>
    /// <param name="ridge">The ridge.</param>
    /// <param name="solution">Receives x, shape [dimensions]; zeros when nothing was gathered.</param>
    public void SolveExactly(ReadOnlySpan<float> gram, float unobserved, float ridge, Span<float> solution)
    {
        if (_count == 0)
        {
            solution.Clear();
            return;
        }

        FillTriangle(gram, unobserved, ridge);
        var right = _solution.AsSpan();
        right.Clear();
        for (var row = 0; row < _count; row++)
        {
            for (var i = 0; i < _dimensions; i++)
            {
                right[i] += _weights[row] * _rows[(row * _dimensions) + i];
            }
        }

        Factor();
        for (var i = 0; i < _dimensions; i++)
        {
            var sum = right[i] - TensorPrimitives.Dot<double>(_triangle.AsSpan(i * _dimensions, i), right[..i]);
            right[i] = sum / _triangle[(i * _dimensions) + i];
        }

        for (var i = _dimensions - 1; i >= 0; i--)
        {
            var sum = right[i];
            for (var k = i + 1; k < _dimensions; k++)
            {
                sum -= _triangle[(k * _dimensions) + i] * right[k];
            }

            right[i] = sum / _triangle[(i * _dimensions) + i];
            solution[i] = (float)right[i];
        }
    }

    /// <summary>Improves a solution of the gathered system by steps of conjugate gradients.</summary>
    /// <param name="gram">G, shape [dimensions, dimensions].</param>
    /// <param name="unobserved">The weight of G.</param>
    /// <param name="ridge">The ridge.</param>
    /// <param name="steps">Steps; 3 are enough when the row comes from the iteration before.</param>
    /// <param name="solution">Where to start, and receives x, shape [dimensions]; zeros when nothing was gathered.</param>
    public void Improve(ReadOnlySpan<float> gram, float unobserved, float ridge, int steps, Span<float> solution)
    {
        if (_count == 0)
        {
            solution.Clear();
            return;
        }

        Multiply(gram, unobserved, ridge, solution, _residual, target: 1);
        _residual.CopyTo(_direction, 0);
        var length = TensorPrimitives.Dot<float>(_residual, _residual);
        for (var step = 0; step < steps && length > 1e-20f; step++)
        {
            Multiply(gram, unobserved, ridge, _direction, _product, target: 0);
            var stride = length / TensorPrimitives.Dot<float>(_direction, _product);
            TensorPrimitives.MultiplyAdd<float>(_direction, stride, solution, solution);
            TensorPrimitives.MultiplyAdd<float>(_product, -stride, _residual, _residual);
            var next = TensorPrimitives.Dot<float>(_residual, _residual);
            TensorPrimitives.MultiplyAdd<float>(_direction, next / length, _residual, _direction);
            length = next;
        }
    }

    /// <summary>The system's matrix times x; with a target of 1, what is missing to the right side instead.</summary>
    private void Multiply(ReadOnlySpan<float> gram, float unobserved, float ridge, ReadOnlySpan<float> x, Span<float> result, float target)
    {
        var sign = target == 0 ? 1f : -1f;
        var scaled = _scaled.AsSpan();
        TensorPrimitives.Multiply(x, sign * unobserved, scaled);
        TensorPrimitives.Multiply(x, sign * ridge, result);
        RowProducts.Add(gram, scaled, result);
        var factors = _factors.AsSpan(0, _count);
        RowProducts.Multiply(_rows, x, factors);
        for (var row = 0; row < factors.Length; row++)
        {
            factors[row] = _weights[row] * (target + (sign * factors[row]));
        }

        RowProducts.Add(_rows, factors, result);
    }

    private void FillTriangle(ReadOnlySpan<float> gram, float unobserved, float ridge)
    {
        for (var i = 0; i < _dimensions; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                _triangle[(i * _dimensions) + j] = (unobserved * (double)gram[(i * _dimensions) + j]) + (i == j ? ridge : 0);
            }
        }

        for (var row = 0; row < _count; row++)
        {
            TensorPrimitives.ConvertTruncating(_rows.AsSpan(row * _dimensions, _dimensions), _wide);
            for (var i = 0; i < _dimensions; i++)
            {
                var target = _triangle.AsSpan(i * _dimensions, i + 1);
                TensorPrimitives.MultiplyAdd(_wide.AsSpan(0, i + 1), _weights[row] * _wide[i], target, target);
            }
        }
    }

    private void Factor()
    {
        for (var i = 0; i < _dimensions; i++)
        {
            var row = _triangle.AsSpan(i * _dimensions, _dimensions);
            for (var j = 0; j < i; j++)
            {
                row[j] = (row[j] - TensorPrimitives.Dot<double>(row[..j], _triangle.AsSpan(j * _dimensions, j))) / _triangle[(j * _dimensions) + j];
            }

            // A pivot that rounding left at or below 0 means a direction that nothing supports: a tiny pivot keeps it small.
            row[i] = Math.Sqrt(Math.Max(row[i] - TensorPrimitives.Dot<double>(row[..i], row[..i]), 1e-12));
        }
    }
}
