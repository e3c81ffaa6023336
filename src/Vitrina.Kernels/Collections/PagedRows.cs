using System.Numerics;

namespace Vitrina.Kernels.Collections;

/// <summary>Paged arrays whose elements are rows.</summary>
public static class PagedRows
{
    private const int PageBytes = 2048;

    /// <summary>An empty array of rows whose pages take about 2 KB.</summary>
    /// <param name="width">Values of a row.</param>
    /// <param name="valueBytes">Bytes of a value.</param>
    public static PagedArray<T> Of<T>(int width, int valueBytes)
    {
        var values = Math.Max(1, width);
        return new PagedArray<T>(BitOperations.Log2((uint)Math.Max(1, PageBytes / (values * valueBytes))), values);
    }
}
