namespace Vitrina.Learning.Recommending.Sources;

/// <summary>How much each step of a history weighs: exp(−steps back / decay).</summary>
internal sealed class RecencyWeights
{
    // A weight below this share of the newest one moves no score that anyone would see.
    private const double Least = 1e-7;
    private readonly float[] _weights;
    private readonly bool _isFlat;

    /// <summary>Makes weights.</summary>
    /// <param name="decay">Steps over which a weight falls to 1/e; infinity weighs all alike.</param>
    public RecencyWeights(double decay)
    {
        _isFlat = double.IsPositiveInfinity(decay);
        int reach = _isFlat ? 0 : 1 + (int)(-Math.Log(Least) * decay);
        _weights = [.. Enumerable.Range(0, reach).Select(back => (float)Math.Exp(-back / decay))];
    }

    /// <summary>The weight of the item so many steps before the newest; 0 when it is too old to matter.</summary>
    public float this[int stepsBack] => _isFlat ? 1 : stepsBack < _weights.Length ? _weights[stepsBack] : 0;

    /// <summary>How many of the newest items of a history weigh anything.</summary>
    public int Reach(int length) => _isFlat ? length : Math.Min(length, _weights.Length);
}
