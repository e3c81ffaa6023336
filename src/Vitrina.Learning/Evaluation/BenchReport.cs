using System.Text;
using System.Text.Json;

namespace Vitrina.Learning.Evaluation;

/// <summary>One method of a bench, with its figures in the order in which they were given.</summary>
public sealed class BenchRow
{
    /// <summary>Makes a row.</summary>
    /// <param name="method">The method; our own best row is `vitrina`.</param>
    public BenchRow(string method)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(method);
        Method = method;
    }

    /// <summary>The method.</summary>
    public string Method { get; }

    /// <summary>Why the method could not run; null when it ran.</summary>
    public string? Skipped { get; init; }

    /// <summary>Figures by key: lower case, such as `ndcg@10`, `mrr`, `seconds`.</summary>
    public OrderedDictionary<string, BenchValue> Metrics { get; } = new(StringComparer.Ordinal);

    /// <summary>Sets a figure and returns the row, so that figures can be given in a chain.</summary>
    public BenchRow With(string key, BenchValue value)
    {
        Metrics[key] = value;
        return this;
    }
}

/// <summary>What a bench command prints: one JSON document, or a table of the same rows.</summary>
public sealed class BenchReport
{
    /// <summary>The bench area, such as `sessions`.</summary>
    public required string Bench { get; init; }

    /// <summary>The data: a path or a name as the caller gave it.</summary>
    public required string Dataset { get; init; }

    /// <summary>How the data was split and what was measured, in a sentence.</summary>
    public required string Protocol { get; init; }

    /// <summary>The seed of the run.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Where it ran.</summary>
    public BenchMachine Machine { get; init; } = BenchMachine.Current();

    /// <summary>One row per method.</summary>
    public IList<BenchRow> Rows { get; init; } = [];

    /// <summary>The document of the bench contract.</summary>
    /// <param name="isIndented">Whether to break it into lines.</param>
    public string ToJson(bool isIndented = true)
    {
        using MemoryStream stream = new();
        JsonWriterOptions options = new()
        {
            Indented = isIndented,
            NewLine = "\n",
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (Utf8JsonWriter json = new(stream, options))
        {
            json.WriteStartObject();
            json.WriteString("bench", Bench);
            json.WriteString("dataset", Dataset);
            json.WriteString("protocol", Protocol);
            json.WriteNumber("seed", Seed);
            json.WriteStartObject("machine");
            json.WriteNumber("processors", Machine.Processors);
            json.WriteString("os", Machine.OperatingSystem);
            json.WriteString("cpu", Machine.Processor);
            json.WriteString("dotnet", Machine.Runtime);
            json.WriteEndObject();
            json.WriteStartArray("rows");
            foreach (BenchRow row in Rows)
            {
                WriteRow(json, row);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The same rows as an aligned table: a line per method, a column per figure; an interval stands behind its figure.</summary>
    public string ToTable()
    {
        List<string> keys = [];
        foreach (BenchRow row in Rows)
        {
            keys.AddRange(row.Metrics.Keys.Where(key => !keys.Contains(key) && !IsEnd(row, key)));
        }

        List<string[]> lines = [["method", .. keys]];
        foreach (BenchRow row in Rows)
        {
            lines.Add([row.Method, .. keys.Select(key => Cell(row, key))]);
        }

        int[] widths = [.. Enumerable.Range(0, keys.Count + 1).Select(column => lines.Max(line => line[column].Length))];
        StringBuilder text = new();
        for (int i = 0; i < lines.Count; i++)
        {
            IEnumerable<string> cells = lines[i].Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]));
            text.Append(string.Join("  ", cells).TrimEnd());
            if (i > 0 && Rows[i - 1].Skipped is { } why)
            {
                text.Append("  skipped: ").Append(why);
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static void WriteRow(Utf8JsonWriter json, BenchRow row)
    {
        json.WriteStartObject();
        json.WriteString("method", row.Method);
        if (row.Skipped is { } why)
        {
            json.WriteString("skipped", why);
        }

        foreach ((string key, BenchValue value) in row.Metrics)
        {
            json.WritePropertyName(key);
            value.Write(json);
        }

        json.WriteEndObject();
    }

    private static bool IsEnd(BenchRow row, string key)
        => (key.EndsWith("_lo", StringComparison.Ordinal) || key.EndsWith("_hi", StringComparison.Ordinal)) && row.Metrics.ContainsKey(key[..^3]);

    private static string Cell(BenchRow row, string key)
    {
        if (!row.Metrics.TryGetValue(key, out BenchValue? value))
        {
            return "";
        }

        return row.Metrics.TryGetValue(key + "_lo", out BenchValue? low) && row.Metrics.TryGetValue(key + "_hi", out BenchValue? high)
            ? $"{value} [{low}, {high}]"
            : value.ToString()!;
    }
}
