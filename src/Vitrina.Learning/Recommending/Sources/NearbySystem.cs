using System.Numerics.Tensors;
using Vitrina.Kernels.Matrices;
using Vitrina.Kernels.Selection;

namespace Vitrina.Learning.Recommending.Sources;

/// <summary>One equation of a <see cref="NearbyRegression"/>: the chosen items, their dense system and its solution.</summary>
/// <remarks>Memory is kept from one equation to the next. Not for concurrent use.</remarks>
/// <param name="itemCount">Items that may be chosen.</param>
/// <param name="attributeCount">Attributes that they may share.</param>
internal sealed class NearbySystem(int itemCount, int attributeCount)
{
    private const int Lanes = 16;
    private const int MostSteps = 60;

    // Of the squared residual at the beginning.
    private const float Tolerance = 1e-8f;
    private readonly TopK _best = new();
    private readonly int[] _placeOf = new int[itemCount];
    private readonly float[] _ofAttribute = new float[attributeCount];
    private int[] _items = [];
    private int[] _lengths = [];
    private float[] _right = [];
    private float[] _matrix = [];
    private float[] _vectors = [];
    private int _count;
    private int _stride;

    /// <summary>The chosen items.</summary>
    public ReadOnlySpan<int> Items => _items.AsSpan(0, _count);

    /// <summary>Whether the memory is of this shape.</summary>
    public bool Fits(int items, int attributes) => _placeOf.Length == items && _ofAttribute.Length == attributes;

    /// <summary>The place of an item among the chosen ones, or −1.</summary>
    public int PlaceOf(int item) => _placeOf[item] - 1;

    /// <summary>Chooses the items that alone would take most of the squared error away, right² / diagonal; the matrix is empty afterwards.</summary>
    /// <param name="right">The right side.</param>
    /// <param name="diagonal">The diagonal of the whole system.</param>
    /// <param name="products">The rows of the whole system; items with few entries get the first places.</param>
    /// <param name="most">Most items.</param>
    /// <param name="excluded">An item that must not stand in the equation, or −1.</param>
    public void Choose(RowAccumulator right, float[] diagonal, CsrMatrix products, int most, int excluded)
    {
        foreach (int item in Items)
        {
            _placeOf[item] = 0;
        }

        _best.Reset(Math.Min(most, right.Touched.Length));
        foreach (int item in right.Touched)
        {
            if (item != excluded)
            {
                _best.Offer(item, right[item] * right[item] / diagonal[item]);
            }
        }

        Reserve(_best.Count);
        _best.DrainDescending(_items, _right);
        for (int place = 0; place < _count; place++)
        {
            _lengths[place] = products.ColumnsOf(_items[place]).Length;
        }

        Array.Sort(_lengths, _items, 0, _count);
        for (int place = 0; place < _count; place++)
        {
            _placeOf[_items[place]] = place + 1;
            _right[place] = right[_items[place]];
        }
    }

    /// <summary>Adds to a pair of places, in both directions.</summary>
    public void Add(int place, int other, float value)
    {
        _matrix[(place * _stride) + other] += value;
        if (place != other)
        {
            _matrix[(other * _stride) + place] += value;
        }
    }

    /// <summary>Adds what pairs of different items share.</summary>
    /// <param name="weighted">Attributes by item with their weights.</param>
    /// <param name="factor">A factor on the product of two weights.</param>
    public void AddShared(CsrMatrix weighted, float factor)
    {
        for (int place = 0; place < _count; place++)
        {
            weighted.AddRow(_items[place], factor, _ofAttribute);
            for (int other = place + 1; other < _count; other++)
            {
                Add(place, other, weighted.Dot(_items[other], _ofAttribute));
            }

            foreach (int attribute in weighted.ColumnsOf(_items[place]))
            {
                _ofAttribute[attribute] = 0;
            }
        }
    }

    /// <summary>Solves the system by conjugate gradients, preconditioned by its diagonal.</summary>
    /// <returns>The coefficients of the chosen items, valid until the next equation.</returns>
    public ReadOnlySpan<float> Solve()
    {
        Array.Clear(_vectors);
        Span<float> solution = Vector(0), residual = Vector(1), direction = Vector(2), image = Vector(3), scaled = Vector(4), inverse = Vector(5);
        for (int place = 0; place < _count; place++)
        {
            inverse[place] = 1 / _matrix[(place * _stride) + place];
        }

        _right.AsSpan(0, _count).CopyTo(residual);
        TensorPrimitives.Multiply(residual, inverse, scaled);
        scaled.CopyTo(direction);
        float size = TensorPrimitives.Dot<float>(residual, scaled), least = Tolerance * size;
        for (int step = 0; step < MostSteps && size > least; step++)
        {
            RowProducts.Multiply(_matrix.AsSpan(0, _count * _stride), direction, image[.._count]);
            float length = size / TensorPrimitives.Dot<float>(direction, image);
            TensorPrimitives.MultiplyAdd(direction, length, solution, solution);
            TensorPrimitives.MultiplyAdd(image, -length, residual, residual);
            TensorPrimitives.Multiply(residual, inverse, scaled);
            float next = TensorPrimitives.Dot<float>(residual, scaled);
            TensorPrimitives.MultiplyAdd(direction, next / size, scaled, direction);
            size = next;
        }

        return solution[.._count];
    }

    private Span<float> Vector(int number) => _vectors.AsSpan(number * _stride, _stride);

    private void Reserve(int count)
    {
        _count = count;
        _stride = (count + Lanes - 1) / Lanes * Lanes;
        if (_items.Length < count)
        {
            (_items, _lengths, _right) = (new int[count], new int[count], new float[count]);
            (_matrix, _vectors) = (new float[count * _stride], new float[6 * _stride]);
        }

        Array.Clear(_matrix, 0, count * _stride);
    }
}
