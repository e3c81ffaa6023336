namespace Vitrina.Engine.Features;

/// <summary>The rows that a table of counters by offer has of one request's candidates, each with W of its condition into the present state.</summary>
/// <remarks>Reused between requests; not thread-safe; allocates nothing once its buffers have grown.</remarks>
internal sealed class OfferRows
{
    private readonly List<int> _ends = [];
    private int[] _rows = [];
    private double[] _weights = [];
    private int _count;

    public void Clear()
    {
        _ends.Clear();
        _count = 0;
    }

    /// <summary>Adds a row of the candidate that is not ended yet.</summary>
    public void Add(int row, double weight)
    {
        if (_count == _rows.Length)
        {
            Array.Resize(ref _rows, Math.Max(256, _count * 2));
            Array.Resize(ref _weights, _rows.Length);
        }

        (_rows[_count], _weights[_count++]) = (row, weight);
    }

    /// <summary>What is added from now on belongs to the next candidate.</summary>
    public void EndCandidate() => _ends.Add(_count);

    /// <summary>The rows of a candidate that have counts, and W of each.</summary>
    public ReadOnlySpan<int> Of(int candidate, out ReadOnlySpan<double> weights)
    {
        var (start, end) = (candidate == 0 ? 0 : _ends[candidate - 1], _ends[candidate]);
        weights = _weights.AsSpan(start, end - start);
        return _rows.AsSpan(start, end - start);
    }
}
