using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vitrina.Experimentation.Schedules;

/// <summary>The stored arms of a switchback: which arm each cluster has in each period.</summary>
/// <remarks>Immutable by convention: nothing writes into the arms after they were drawn. Safe for concurrent reading.</remarks>
public sealed class SwitchbackSchedule
{
    private const int Version = 1;
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter<ScheduleKind>(JsonNamingPolicy.CamelCase) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);

    /// <summary>A schedule from its arms.</summary>
    /// <param name="design">The design it was drawn from.</param>
    /// <param name="seed">The seed of the draw.</param>
    /// <param name="arms">0 = control, 1 = treatment; shape [clusters][periods].</param>
    public SwitchbackSchedule(ScheduleDesign design, ulong seed, byte[][] arms)
    {
        ArgumentNullException.ThrowIfNull(design);
        ArgumentNullException.ThrowIfNull(arms);
        if (arms.Length != design.Clusters.Count || arms.Any(row => row.Length != design.PeriodCount))
        {
            throw new ArgumentException("The arms do not have the shape of the design.", nameof(arms));
        }

        (Design, Seed, Arms) = (design, seed, arms);
        for (var row = 0; row < arms.Length; row++)
        {
            _rows[design.Clusters[row]] = row;
        }
    }

    /// <summary>What it was drawn from.</summary>
    public ScheduleDesign Design { get; }

    /// <summary>The seed of the draw.</summary>
    public ulong Seed { get; }

    /// <summary>0 = control, 1 = treatment; shape [clusters][periods].</summary>
    public IReadOnlyList<byte[]> Arms { get; }

    /// <summary>The arm of a cluster in a period: 0 or 1; null when the schedule does not know the cluster or has no such period.</summary>
    public int? ArmOf(string cluster, long period)
        => _rows.TryGetValue(cluster, out var row) && period >= 0 && period < Design.PeriodCount ? Arms[row][period] : null;

    /// <summary>The schedule as a JSON document: version, seed, design, and a string of 0 and 1 per cluster.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new Document(Version, Seed, Design, [.. Arms.Select(row => string.Concat(row.Select(arm => (char)('0' + arm))))]), s_json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The text is not a schedule; the message says what is wrong.</exception>
    public static SwitchbackSchedule Parse(string json)
    {
        Document document;
        try
        {
            document = JsonSerializer.Deserialize<Document>(json, s_json) ?? throw new InvalidDataException("the schedule is empty");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"the schedule is not a document of this program: {exception.Message}", exception);
        }

        if (document.Version != Version)
        {
            throw new InvalidDataException($"the schedule has version {document.Version}; this program reads version {Version}");
        }

        if (document.Design.FindMistake() is { } mistake)
        {
            throw new InvalidDataException($"the schedule's design: {mistake}");
        }

        if (document.Arms.Count != document.Design.Clusters.Count || document.Arms.Any(row => row.Length != document.Design.PeriodCount || row.Any(arm => arm is not ('0' or '1'))))
        {
            throw new InvalidDataException("the schedule's arms need one string of 0 and 1 per cluster, one sign per period");
        }

        return new SwitchbackSchedule(document.Design, document.Seed, [.. document.Arms.Select(row => row.Select(arm => (byte)(arm - '0')).ToArray())]);
    }

    private sealed record Document(
        [property: JsonRequired] int Version, [property: JsonRequired] ulong Seed, [property: JsonRequired] ScheduleDesign Design, [property: JsonRequired] IReadOnlyList<string> Arms);
}
