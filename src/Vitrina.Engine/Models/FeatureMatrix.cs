using System.Runtime.CompilerServices;

namespace Vitrina.Engine.Models;

/// <summary>The feature values of one batch of candidates: a column-major block of 32-bit floats that is reused from request to request.</summary>
/// <remarks>
/// Shape [rows x columns]; NaN marks a missing value. The block grows to the largest batch seen and never shrinks, so that a warmed-up
/// matrix allocates nothing. Not safe for concurrent use: one matrix belongs to one request at a time.
/// </remarks>
public sealed class FeatureMatrix
{
    private float[] _values = [];

    /// <summary>Number of candidates.</summary>
    public int Rows { get; private set; }

    /// <summary>Number of feature columns.</summary>
    public int Columns { get; private set; }

    /// <summary>The value of one feature of one candidate; NaN when missing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The row or the column is outside the matrix.</exception>
    public float this[int row, int column]
    {
        get => _values[Offset(row, column)];
        set => _values[Offset(row, column)] = value;
    }

    /// <summary>Sets the shape and marks every value as missing.</summary>
    /// <param name="rows">Number of candidates, at least 0.</param>
    /// <param name="columns">Number of feature columns, at least 0.</param>
    /// <remarks>Allocates only when rows x columns exceeds every earlier shape.</remarks>
    public void Reset(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        int length = checked(rows * columns);
        if (length > _values.Length)
        {
            _values = new float[Math.Max(length, (int)Math.Min(Array.MaxLength, 2L * _values.Length))];
        }

        Rows = rows;
        Columns = columns;
        _values.AsSpan(0, length).Fill(float.NaN);
    }

    /// <summary>All values of one feature, shape [rows].</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is outside the matrix.</exception>
    public Span<float> Column(int column)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Columns, nameof(column));
        return _values.AsSpan(column * Rows, Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Offset(int row, int column)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Columns, nameof(column));
        return (column * Rows) + row;
    }
}
