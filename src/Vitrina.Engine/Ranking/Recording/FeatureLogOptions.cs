using System.ComponentModel.DataAnnotations;

namespace Vitrina.Engine.Ranking.Recording;

/// <summary>Bounds of the queue of feature vectors, and how their files are kept.</summary>
public sealed class FeatureLogOptions
{
    /// <summary>
    /// Rankings whose feature vectors may wait. Default 4,096: some seconds of a busy server. Beyond it vectors are dropped and counted; answers
    /// never wait for them.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxQueuedBlocks { get; init; } = 4_096;

    /// <summary>Memory that waiting feature vectors may take, in bytes. Default 256 MB: the same bound where rankings are large.</summary>
    [Range(1024L, 1L << 34)]
    public long MaxQueuedBytes { get; init; } = 256L << 20;

    /// <summary>
    /// Rankings that are compressed together. Default 256: larger parts compress hardly better (64: 67, 256: 66, 1,024: 65 bytes of 120), and
    /// a damaged part loses that many rankings.
    /// </summary>
    [Range(1, 65_536)]
    public int BlocksPerSegmentPart { get; init; } = 256;

    /// <summary>How long a ranking's vectors wait at most for others to be compressed with. Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Size at which a segment file is closed and the next one begins, in bytes; one also begins with every day (UTC). Default 256 MB.
    /// </summary>
    [Range(4096L, 1L << 34)]
    public long SegmentBytes { get; init; } = 256L << 20;

    /// <summary>
    /// Days for which feature vectors are kept; whole files are deleted after that. Default 60: twice the 28 days that models are usually trained on.
    /// </summary>
    [Range(1, 4000)]
    public int RetentionDays { get; init; } = 60;
}
