namespace Vitrina.Engine.Verticals;

/// <summary>Where a declaration stands in its file.</summary>
/// <param name="File">The file's name as it was given to the reader; empty for declarations made in code.</param>
/// <param name="Line">Line, from 1; 0 for declarations made in code.</param>
/// <param name="Column">Column, from 1; 0 for declarations made in code.</param>
public readonly record struct SourcePosition(string File, int Line, int Column)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}:{Column}";
}

/// <summary>A declaration that knows where it was written; the binder sets the position of each object it makes.</summary>
public interface IPositioned
{
    /// <summary>Where the declaration begins.</summary>
    SourcePosition Position { get; init; }
}
