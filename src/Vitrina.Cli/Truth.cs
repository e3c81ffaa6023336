using System.Text.Json;
using Vitrina.Engine.Events;

namespace Vitrina.Cli;

/// <summary>The planted relevance of a simulated world's randomised rankings: for evaluation only, never imported.</summary>
internal sealed class Truth
{
    private readonly Dictionary<string, float[]> _relevance = new(StringComparer.Ordinal);

    /// <summary>Reads the simulator's truth.jsonl.</summary>
    public static Truth Read(string path)
    {
        var truth = new Truth();
        foreach (var line in File.ReadLines(path))
        {
            using var document = JsonDocument.Parse(line);
            var id = document.RootElement.GetProperty("rankingId").GetString()!;
            truth._relevance[id] = [.. document.RootElement.GetProperty("relevance").EnumerateArray().Select(value => value.GetSingle())];
        }

        return truth;
    }

    /// <summary>The relevance of a ranking's shown items, or null where it is not known.</summary>
    public float[]? Of(RankingRecord ranking) => _relevance.GetValueOrDefault(ranking.Id);
}

/// <summary>How long the steps of a command took.</summary>
internal sealed class StepWatch
{
    private readonly OrderedDictionary<string, double> _seconds = [];
    private long _since = TimeProvider.System.GetTimestamp();

    /// <summary>Seconds by step.</summary>
    public IReadOnlyDictionary<string, double> Seconds => _seconds;

    /// <summary>Ends a step.</summary>
    /// <returns>Its seconds.</returns>
    public double Step(string name)
    {
        var seconds = TimeProvider.System.GetElapsedTime(_since).TotalSeconds;
        _seconds[name] = Math.Round(seconds, 3);
        _since = TimeProvider.System.GetTimestamp();
        return seconds;
    }
}
