namespace Vitrina.Engine.Verticals;

/// <summary>What a node of a declaration file is.</summary>
public enum DeclarationNodeKind
{
    /// <summary>A single value.</summary>
    Scalar,

    /// <summary>A list.</summary>
    List,

    /// <summary>A map.</summary>
    Map,
}

/// <summary>A value, list or map of a declaration file with its position; immutable once read.</summary>
public sealed class DeclarationNode
{
    private DeclarationNode(DeclarationNodeKind kind, SourcePosition position)
    {
        Kind = kind;
        Position = position;
    }

    /// <summary>What the node is.</summary>
    public DeclarationNodeKind Kind { get; }

    /// <summary>Where the node begins.</summary>
    public SourcePosition Position { get; }

    /// <summary>The text of a scalar; empty for the others.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Whether a scalar was quoted, so that it can only be text.</summary>
    public bool IsQuoted { get; private init; }

    /// <summary>Whether the node is a scalar without a value: nothing, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => Kind == DeclarationNodeKind.Scalar && !IsQuoted && Text is "" or "~" or "null";

    /// <summary>The elements of a list; empty for the others.</summary>
    public IReadOnlyList<DeclarationNode> Elements { get; private init; } = [];

    /// <summary>The entries of a map in the order of the file, keys unique; empty for the others.</summary>
    public IReadOnlyList<DeclarationEntry> Entries { get; private init; } = [];

    /// <summary>A scalar.</summary>
    public static DeclarationNode Scalar(string text, bool isQuoted, SourcePosition position) =>
        new(DeclarationNodeKind.Scalar, position) { Text = text, IsQuoted = isQuoted };

    /// <summary>A list.</summary>
    public static DeclarationNode List(IReadOnlyList<DeclarationNode> elements, SourcePosition position) =>
        new(DeclarationNodeKind.List, position) { Elements = elements };

    /// <summary>A map; the caller sees to it that keys are unique.</summary>
    public static DeclarationNode Map(IReadOnlyList<DeclarationEntry> entries, SourcePosition position) =>
        new(DeclarationNodeKind.Map, position) { Entries = entries };

    /// <summary>The value of a key; null when the node is no map or has no such key.</summary>
    public DeclarationNode? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (entry.Key == key)
            {
                return entry.Value;
            }
        }

        return null;
    }
}

/// <summary>One key of a map and its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="KeyPosition">Where the key stands.</param>
/// <param name="Value">The value.</param>
public sealed record DeclarationEntry(string Key, SourcePosition KeyPosition, DeclarationNode Value);
