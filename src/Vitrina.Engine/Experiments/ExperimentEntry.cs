using System.Globalization;
using System.Text;
using System.Text.Json;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;

namespace Vitrina.Engine.Experiments;

/// <summary>The journal's entries about experiments: control entries whose value is JSON.</summary>
public static class ExperimentEntry
{
    /// <summary>A design was put.</summary>
    public static PendingEntry Designed(ExperimentDocument document, string author)
    {
        ArgumentNullException.ThrowIfNull(document);
        return Of(EntryKind.ExperimentDesigned, document.Declaration.Name, document.Json, author);
    }

    /// <summary>An experiment starts, a switchback with its schedule.</summary>
    public static PendingEntry Started(string name, StoredSchedule? schedule, string author) => Of(EntryKind.ExperimentSwitched, name, Json(json =>
    {
        json.WriteString("action", "start");
        if (schedule is not null)
        {
            json.WritePropertyName("schedule");
            schedule.Write(json);
        }
    }), author);

    /// <summary>An experiment stops.</summary>
    public static PendingEntry Stopped(string name, string? reason, string author) => Of(EntryKind.ExperimentSwitched, name, Json(json =>
    {
        json.WriteString("action", "stop");
        json.WriteString("reason", reason ?? "");
    }), author);

    /// <summary>A finished test's estimate, or what came true of it.</summary>
    public static PendingEntry Concluded(string name, Conclusion conclusion, string author)
    {
        ArgumentNullException.ThrowIfNull(conclusion);
        return Of(EntryKind.ExperimentConcluded, name, Json(json =>
        {
            json.WriteString("metric", conclusion.Metric);
            Number(json, "estimate", conclusion.Estimate);
            Number(json, "low", conclusion.Low);
            Number(json, "high", conclusion.High);
            Number(json, "realised", conclusion.Realised);
        }), author);
    }

    internal static Conclusion ReadConclusion(JsonElement json) => new(
        json.GetProperty("metric").GetString()!, Number(json, "estimate"), Number(json, "low"), Number(json, "high"), Number(json, "realised"));

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
    }

    private static double Number(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetDouble() : double.NaN;

    private static PendingEntry Of(EntryKind kind, string name, string value, string author) => new(kind, new ControlEntry(name, value, author).ToBytes());

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}

/// <summary>All experiments of an installation, as the journal's entries make them.</summary>
/// <remarks>One writer. An entry that does not fit the state (a start of what runs) changes nothing: what is refused is refused before it is journalled.</remarks>
public sealed class ExperimentLedger
{
    private readonly Dictionary<string, Experiment> _experiments = new(StringComparer.Ordinal);
    private readonly List<(EntryKind Kind, long AtMs, byte[] Payload)> _entries = [];

    /// <summary>All experiments, by name.</summary>
    public IReadOnlyList<Experiment> All { get; private set; } = [];

    /// <summary>Applies an entry.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="payload">A control entry.</param>
    /// <param name="atMs">When it was journalled, Unix milliseconds.</param>
    public void Apply(EntryKind kind, ReadOnlySpan<byte> payload, long atMs)
    {
        var entry = ControlEntry.Read(payload);
        var known = _experiments.GetValueOrDefault(entry.Subject);
        var next = kind switch
        {
            EntryKind.ExperimentDesigned => Design(known, entry, atMs),
            EntryKind.ExperimentSwitched when known is not null => Switch(known, entry, atMs),
            EntryKind.ExperimentConcluded when known is not null => Conclude(known, entry, atMs),
            _ => null,
        };
        if (next is null)
        {
            return;
        }

        _entries.Add((kind, atMs, payload.ToArray()));
        _experiments[entry.Subject] = next;
        All = [.. _experiments.Values.OrderBy(experiment => experiment.Name, StringComparer.Ordinal)];
    }

    private static Experiment? Design(Experiment? known, ControlEntry entry, long atMs)
    {
        using var json = JsonDocument.Parse(entry.Value);
        var errors = new Verticals.ErrorList();
        if (ExperimentDocument.Read(json.RootElement, errors) is not { } document || known is { Status: ExperimentStatus.Stopped })
        {
            return null;
        }

        var version = (known?.Version ?? 0) + 1;
        var change = new ExperimentChange(atMs, entry.Author, known is { Status: ExperimentStatus.Running } ? "ramp" : "design", version, known is null ? [] : ExperimentDocument.Changes(known.Document, document));
        return known is null
            ? new Experiment { Document = document, Version = version, Audit = [change] }
            : known with { Document = document, Version = version, Audit = [.. known.Audit, change] };
    }

    private static Experiment? Switch(Experiment known, ControlEntry entry, long atMs)
    {
        using var json = JsonDocument.Parse(entry.Value);
        var action = json.RootElement.GetProperty("action").GetString()!;
        var audited = known with { Audit = [.. known.Audit, new ExperimentChange(atMs, entry.Author, action, known.Version, ReasonOf(json.RootElement))] };
        return (action, known.Status) switch
        {
            ("start", ExperimentStatus.Designed) => audited with
            {
                Status = ExperimentStatus.Running,
                StartedAtMs = atMs,
                Schedule = json.RootElement.TryGetProperty("schedule", out var schedule) ? StoredSchedule.Read(schedule) : null,
            },
            ("stop", not ExperimentStatus.Stopped) => audited with { Status = ExperimentStatus.Stopped, StoppedAtMs = atMs },
            _ => null,
        };
    }

    private static string[] ReasonOf(JsonElement json) =>
        json.TryGetProperty("reason", out var reason) && reason.GetString() is { Length: > 0 } text ? [$"reason: {text}"] : [];

    private static Experiment Conclude(Experiment known, ControlEntry entry, long atMs)
    {
        using var json = JsonDocument.Parse(entry.Value);
        var conclusion = ExperimentEntry.ReadConclusion(json.RootElement);
        var before = known.Conclusions.FirstOrDefault(other => other.Metric == conclusion.Metric);
        var merged = before is null ? conclusion : new Conclusion(
            conclusion.Metric,
            Later(before.Estimate, conclusion.Estimate),
            Later(before.Low, conclusion.Low),
            Later(before.High, conclusion.High),
            Later(before.Realised, conclusion.Realised));
        var line = string.Create(CultureInfo.InvariantCulture, $"{merged.Metric}: estimate {merged.Estimate}, realised {merged.Realised}");
        return known with
        {
            Conclusions = [.. known.Conclusions.Where(other => other != before), merged],
            Audit = [.. known.Audit, new ExperimentChange(atMs, entry.Author, "conclude", known.Version, [line])],
        };
    }

    private static double Later(double before, double after) => double.IsNaN(after) ? before : after;

    /// <summary>Writes the entries that made the state: they are few, and reading them again is the state.</summary>
    public void Save(Kernels.Codecs.ByteWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteByte(1);
        writer.WriteVarUInt((ulong)_entries.Count);
        foreach (var (kind, atMs, payload) in _entries)
        {
            writer.WriteByte((byte)kind);
            writer.WriteVarInt(atMs);
            writer.WriteBlob(payload);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(ref Kernels.Codecs.ByteReader reader)
    {
        if (reader.ReadByte() != 1)
        {
            throw new Kernels.Codecs.CodecException("experiments of a newer version", 0);
        }

        for (var left = reader.ReadCount(3); left > 0; left--)
        {
            var (kind, atMs) = ((EntryKind)reader.ReadByte(), reader.ReadVarInt());
            Apply(kind, reader.ReadBlob(), atMs);
        }
    }
}
