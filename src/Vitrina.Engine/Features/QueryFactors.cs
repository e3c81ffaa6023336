namespace Vitrina.Engine.Features;

/// <summary>What a query says about its candidates, computed once per request; columns of features read it.</summary>
/// <remarks>Reused from request to request. All of it is recorded and never recomputed: it follows from texts and words of that moment.</remarks>
internal sealed class QueryFactors
{
    private float[] _exact = [];
    private float[] _attribute = [];
    private float[] _category = [];

    /// <summary>How far the best texts spread over item types: 0 = all of one type, else the entropy of their shares in nats; NaN without a text.</summary>
    public float CategoryEntropy { get; set; } = float.NaN;

    /// <summary>The share of an exact query's codes and quotations that each candidate holds; NaN for other queries.</summary>
    public Span<float> ExactMatches => _exact;

    /// <summary>The share of the query's attribute values that each candidate has; NaN when it names none.</summary>
    public Span<float> AttributeMatches => _attribute;

    /// <summary>The share of the best texts that are of the candidate's type; NaN without a text.</summary>
    public Span<float> CategoryShares => _category;

    /// <summary>Makes room for candidates; what stands there is left over.</summary>
    public void Reset(int count)
    {
        CategoryEntropy = float.NaN;
        if (_exact.Length < count)
        {
            var length = Math.Max(count, 2 * _exact.Length);
            (_exact, _attribute, _category) = (new float[length], new float[length], new float[length]);
        }
    }
}
