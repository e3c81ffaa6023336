namespace Vitrina.Learning.Recommending;

/// <summary>Attributes of items, such as brands and categories: which item has which, and how much a shared one says.</summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public sealed class ItemAttributes
{
    private readonly CsrMatrix _weightedByAttribute;

    /// <summary>Takes attributes over.</summary>
    /// <param name="attributeCount">Number of attributes; ordinals are below.</param>
    /// <param name="ofItem">Ordinals of each item's attributes, each once; shape [items].</param>
    public ItemAttributes(int attributeCount, IReadOnlyList<int[]> ofItem)
    {
        ArgumentNullException.ThrowIfNull(ofItem);
        ByItem = Ones(attributeCount, ofItem);
        int[] counts = new int[attributeCount];
        foreach (int attribute in ByItem.Columns)
        {
            counts[attribute]++;
        }

        Idf = [.. counts.Select(count => (float)Math.Log((double)ofItem.Count / Math.Max(1, count)))];
        ItemCounts = counts;
        Rarest = [.. Enumerable.Range(0, ofItem.Count).Select(item => RarestOf(ofItem[item], counts))];
        Weighted = ByItem.Map((_, attribute, value) => value * Idf[attribute]);
        Unit = Weighted.Map((item, _, value) => value / Norm(Weighted.ValuesOf(item)));
        ByAttribute = Unit.Transposed();
        _weightedByAttribute = Weighted.Transposed();
    }

    /// <summary>Number of attributes.</summary>
    public int Count => Idf.Length;

    /// <summary>How much an attribute says: log(items / items that have it).</summary>
    public float[] Idf { get; }

    /// <summary>How many items have each attribute.</summary>
    public int[] ItemCounts { get; }

    /// <summary>The attribute of each item that fewest items have, of those that another item has as well, such as its brand; −1 without one. Shape [items].</summary>
    public int[] Rarest { get; }

    /// <summary>1 where an item has an attribute, shape [items x attributes].</summary>
    public CsrMatrix ByItem { get; }

    /// <summary>The same with <see cref="Idf"/> as values.</summary>
    public CsrMatrix Weighted { get; }

    /// <summary>The same with rows of length 1, so that the product of two rows is their cosine.</summary>
    public CsrMatrix Unit { get; }

    /// <summary><see cref="Unit"/> transposed, shape [attributes x items].</summary>
    public CsrMatrix ByAttribute { get; }

    /// <summary>Adds a multiple of what an item shares with each item, by squared <see cref="Idf"/>, itself included.</summary>
    /// <param name="item">The item.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="row">Is added to; its columns are items.</param>
    public void AddShared(int item, float factor, RowAccumulator row)
    {
        ArgumentNullException.ThrowIfNull(row);
        ReadOnlySpan<int> attributes = Weighted.ColumnsOf(item);
        ReadOnlySpan<float> weights = Weighted.ValuesOf(item);
        for (int i = 0; i < attributes.Length; i++)
        {
            ReadOnlySpan<int> others = _weightedByAttribute.ColumnsOf(attributes[i]);
            ReadOnlySpan<float> theirs = _weightedByAttribute.ValuesOf(attributes[i]);
            for (int other = 0; other < others.Length; other++)
            {
                row.Add(others[other], factor * weights[i] * theirs[other]);
            }
        }
    }

    private static int RarestOf(int[] attributes, int[] counts)
    {
        int rarest = -1;
        foreach (int attribute in attributes)
        {
            if (counts[attribute] > 1 && (rarest < 0 || counts[attribute] < counts[rarest]))
            {
                rarest = attribute;
            }
        }

        return rarest;
    }

    private static CsrMatrix Ones(int attributeCount, IReadOnlyList<int[]> ofItem)
    {
        int[] starts = new int[ofItem.Count + 1];
        for (int item = 0; item < ofItem.Count; item++)
        {
            starts[item + 1] = starts[item] + ofItem[item].Length;
        }

        int[] columns = [.. ofItem.SelectMany(attributes => attributes)];
        float[] values = new float[columns.Length];
        Array.Fill(values, 1);
        return new CsrMatrix(attributeCount, starts, columns, values);
    }

    private static float Norm(ReadOnlySpan<float> values)
    {
        double squares = 0;
        foreach (float value in values)
        {
            squares += value * value;
        }

        return squares > 0 ? (float)Math.Sqrt(squares) : 1;
    }
}
