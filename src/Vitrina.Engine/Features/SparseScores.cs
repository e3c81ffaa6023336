namespace Vitrina.Engine.Features;

/// <summary>Scores of few among many numbered things; clearing costs nothing, and nothing is allocated once it has grown.</summary>
internal sealed class SparseScores
{
    private double[] _values = [];
    private int[] _epochs = [];
    private int[] _touched = new int[64];
    private int[] _order = new int[64];
    private int _epoch;

    /// <summary>How many things have a score.</summary>
    public int Count { get; private set; }

    /// <summary>The largest score; 0 without any.</summary>
    public double Max { get; private set; }

    /// <summary>The score of a thing; 0 without one.</summary>
    public double this[int id] => id < _values.Length && _epochs[id] == _epoch ? _values[id] : 0;

    /// <summary>Begins anew.</summary>
    /// <param name="count">Things are numbered below it.</param>
    public void Clear(int count)
    {
        if (_values.Length < count)
        {
            Array.Resize(ref _values, Math.Max(count, _values.Length * 2));
            Array.Resize(ref _epochs, _values.Length);
        }

        (Count, Max) = (0, 0);
        if (++_epoch == int.MaxValue)
        {
            Array.Clear(_epochs);
            _epoch = 1;
        }
    }

    /// <summary>Adds to a thing's score.</summary>
    public void Add(int id, double value)
    {
        if (_epochs[id] != _epoch)
        {
            if (Count == _touched.Length)
            {
                Array.Resize(ref _touched, Count * 2);
                Array.Resize(ref _order, Count * 2);
            }

            _epochs[id] = _epoch;
            _values[id] = 0;
            _touched[Count++] = id;
        }

        _values[id] += value;
    }

    /// <summary>Multiplies every score by its thing's factor, and finds the largest. Call it once, at the end.</summary>
    /// <param name="factors">Factors by thing; empty = none.</param>
    public void Finish(ReadOnlySpan<double> factors = default)
    {
        Max = 0;
        for (var i = 0; i < Count; i++)
        {
            var id = _touched[i];
            _values[id] *= factors.IsEmpty ? 1 : factors[id];
            Max = Math.Max(Max, _values[id]);
        }
    }

    /// <summary>The scored things, best first, lower numbers first among equals. Valid until the next call.</summary>
    public ReadOnlySpan<int> Ranked()
    {
        var count = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_values[_touched[i]] > 0)
            {
                _order[count++] = _touched[i];
            }
        }

        var order = _order.AsSpan(0, count);
        order.Sort(new ByScore(_values));
        return order;
    }

    private readonly struct ByScore(double[] values) : IComparer<int>
    {
        public int Compare(int x, int y) => values[x] != values[y] ? values[y].CompareTo(values[x]) : x.CompareTo(y);
    }
}
