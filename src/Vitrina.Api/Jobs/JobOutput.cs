using System.Text;
using System.Text.Json;

namespace Vitrina.Api.Jobs;

/// <summary>Collects what a job's process writes: progress, result, and the last lines of its log.</summary>
/// <remarks>Safe for concurrent use: output and errors come on two threads.</remarks>
internal sealed class JobOutput
{
    private const int MaxLines = 100;
    private const int LongestLine = 2_000;
    private const int LongestDocument = 4 << 20;
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly StringBuilder _document = new();
    private JsonElement? _result;

    /// <summary>From 0 to 1, or null when the job does not say.</summary>
    public double? Progress { get; private set; }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public void AddError(string? line) => Keep(line);

    public void AddLine(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_document.Length < LongestDocument)
            {
                _document.Append(line).Append('\n');
            }
        }

        if (line is not ['{', .., '}'] || Parse(line) is not { } json)
        {
            Keep(line);
            return;
        }

        if (json.TryGetProperty("progress", out var progress) && progress.ValueKind == JsonValueKind.Number)
        {
            Progress = Math.Clamp(progress.GetDouble(), 0, 1);
        }

        if (json.TryGetProperty("result", out var result))
        {
            _result = result;
        }
    }

    // What a process writes goes to browsers and logs: no control characters, no endless lines.
    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        var text = new string([.. line.Take(LongestLine).Select(letter => char.IsControl(letter) ? ' ' : letter)]);
        lock (_gate)
        {
            _lines.Enqueue(text);
            while (_lines.Count > MaxLines)
            {
                _lines.Dequeue();
            }
        }
    }

    /// <summary>What the job made: the line that says so, else its whole output when that is one document.</summary>
    public JsonElement? Result()
    {
        lock (_gate)
        {
            return _result ?? Parse(_document.ToString().Trim());
        }
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
