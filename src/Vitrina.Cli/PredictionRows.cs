using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Vitrina.Cli.Importing;

namespace Vitrina.Cli;

/// <summary>Rows of numbers for a model: tab-separated text with a header, plain or gzip. Empty, na, nan and null are missing.</summary>
/// <remarks>
/// Columns are found by the model's names. Where the file knows none of them, or the model's names are only numbers (f0, Column_0), they are
/// taken by place; then one more column in front is a label and skipped.
/// </remarks>
internal sealed partial class PredictionRows : IDisposable
{
    private readonly string _path;
    private readonly InputFile _file;
    private readonly DelimitedRows _rows;
    private readonly int[] _columns;

    /// <summary>Opens a file for a model's inputs; an input with a fixed value needs no column.</summary>
    /// <exception cref="UsageException">The columns do not fit the model.</exception>
    public PredictionRows(string path, IReadOnlyList<(string Name, bool IsNeeded)> inputs)
    {
        _path = path;
        _file = InputFile.Open(path);
        try
        {
            _rows = new DelimitedRows(_file.Content, (byte)'\t');
            _columns = ColumnsOf(inputs);
        }
        catch (InvalidDataException error)
        {
            _file.Dispose();
            throw new IOException($"{path}: {error.Message}");
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next row; false at the end.</summary>
    /// <param name="values">Receives values by input; NaN marks a missing value.</param>
    /// <exception cref="IOException">The row is not one of numbers; names line and column.</exception>
    public bool Read(Span<double> values)
    {
        try
        {
            if (!_rows.Read(out var error))
            {
                return false;
            }

            if (error is { } wrong)
            {
                throw new IOException($"{_path}:{_rows.Line}: {wrong.Message}");
            }
        }
        catch (InvalidDataException error)
        {
            throw new IOException($"{_path}:{_rows.Line}: {error.Message}");
        }

        for (var input = 0; input < _columns.Length; input++)
        {
            values[input] = _columns[input] < 0 ? double.NaN : Parse(_rows[_columns[input]], _columns[input]);
        }

        return true;
    }

    public void Dispose() => _file.Dispose();

    private int[] ColumnsOf(IReadOnlyList<(string Name, bool IsNeeded)> inputs)
    {
        var byName = inputs.Select(input => _rows.Find(input.Name)).ToArray();
        var missing = inputs.Where((input, i) => input.IsNeeded && byName[i] < 0).Select(input => input.Name).ToList();
        if (missing.Count == 0)
        {
            return byName;
        }

        var extra = _rows.Columns.Count - inputs.Count;
        var hasNoNames = byName.All(column => column < 0) || inputs.All(input => NumberedName().IsMatch(input.Name));
        return hasNoNames && extra is 0 or 1
            ? [.. Enumerable.Range(extra, inputs.Count)]
            : throw new UsageException($"{_path}: there is no column for {string.Join(", ", missing.Take(10))}{(missing.Count > 10 ? ", …" : "")}; "
                + $"the file has {_rows.Columns.Count} columns, the model {inputs.Count} features");
    }

    private double Parse(ReadOnlySpan<byte> text, int column)
    {
        text = text.Trim((byte)' ');
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        var word = Encoding.UTF8.GetString(text);
        return word.ToLowerInvariant() switch
        {
            "" or "na" or "nan" or "-nan" or "null" => double.NaN,
            "inf" or "+inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => throw new IOException($"{_path}:{_rows.Line}: column '{_rows.Columns[column]}' holds '{word}', not a number; a missing value is empty, na or nan"),
        };
    }

    [GeneratedRegex(@"^(f|Column_)\d+$")]
    private static partial Regex NumberedName();
}
