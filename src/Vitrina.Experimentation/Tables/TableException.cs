namespace Vitrina.Experimentation.Tables;

/// <summary>A file that cannot be read as the table it should be: says file, line and field.</summary>
public sealed class TableException : IOException
{
    /// <summary>A mistake in a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="line">The line, from 1; 0 for the file as a whole.</param>
    /// <param name="field">The column; empty for the whole line.</param>
    /// <param name="what">What is wrong, and what would be right.</param>
    public TableException(string file, long line, string field, string what)
        : base($"{file}{(line > 0 ? $", line {line}" : "")}{(field.Length > 0 ? $", field '{field}'" : "")}: {what}") => (Line, Field) = (line, field);

    /// <summary>The line, from 1; 0 for the file as a whole.</summary>
    public long Line { get; }

    /// <summary>The column; empty for the whole line.</summary>
    public string Field { get; }
}
