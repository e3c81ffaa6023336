using System.Numerics.Tensors;

namespace Vitrina.Engine.Models.Embeddings;

/// <summary>Turns queries and items into vectors of length 1 whose dot product says how well they fit: a deep structured semantic model.</summary>
/// <remarks>
/// Two towers after Huang, He, Gao, Deng, Acero and Heck, "Learning deep structured semantic models for web search using clickthrough data" (CIKM 2013):
/// a text is the sum of the rows of its words and letter trigrams, divided by the root of their number, then dense layers of its side. Both sides
/// share the rows, so that a word means the same in a query and in a title, and what no query has held is still known from titles.
/// Immutable and safe for concurrent use with a <see cref="DssmScratch"/> per thread. A query takes about 10 µs.
/// </remarks>
public sealed class DssmEncoder
{
    /// <summary>An encoder of given weights.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="rows">Shape [RowCount x RowSize].</param>
    /// <param name="query">The layers of queries.</param>
    /// <param name="item">The layers of items.</param>
    /// <exception cref="ArgumentException">A size is out of its range, or the rows do not fit.</exception>
    public DssmEncoder(DssmShape shape, float[] rows, DssmTower query, DssmTower item)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(rows);
        if (shape.FindMistake() is { } mistake)
        {
            throw new ArgumentException($"{mistake}.", nameof(shape));
        }

        if (rows.Length != shape.RowCount * shape.RowSize)
        {
            throw new ArgumentException($"{rows.Length} numbers for {shape.RowCount} rows of {shape.RowSize}.", nameof(rows));
        }

        (Shape, Rows, Query, Item) = (shape, rows, query, item);
    }

    /// <summary>The sizes.</summary>
    public DssmShape Shape { get; }

    /// <summary>Numbers in a vector.</summary>
    public int Dimension => Shape.Dimension;

    /// <summary>The rows of words and trigrams, shape [RowCount x RowSize].</summary>
    public float[] Rows { get; }

    /// <summary>The layers of queries.</summary>
    public DssmTower Query { get; }

    /// <summary>The layers of items.</summary>
    public DssmTower Item { get; }

    /// <summary>Encodes a query.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="scratch">Memory to work in, made for this encoder's shape.</param>
    /// <param name="vector">Receives the vector, of length 1, shape [Dimension].</param>
    /// <returns>False, and zeros, when the text has no word.</returns>
    public bool EncodeQuery(ReadOnlySpan<char> text, DssmScratch scratch, Span<float> vector) => Encode(text, Query, scratch, vector);

    /// <summary>Encodes an item.</summary>
    /// <inheritdoc cref="EncodeQuery"/>
    public bool EncodeItem(ReadOnlySpan<char> text, DssmScratch scratch, Span<float> vector) => Encode(text, Item, scratch, vector);

    /// <summary>Adds up the rows of a text.</summary>
    /// <param name="rows">The table, shape [RowCount x RowSize].</param>
    /// <param name="text">The text's rows.</param>
    /// <param name="sum">Receives the sum over the root of the number of rows, shape [RowSize]; zeros for no row.</param>
    public static void Sum(ReadOnlySpan<float> rows, ReadOnlySpan<int> text, Span<float> sum)
    {
        sum.Clear();
        foreach (int row in text)
        {
            TensorPrimitives.Add(sum, rows.Slice(row * sum.Length, sum.Length), sum);
        }

        if (text.Length > 0)
        {
            TensorPrimitives.Multiply(sum, 1 / MathF.Sqrt(text.Length), sum);
        }
    }

    private bool Encode(ReadOnlySpan<char> text, DssmTower tower, DssmScratch scratch, Span<float> vector)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        vector = vector[..Dimension];
        ReadOnlySpan<int> rows = scratch.Text.Read(text);
        Sum(Rows, rows, scratch.Sum);
        tower.Run(scratch.Sum, scratch.Hidden, vector);
        float length = rows.IsEmpty ? 0 : TensorPrimitives.Norm(vector);
        if (!(length > 1e-12f))
        {
            vector.Clear();
            return false;
        }

        TensorPrimitives.Divide(vector, length, vector);
        return true;
    }
}
