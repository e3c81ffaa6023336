namespace Vitrina.Engine.Models.Trees.Importing;

/// <summary>A model file of another tool that is damaged, or that says something which cannot be scored here.</summary>
public sealed class ForeignModelException(string path, string reason, int? line = null)
    : IOException(line is { } number ? $"{path}:{number}: {reason}" : $"{path}: {reason}")
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Line of the mistake, from 1; null where the file has no lines.</summary>
    public int? Line { get; } = line;
}
