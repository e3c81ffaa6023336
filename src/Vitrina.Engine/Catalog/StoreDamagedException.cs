namespace Vitrina.Engine.Catalog;

/// <summary>A store's file does not hold what was written. Nothing in it was changed.</summary>
/// <param name="path">The damaged file.</param>
/// <param name="reason">What is wrong with it.</param>
/// <param name="inner">What the database said, if it was the one to notice.</param>
public sealed class StoreDamagedException(string path, string reason, Exception? inner = null)
    : IOException($"{path} is damaged: {reason}. Restore it from a backup, or move it away to have it rebuilt where that is possible.", inner)
{
    /// <summary>The damaged file.</summary>
    public string Path { get; } = path;

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; } = reason;
}
