using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Importing;

/// <summary>Reads a file row by row; columns are numbered once and then read without looking up names.</summary>
internal abstract class RowReader
{
    /// <summary>The line on which the present row begins, from 1.</summary>
    public long Line { get; protected set; }

    /// <summary>Opens rows.</summary>
    public static RowReader Open(Stream content, ImportFormat format) => format switch
    {
        ImportFormat.Csv => new DelimitedRows(content, (byte)','),
        ImportFormat.Tsv => new DelimitedRows(content, (byte)'\t'),
        ImportFormat.Jsonl => new JsonRows(content, isList: false),
        _ => new JsonRows(content, isList: true),
    };

    /// <summary>The number of a column; −1 when the file has none of that name.</summary>
    public abstract int Find(string column);

    /// <summary>The names of the columns; empty where only the rows know them.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Steps to the next row.</summary>
    /// <param name="error">Set when the row cannot be read; the next call goes on behind it.</param>
    /// <returns>False at the end of the file.</returns>
    public abstract bool Read(out FieldError? error);

    /// <summary>The content of a column in the present row, UTF-8, unescaped; empty when it has none. Valid until the next row.</summary>
    public abstract ReadOnlySpan<byte> this[int column] { get; }
}
