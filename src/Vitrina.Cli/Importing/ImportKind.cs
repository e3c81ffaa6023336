namespace Vitrina.Cli.Importing;

/// <summary>What the records of a file are. The order is the order of parsing: items must be known before their events.</summary>
internal enum ImportKind
{
    /// <summary>Items and their changes.</summary>
    Items = 0,

    /// <summary>Sellers.</summary>
    Sellers = 1,

    /// <summary>Users.</summary>
    Users = 2,

    /// <summary>Rows of feature tables.</summary>
    Features = 3,

    /// <summary>Lists that were shown.</summary>
    Rankings = 4,

    /// <summary>Events.</summary>
    Events = 5,
}

/// <summary>How a file writes its records.</summary>
internal enum ImportFormat
{
    /// <summary>Comma-separated values with a header (RFC 4180).</summary>
    Csv,

    /// <summary>Tab-separated values with a header; quotes as in CSV.</summary>
    Tsv,

    /// <summary>One JSON object a line.</summary>
    Jsonl,

    /// <summary>One JSON list of objects; read whole into memory.</summary>
    Json,
}

/// <summary>One file to import: in Vitrina's own form, or with a mapping.</summary>
internal sealed record ImportSource
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>What its records are.</summary>
    public required ImportKind Kind { get; init; }

    /// <summary>How they are written.</summary>
    public required ImportFormat Format { get; init; }

    /// <summary>The vertical of records that do not say their own.</summary>
    public string? Vertical { get; init; }

    /// <summary>The table of feature rows that do not say their own.</summary>
    public string? Table { get; init; }

    /// <summary>How rows become documents; null when the file holds documents.</summary>
    public RowMapping? Mapping { get; init; }
}
