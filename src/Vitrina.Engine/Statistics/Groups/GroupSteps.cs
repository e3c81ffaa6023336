namespace Vitrina.Engine.Statistics.Groups;

/// <summary>What a person's steps between groups are: counted live, asked for online and learned from alike.</summary>
public static class GroupSteps
{
    private const long VisitGapMs = 30 * 60_000L;

    /// <summary>Whether a touch is a step: it leads into another group than the touch before, or begins a visit, half an hour after it.</summary>
    /// <param name="isSameGroup">Whether the touch before was of the same group.</param>
    /// <param name="beforeMs">When that was, Unix milliseconds.</param>
    /// <param name="atMs">When this one is, Unix milliseconds.</param>
    public static bool Leads(bool isSameGroup, long beforeMs, long atMs) => !isSameGroup || Math.Abs(atMs - beforeMs) > VisitGapMs;
}
