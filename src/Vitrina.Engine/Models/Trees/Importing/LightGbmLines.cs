using System.Globalization;

namespace Vitrina.Engine.Models.Trees.Importing;

/// <summary>The lines of a LightGBM text model, section by section: a title, then <c>key=value</c> until the next title.</summary>
internal sealed class LightGbmLines(string path, TextReader reader)
{
    private string? _title;
    private int _titleLine;
    private int _line;

    /// <summary>The next section; null at the end.</summary>
    public LightGbmSection? ReadSection()
    {
        string? title = _title ?? ReadLine();
        int line = _title is null ? _line : _titleLine;
        _title = null;
        if (title is null)
        {
            return null;
        }

        Dictionary<string, (string Value, int Line)> values = new(StringComparer.Ordinal);
        while (title != "end of trees" && ReadLine() is { } next)
        {
            if (next == "end of trees" || next.StartsWith("Tree=", StringComparison.Ordinal))
            {
                (_title, _titleLine) = (next, _line);
                break;
            }

            int equals = next.IndexOf('=', StringComparison.Ordinal);
            (string key, string value) = equals < 0 ? (next, "") : (next[..equals], next[(equals + 1)..]);
            values[key] = (value, _line);
        }

        return new LightGbmSection(path, title, line, values);
    }

    /// <summary>A mistake at the line read last.</summary>
    public ForeignModelException Mistake(string reason) => new(path, reason, Math.Max(_line, 1));

    // Blank lines separate sections for people only.
    private string? ReadLine()
    {
        string? line;
        do
        {
            line = reader.ReadLine();
            _line++;
        }
        while (line is not null && string.IsNullOrWhiteSpace(line));

        return line?.Trim();
    }
}

/// <summary>One section of a LightGBM text model.</summary>
internal sealed class LightGbmSection(string path, string title, int line, Dictionary<string, (string Value, int Line)> values)
{
    public string Title { get; } = title;

    public bool Has(string key) => values.ContainsKey(key);

    /// <summary>A mistake at a key's line, or at the section's.</summary>
    public ForeignModelException Mistake(string reason, string? key = null) =>
        new(path, reason, key is not null && values.TryGetValue(key, out (string Value, int Line) found) ? found.Line : line);

    public string? Text(string key) => values.TryGetValue(key, out (string Value, int Line) found) ? found.Value : null;

    public int Integer(string key, int otherwise) => Text(key) is not { } text ? otherwise
        : int.TryParse(text, CultureInfo.InvariantCulture, out int value) ? value
        : throw Mistake($"'{key}' is '{text}', not a whole number", key);

    public int[] Integers(string key, int count) => Parse<int>(key, count, static (string word, out int value) => int.TryParse(word, CultureInfo.InvariantCulture, out value));

    public double[] Doubles(string key, int? count) => Parse<double>(key, count, TryParse);

    private T[] Parse<T>(string key, int? count, TryParser<T> parser)
    {
        string text = Text(key) ?? (count == 0 ? "" : throw Mistake($"{Title} has no '{key}'"));
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (count is { } expected && words.Length != expected)
        {
            throw Mistake($"'{key}' has {words.Length} values, {expected} are due", key);
        }

        return Array.ConvertAll(words, word => parser(word, out T value) ? value : throw Mistake($"'{key}' holds '{word}', not a number", key));
    }

    // C++ prints infinities by their own names.
    private static bool TryParse(string word, out double value)
    {
        (bool isNamed, value) = word switch
        {
            "inf" => (true, double.PositiveInfinity),
            "-inf" => (true, double.NegativeInfinity),
            _ => (false, 0),
        };
        return isNamed || double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private delegate bool TryParser<T>(string word, out T value);
}
