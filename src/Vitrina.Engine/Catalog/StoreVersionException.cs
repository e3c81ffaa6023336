namespace Vitrina.Engine.Catalog;

/// <summary>A store's file was written by a newer release than this one.</summary>
/// <param name="path">The file.</param>
/// <param name="version">The file's schema version.</param>
/// <param name="newestKnown">The newest schema version that this release reads.</param>
public sealed class StoreVersionException(string path, long version, long newestKnown)
    : IOException($"{path} has schema version {version}; this release reads versions up to {newestKnown}. Start the release that wrote it, or a newer one.")
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>The file's schema version.</summary>
    public long Version { get; } = version;

    /// <summary>The newest schema version that this release reads.</summary>
    public long NewestKnown { get; } = newestKnown;
}
