using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Importing;

/// <summary>A mapping file: which files to import, and how their columns become documents.</summary>
internal sealed record ImportMapping : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    [Description("Vertical of items and rankings whose rows do not say it.")]
    public string? Vertical { get; init; }

    [Description("The files, each with what its rows are; a file may stand several times.")]
    public required IReadOnlyList<FileDeclaration> Files { get; init; }
}

/// <summary>One reading of one file (or of all files that a pattern fits).</summary>
internal sealed record FileDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    [Description("The file, or a pattern with * and ?, relative to the imported folder.")]
    public required string Path { get; init; }

    [Description("What the rows are.")]
    public required ImportKind Kind { get; init; }

    [Description("How the file is written; absent: by its name.")]
    public ImportFormat? Format { get; init; }

    [Description("Features: the table that the rows belong to.")]
    public string? Table { get; init; }

    [Description("Which rows count: column: notEmpty, a value, or a list of values.")]
    public IReadOnlyDictionary<string, DeclarationNode> Where { get; init; } = ReadOnlyDictionary<string, DeclarationNode>.Empty;

    [Description("The first row of each combination of these columns counts, the others are left out.")]
    [OneOrMany]
    public IReadOnlyList<string> Dedupe { get; init; } = [];

    [Description("Makes one record per element of a column that holds a list.")]
    public ExplodeDeclaration? Explode { get; init; }

    [Description("Fields of the document: a column's name, or a map that says where the value comes from.")]
    public required IReadOnlyDictionary<string, DeclarationNode> Columns { get; init; }
}

/// <summary>One record per element of a list in a row.</summary>
internal sealed record ExplodeDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    [Description("The column that holds the list; in other columns' places its name means the element.")]
    public required string Column { get; init; }

    [Description("Columns that hold lists of the same length, read in step.")]
    [OneOrMany]
    public IReadOnlyList<string> With { get; init; } = [];

    [Description("What stands between elements.")]
    public string Split { get; init; } = "|";
}

/// <summary>How a column's text becomes a value.</summary>
internal enum ValueParser
{
    /// <summary>As the field wants it: a text, a number, true or false, a time.</summary>
    Automatic,

    /// <summary>Unix seconds to a time.</summary>
    UnixSeconds,

    /// <summary>Unix milliseconds to a time.</summary>
    UnixMillis,

    /// <summary>A time in the given format, UTC.</summary>
    DateTime,

    /// <summary>JSON, taken as it is.</summary>
    Json,

    /// <summary>Text in lower case.</summary>
    Lower,

    /// <summary>Russian words about delivery to days.</summary>
    RuDelivery,
}

/// <summary>Where the value of a field comes from; exactly one of column, constant, hash, join, point and positionOf is given.</summary>
internal sealed record ValueDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    [Description("The column that holds the value.")]
    public string? Column { get; init; }

    [Description("A value for all rows.")]
    public DeclarationNode? Constant { get; init; }

    [Description("Columns whose contents together give a reproducible id.")]
    [OneOrMany]
    public IReadOnlyList<string>? Hash { get; init; }

    [Description("Columns whose contents are put side by side; empty ones are left out.")]
    [OneOrMany]
    public IReadOnlyList<string>? Join { get; init; }

    [Description("Two columns: latitude and longitude.")]
    public IReadOnlyList<string>? Point { get; init; }

    [Description("The column whose value is looked up in the list of the column 'in': its place from 1.")]
    public string? PositionOf { get; init; }

    [Description("positionOf: the column that holds the list.")]
    public string? In { get; init; }

    [Description("The column that is taken where the first one is empty.")]
    public string? Otherwise { get; init; }

    [Description("How the text becomes a value.")]
    public ValueParser Parse { get; init; }

    [Description("dateTime: the format, as .NET writes it, for example \"yyyy-MM-dd HH:mm:ss 'UTC'\".")]
    public string? Format { get; init; }

    [Description("Replacements of whole values; values that are not named stay as they are.")]
    public IReadOnlyDictionary<string, string>? Map { get; init; }

    [Description("Makes a list: what stands between its elements. In positionOf: between the elements of the list.")]
    public string? Split { get; init; }

    [Description("join: what stands between the parts.")]
    public string With { get; init; } = " ";

    [Description("Numbers are multiplied by this: 0.01 turns cents into whole units.")]
    public double? Scale { get; init; }

    [Description("ruDelivery: the day that the words were read on.")]
    public BaseDateDeclaration? BaseDate { get; init; }
}

/// <summary>The day that words such as "tomorrow" or "24 May" are relative to.</summary>
internal sealed record BaseDateDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    [Description("A fixed day, such as 2022-05-04.")]
    [RegularExpression("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    public string? Date { get; init; }

    [Description("The column whose earliest date in the file is taken; needs one more reading of the file.")]
    public string? EarliestOf { get; init; }

    [Description("The earliest date is taken for each combination of these columns.")]
    [OneOrMany]
    public IReadOnlyList<string> Per { get; init; } = [];

    [Description("How long before the earliest date the words were read.")]
    public TimeSpan Minus { get; init; }

    [Description("The year of dates that do not say it.")]
    [Range(1970, 2200)]
    public int? Year { get; init; }
}
