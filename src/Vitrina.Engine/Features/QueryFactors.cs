namespace Vitrina.Engine.Features;

/// <summary>What a query says about its candidates: computed once per request, when a feature first reads it; never where none does.</summary>
/// <remarks>Reused from request to request. All of it is recorded and never recomputed: it follows from texts and words of that moment.</remarks>
internal sealed class QueryFactors
{
    private float[] _exact = [];
    private float[] _attribute = [];
    private float[] _category = [];
    private float _entropy = float.NaN;
    private Action? _fill;

    /// <summary>How far the best texts spread over item types: 0 = all of one type, else the entropy of their shares in nats; NaN without a text.</summary>
    public float CategoryEntropy
    {
        get
        {
            Fill();
            return _entropy;
        }
        set => _entropy = value;
    }

    /// <summary>The share of an exact query's codes and quotations that each candidate holds; NaN for other queries.</summary>
    public Span<float> ExactMatches => Filled(ref _exact);

    /// <summary>The share of the query's attribute values that each candidate has; NaN when it names none.</summary>
    public Span<float> AttributeMatches => Filled(ref _attribute);

    /// <summary>The share of the best texts that are of the candidate's type; NaN without a text.</summary>
    public Span<float> CategoryShares => Filled(ref _category);

    /// <summary>Makes room for candidates; what stands there is left over.</summary>
    /// <param name="count">How many candidates there are.</param>
    /// <param name="fill">Computes everything when it is first read; null when the caller does so at once.</param>
    public void Reset(int count, Action? fill = null)
    {
        (_fill, _entropy) = (fill, float.NaN);
        if (_exact.Length < count)
        {
            var length = Math.Max(count, 2 * _exact.Length);
            (_exact, _attribute, _category) = (new float[length], new float[length], new float[length]);
        }
    }

    private float[] Filled(ref float[] values)
    {
        Fill();
        return values;
    }

    private void Fill()
    {
        if (_fill is { } fill)
        {
            _fill = null;
            fill();
        }
    }
}
