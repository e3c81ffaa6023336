using System.Runtime.InteropServices;

namespace Vitrina.Kernels.Matrices;

/// <summary>Inverts large symmetric positive definite matrices of float32 in place.</summary>
/// <remarks>
/// The sweep operator (Goodnight, "A Tutorial on the SWEEP Operator", The American Statistician 33, 1979) over blocks of 128: a block is inverted in
/// float64, the rest is updated by a product of matrices. n³ operations, half of what a general inverse needs; no memory but the matrix and two panels.
/// Pieces of an update are independent, so the result does not depend on the number of threads.
/// </remarks>
public static unsafe class SymmetricInverse
{
    /// <summary>The largest size: the matrix is one array.</summary>
    public const int MaxSize = 46_340;

    private const int Block = 128;
    private const int RowsAtOnce = 64;

    /// <summary>Replaces a matrix by its inverse.</summary>
    /// <param name="matrix">Row-major, shape [size, size]; only the lower triangle is read, both are written.</param>
    /// <param name="size">Rows, 0 to <see cref="MaxSize"/>.</param>
    /// <param name="threads">Threads at most; 0 takes one per processor.</param>
    /// <param name="progress">Receives the share that is done, 0 to 1.</param>
    /// <param name="cancellation">Leaves the matrix half inverted.</param>
    /// <exception cref="ArithmeticException">The matrix is not positive definite, or too near to it for float32; its content is lost.</exception>
    public static void Invert(float[] matrix, int size, int threads = 0, IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        Invert(matrix, size, threads, TileProduct.BestWidth, progress, cancellation);

    internal static void Invert(float[] matrix, int size, int threads, int width, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(matrix.LongLength, (long)size * size, nameof(matrix));
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads, CancellationToken = cancellation };
        fixed (float* elements = matrix)
        {
            using var panels = new Panels(elements, size, width);
            for (var start = 0; start < size; start += Block)
            {
                panels.Sweep(start, Math.Min(Block, size - start), options);
                progress?.Report((double)(start + Block) / (size + Block));
            }

            panels.Finish(options);
        }

        progress?.Report(1);
    }

    /// <summary>The matrix and what one block's update needs: its columns, and those times the block's inverse, packed for <see cref="TileProduct"/>.</summary>
    private sealed class Panels : IDisposable
    {
        private readonly float* _matrix;
        private readonly int _size;
        private readonly int _width;
        private readonly float* _columns;
        private readonly float* _right;
        private readonly float* _left;
        private readonly float* _inverse;
        private readonly double[] _pivot = new double[Block * Block];

        public Panels(float* matrix, int size, int width)
        {
            _matrix = matrix;
            _size = size;
            _width = width;
            var rows = (nuint)(size + RowsAtOnce);
            _columns = Allocate(rows * Block);
            _right = Allocate(rows * Block);
            _left = Allocate(rows * Block);
            _inverse = Allocate(Block * Block);
        }

        public void Sweep(int start, int count, ParallelOptions options)
        {
            InvertPivot(start, count);
            var strips = (_size + RowsAtOnce - 1) / RowsAtOnce;
            Parallel.For(0, strips, options, strip => Pack(strip * RowsAtOnce, start, count));
            // The last strips are the longest: they go first, so that threads end together.
            Parallel.For(0, strips, options, strip => Update((strips - 1 - strip) * RowsAtOnce, count));
            Parallel.For(0, strips, options, strip => WriteBack(strip * RowsAtOnce, start, count));
        }

        /// <summary>Turns the swept matrix, which is the negative inverse, into the inverse, and mirrors it.</summary>
        public void Finish(ParallelOptions options) => Parallel.For(0, (_size + RowsAtOnce - 1) / RowsAtOnce, options, strip =>
        {
            var end = Math.Min(_size, (strip + 1) * RowsAtOnce);
            for (var row = strip * RowsAtOnce; row < end; row++)
            {
                for (var column = 0; column <= row; column++)
                {
                    var value = -*At(row, column);
                    *At(row, column) = value;
                    *At(column, row) = value;
                }
            }
        });

        private void InvertPivot(int start, int count)
        {
            for (var row = 0; row < count; row++)
            {
                for (var column = 0; column <= row; column++)
                {
                    _pivot[(row * count) + column] = _pivot[(column * count) + row] = *At(start + row, start + column);
                }
            }

            for (var k = 0; k < count; k++)
            {
                var pivot = _pivot[(k * count) + k];
                if (!(pivot > 0) || !double.IsFinite(pivot))
                {
                    throw new ArithmeticException($"the matrix is not positive definite: the pivot of row {start + k} is {pivot}");
                }

                SweepOne(k, count, pivot);
            }

            for (var i = 0; i < count * count; i++)
            {
                _pivot[i] = -_pivot[i];
            }

            new Span<float>(_inverse, Block * Block).Clear();
            for (var k = 0; k < count; k++)
            {
                for (var column = 0; column < count; column++)
                {
                    _inverse[((column / TileProduct.Columns) * count * TileProduct.Columns) + (k * TileProduct.Columns) + (column % TileProduct.Columns)]
                        = (float)_pivot[(k * count) + column];
                }
            }
        }

        private void SweepOne(int k, int count, double pivot)
        {
            var pivotRow = _pivot.AsSpan(k * count, count);
            for (var row = 0; row < count; row++)
            {
                var factor = _pivot[(row * count) + k] / pivot;
                if (row == k)
                {
                    continue;
                }

                var target = _pivot.AsSpan(row * count, count);
                for (var column = 0; column < count; column++)
                {
                    target[column] -= factor * pivotRow[column];
                }

                target[k] = factor;
            }

            for (var column = 0; column < count; column++)
            {
                pivotRow[column] /= pivot;
            }

            pivotRow[k] = -1 / pivot;
        }

        /// <summary>Gathers the block's columns for some rows, and multiplies them by the block's inverse.</summary>
        private void Pack(int from, int start, int count)
        {
            var left = stackalloc float[RowsAtOnce * Block];
            for (var row = from; row < from + RowsAtOnce; row++)
            {
                var inside = row < _size && (row < start || row >= start + count);
                for (var k = 0; k < count; k++)
                {
                    var value = !inside ? 0 : row >= start ? *At(row, start + k) : *At(start + k, row);
                    left[(((row - from) / TileProduct.Rows) * count * TileProduct.Rows) + (k * TileProduct.Rows) + (row % TileProduct.Rows)] = value;
                    _right[((nint)(row / TileProduct.Columns) * count * TileProduct.Columns) + (k * TileProduct.Columns) + (row % TileProduct.Columns)] = value;
                }
            }

            var products = _columns + ((nint)from * Block);
            new Span<float>(products, RowsAtOnce * Block).Clear();
            for (var row = 0; row < RowsAtOnce; row += TileProduct.Rows)
            {
                for (var column = 0; column < count; column += TileProduct.Columns)
                {
                    TileProduct.Add(left + (row * count), _inverse + (column * count), count, products + (row * Block) + column, Block, _width);
                }
            }

            for (var row = from; row < from + RowsAtOnce; row++)
            {
                var packed = _left + ((nint)(row / TileProduct.Rows) * count * TileProduct.Rows) + (row % TileProduct.Rows);
                for (var k = 0; k < count; k++)
                {
                    packed[k * TileProduct.Rows] = -_columns[((nint)row * Block) + k];
                }
            }
        }

        /// <summary>Takes the block's share off some rows, up to the diagonal.</summary>
        private void Update(int from, int count)
        {
            var edge = stackalloc float[TileProduct.Rows * TileProduct.Columns];
            var end = Math.Min(_size, from + RowsAtOnce);
            for (var column = 0; column < end; column += TileProduct.Columns)
            {
                var right = _right + ((nint)column * count);
                for (var row = from; row < end; row += TileProduct.Rows)
                {
                    var left = _left + ((nint)row * count);
                    if (row + TileProduct.Rows <= _size && column + TileProduct.Columns <= _size)
                    {
                        TileProduct.Add(left, right, count, At(row, column), _size, _width);
                        continue;
                    }

                    new Span<float>(edge, TileProduct.Rows * TileProduct.Columns).Clear();
                    TileProduct.Add(left, right, count, edge, TileProduct.Columns, _width);
                    for (var i = row; i < Math.Min(_size, row + TileProduct.Rows); i++)
                    {
                        for (var j = column; j < Math.Min(_size, column + TileProduct.Columns); j++)
                        {
                            *At(i, j) += edge[((i - row) * TileProduct.Columns) + j - column];
                        }
                    }
                }
            }
        }

        private void WriteBack(int from, int start, int count)
        {
            for (var row = from; row < Math.Min(_size, from + RowsAtOnce); row++)
            {
                for (var k = 0; k < count; k++)
                {
                    if (row >= start + count)
                    {
                        *At(row, start + k) = _columns[((nint)row * Block) + k];
                    }
                    else if (row < start)
                    {
                        *At(start + k, row) = _columns[((nint)row * Block) + k];
                    }
                    else
                    {
                        *At(row, start + k) = -(float)_pivot[((row - start) * count) + k];
                    }
                }
            }
        }

        private float* At(int row, int column) => _matrix + ((nint)row * _size) + column;

        private static float* Allocate(nuint count) => (float*)NativeMemory.AlignedAlloc(count * sizeof(float), 64);

        public void Dispose()
        {
            NativeMemory.AlignedFree(_columns);
            NativeMemory.AlignedFree(_right);
            NativeMemory.AlignedFree(_left);
            NativeMemory.AlignedFree(_inverse);
        }
    }
}
