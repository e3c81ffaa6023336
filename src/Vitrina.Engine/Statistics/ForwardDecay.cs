namespace Vitrina.Engine.Statistics;

/// <summary>Weights that halve with time without being touched: each is stored as if it had happened at one common moment.</summary>
/// <remarks>
/// Forward decay (Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009): an event at t counts 2^((t - landmark) / halfLife); sums and ratios of stored
/// weights are those of decayed ones. When numbers grow the landmark moves, and the owner multiplies all that it stores once.
/// </remarks>
internal sealed class ForwardDecay(TimeSpan halfLife)
{
    // 2^64 is far from the largest double, and 64 half-lives are years of journal between two rescalings.
    private const double MostHalfLives = 64;
    private readonly double _perMs = 1 / halfLife.TotalMilliseconds;

    /// <summary>The common moment, Unix milliseconds; 0 before the first event.</summary>
    public long LandmarkMs { get; private set; }

    /// <summary>What an event counts.</summary>
    /// <param name="atMs">When it happened, Unix milliseconds.</param>
    /// <param name="rescale">What everything stored is to be multiplied with first; 1 nearly always.</param>
    public double Weight(long atMs, out double rescale)
    {
        rescale = 1;
        if (LandmarkMs == 0)
        {
            LandmarkMs = atMs;
        }

        var age = (atMs - LandmarkMs) * _perMs;
        if (age > MostHalfLives)
        {
            rescale = double.Exp2(-age);
            LandmarkMs = atMs;
            age = 0;
        }

        return double.Exp2(age);
    }

    /// <summary>What weights that were stored under a landmark are multiplied with to be read at a moment.</summary>
    public double ScaleAt(long landmarkMs, long nowMs) => landmarkMs == 0 ? 0 : double.Exp2((landmarkMs - nowMs) * _perMs);

    /// <summary>Takes over a checkpoint's landmark.</summary>
    public void Restore(long landmarkMs) => LandmarkMs = landmarkMs;
}
