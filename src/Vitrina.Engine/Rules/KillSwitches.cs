using System.Collections.Concurrent;

namespace Vitrina.Engine.Rules;

/// <summary>Surfaces that serve the baseline (no model, no rules, no promotion) until switched back: by API or by a file.</summary>
/// <remarks>Safe for concurrent use; a switch holds for every request that begins after it.</remarks>
public sealed class KillSwitches
{
    /// <summary>The file in the data directory that switches surfaces by hand: one <c>vertical/surface</c> per line.</summary>
    public const string FileName = "kill-switch";

    private readonly ConcurrentDictionary<string, bool> _switched = new(StringComparer.Ordinal);
    private volatile HashSet<string> _byFile = [];

    /// <summary>The switched surfaces as <c>vertical/surface</c>.</summary>
    public IEnumerable<string> Switched => _switched.Where(pair => pair.Value).Select(pair => pair.Key).Union(_byFile).Order(StringComparer.Ordinal);

    /// <summary>The name of a surface in journal entries and in the file.</summary>
    public static string SubjectOf(string vertical, string surface) => $"{vertical}/{surface}";

    /// <summary>True when a surface serves the baseline.</summary>
    public bool IsSwitched(string subject) => _switched.GetValueOrDefault(subject) || _byFile.Contains(subject) || _byFile.Contains("*");

    /// <summary>Switches a surface.</summary>
    public void Set(string subject, bool isSwitched) => _switched[subject] = isSwitched;

    /// <summary>Takes over the lines of the file; no file = nothing switched by file.</summary>
    /// <param name="path">The file.</param>
    public void ReadFile(string path)
    {
        try
        {
            _byFile = File.Exists(path)
                ? [.. File.ReadAllLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')]
                : [];
        }
        catch (IOException)
        {
            // The file is being written: the next look takes it.
        }
    }
}
