namespace Vitrina.Kernels.Files;

/// <summary>A file whose content cannot be what was written, or that this version cannot read.</summary>
public sealed class DamagedFileException(string path, string reason) : IOException($"{path}: {reason}")
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>"cut short", "checksum mismatch", "not a … file" or "newer version".</summary>
    public string Reason { get; } = reason;
}
