using System.Numerics.Tensors;

namespace Vitrina.Learning.Recommending.Sources;

/// <summary>
/// A linear model with an equation of its own for every item, over the items nearest to it: (PᵀP + λI)b = PᵀS, restricted to the rows that alone
/// would take most of the error away (as fsSLIM chooses columns: Ning and Karypis, SLIM, ICDM 2011, section III.D; a ridge stands for the elastic net).
/// </summary>
/// <remarks>
/// Items that never meet an item do not stand in its equation. Cost: neighbours² multiplications an item and step of conjugate gradients; memory as
/// sparse as the products. Shared attributes are further rows of data, on both sides.
/// </remarks>
internal sealed class NearbyRegression
{
    // A look into a sorted row by halving costs about so many steps of a walk along it.
    private const int StepsOfSearch = 16;
    private readonly CsrMatrix _products;
    private readonly float[] _diagonal;
    private readonly ItemAttributes? _attributes;
    private readonly float _attributeWeight;
    private readonly bool _explainsItself;

    [ThreadStatic]
    private static NearbySystem? t_system;

    /// <summary>Takes the left side over.</summary>
    /// <param name="products">PᵀP, symmetric; its diagonal is not read. Shape [items x items].</param>
    /// <param name="diagonal">Its diagonal with the ridge, without attributes, above 0; shape [items].</param>
    /// <param name="attributes">Attributes of the items; null where there are none.</param>
    /// <param name="attributeWeight">Weight of a shared attribute, by squared idf.</param>
    /// <param name="explainsItself">Whether an item stands in its own equation.</param>
    public NearbyRegression(CsrMatrix products, float[] diagonal, ItemAttributes? attributes, double attributeWeight, bool explainsItself)
    {
        _products = Sorted(products);
        _attributes = attributeWeight > 0 ? attributes : null;
        _attributeWeight = (float)attributeWeight;
        _explainsItself = explainsItself;
        _diagonal = [.. diagonal.Select((value, item) => value + SharedWithItself(item))];
    }

    /// <summary>Solves all equations.</summary>
    /// <param name="right">PᵀS transposed: a row is the right side of an item's equation. Shape [items x items].</param>
    /// <param name="neighbours">Most items of an equation.</param>
    /// <returns>Row = the item that is known, column = the item that is scored.</returns>
    public CsrMatrix Solve(CsrMatrix right, int neighbours)
    {
        int items = right.RowCount, attributes = _attributes?.Count ?? 0;
        return CsrRows.Build(items, items, int.MaxValue, (item, sums) =>
        {
            NearbySystem system = t_system?.Fits(items, attributes) == true ? t_system : t_system = new NearbySystem(items, attributes);
            AddRight(right, item, sums);
            system.Choose(sums, _diagonal, _products, neighbours, _explainsItself ? -1 : item);
            sums.Clear();
            Fill(system);
            ReadOnlySpan<float> solution = system.Solve();
            for (int place = 0; place < solution.Length; place++)
            {
                sums.Add(system.Items[place], solution[place]);
            }
        }).Transposed();
    }

    private float SharedWithItself(int item) => _attributes is null ? 0 : _attributeWeight * TensorPrimitives.SumOfSquares<float>(_attributes.Weighted.ValuesOf(item));

    private void AddRight(CsrMatrix right, int item, RowAccumulator sums)
    {
        ReadOnlySpan<int> columns = right.ColumnsOf(item);
        ReadOnlySpan<float> values = right.ValuesOf(item);
        for (int i = 0; i < columns.Length; i++)
        {
            sums.Add(columns[i], values[i]);
        }

        _attributes?.AddShared(item, _attributeWeight, sums);
    }

    // Every pair is read in the row that has fewer entries, which stands first.
    private void Fill(NearbySystem system)
    {
        for (int place = 0; place < system.Items.Length; place++)
        {
            int item = system.Items[place];
            ReadOnlySpan<int> ahead = system.Items[(place + 1)..], columns = _products.ColumnsOf(item);
            ReadOnlySpan<float> values = _products.ValuesOf(item);
            system.Add(place, place, _diagonal[item]);
            if (columns.Length <= ahead.Length * StepsOfSearch)
            {
                for (int i = 0; i < columns.Length; i++)
                {
                    if (system.PlaceOf(columns[i]) is var other && other > place)
                    {
                        system.Add(place, other, values[i]);
                    }
                }
            }
            else
            {
                for (int step = 0; step < ahead.Length; step++)
                {
                    if (columns.BinarySearch(ahead[step]) is var found and >= 0)
                    {
                        system.Add(place, place + 1 + step, values[found]);
                    }
                }
            }
        }

        if (_attributes is not null)
        {
            system.AddShared(_attributes.Weighted, _attributeWeight);
        }
    }

    private static CsrMatrix Sorted(CsrMatrix matrix)
    {
        int[] columns = [.. matrix.Columns];
        float[] values = [.. matrix.Values];
        Parallel.For(0, matrix.RowCount, row => Array.Sort(columns, values, matrix.RowStarts[row], matrix.RowStarts[row + 1] - matrix.RowStarts[row]));
        return new CsrMatrix(matrix.ColumnCount, matrix.RowStarts, columns, values);
    }
}
