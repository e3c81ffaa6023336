using System.Globalization;
using System.Text.Json;

namespace Vitrina.Engine.Experiments;

/// <summary>A switchback's schedule as it was drawn: which arm each cluster has in each period. Frozen with the start.</summary>
/// <remarks>
/// The bounds of the periods are stored as instants, so that a change of the time zone's rules after the start moves nothing. As JSON:
/// <c>{"calendars": [[start, …, end]], "clusters": {"moscow": [calendar, "0110…"]}}</c>, Unix milliseconds, an arm a digit.
/// </remarks>
public sealed class StoredSchedule
{
    private readonly long[][] _calendars;
    private readonly Dictionary<string, Row> _rows;

    /// <summary>One cluster's row.</summary>
    /// <param name="Calendar">Which calendar it keeps.</param>
    /// <param name="Arms">The arm of each period.</param>
    private readonly record struct Row(int Calendar, byte[] Arms);

    private StoredSchedule(long[][] calendars, Dictionary<string, Row> rows) => (_calendars, _rows) = (calendars, rows);

    /// <summary>Makes a schedule.</summary>
    /// <param name="calendars">Bounds of the periods, Unix milliseconds: one more than periods, ascending.</param>
    /// <param name="clusters">The calendar and the arms of each cluster.</param>
    public static StoredSchedule Of(IReadOnlyList<long[]> calendars, IEnumerable<(string Cluster, int Calendar, byte[] Arms)> clusters)
    {
        var rows = clusters.ToDictionary(row => row.Cluster, row => new Row(row.Calendar, row.Arms), StringComparer.Ordinal);
        foreach (var (cluster, row) in rows)
        {
            if (row.Calendar >= calendars.Count || calendars[row.Calendar].Length != row.Arms.Length + 1)
            {
                throw new ArgumentException($"The periods of cluster '{cluster}' have no bounds.", nameof(clusters));
            }
        }

        return new StoredSchedule([.. calendars], rows);
    }

    /// <summary>The clusters, sorted.</summary>
    public IReadOnlyList<string> Clusters => field ??= [.. _rows.Keys.Order(StringComparer.Ordinal)];

    /// <summary>How many periods there are.</summary>
    public int PeriodCount => _calendars[0].Length - 1;

    /// <summary>The first instant of any cluster's first period, Unix milliseconds.</summary>
    public long FromMs => _calendars.Min(calendar => calendar[0]);

    /// <summary>The end of the last period of any cluster, Unix milliseconds.</summary>
    public long ToMs => _calendars.Max(calendar => calendar[^1]);

    /// <summary>True when a cluster is scheduled.</summary>
    public bool Knows(string cluster) => _rows.ContainsKey(cluster);

    /// <summary>The arm of a cluster in a period.</summary>
    public int ArmOf(string cluster, int period) => _rows[cluster].Arms[period];

    /// <summary>Where a cluster's period begins and ends, Unix milliseconds.</summary>
    public (long FromMs, long ToMs) BoundsOf(string cluster, int period)
    {
        var calendar = _calendars[_rows[cluster].Calendar];
        return (calendar[period], calendar[period + 1]);
    }

    /// <summary>The period of an instant for a cluster; -1 before the first, after the last, or when the cluster is not scheduled.</summary>
    /// <remarks>Cost: a binary search; allocates nothing.</remarks>
    public int PeriodAt(string cluster, long atMs)
    {
        if (!_rows.TryGetValue(cluster, out var row))
        {
            return -1;
        }

        var bounds = _calendars[row.Calendar];
        var found = Array.BinarySearch(bounds, atMs);
        var period = found >= 0 ? found : ~found - 1;
        return period < row.Arms.Length ? period : -1;
    }

    /// <summary>True when an instant of a period is so near to a change of arms that it is left out.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="period">The period of the instant.</param>
    /// <param name="atMs">The instant, Unix milliseconds.</param>
    /// <param name="burnInMs">What is left out after a change; it may be longer than a period.</param>
    /// <param name="burnOutMs">What is left out before a change.</param>
    public bool IsBurned(string cluster, int period, long atMs, long burnInMs, long burnOutMs)
    {
        var (row, bounds) = (_rows[cluster], _calendars[_rows[cluster].Calendar]);
        var first = period;
        while (first > 0 && row.Arms[first - 1] == row.Arms[period])
        {
            first--;
        }

        if (atMs - bounds[first] < burnInMs)
        {
            return true;
        }

        var last = period;
        while (last + 1 < row.Arms.Length && row.Arms[last + 1] == row.Arms[period])
        {
            last++;
        }

        return bounds[last + 1] - atMs <= burnOutMs;
    }

    /// <summary>The schedule as JSON.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteStartArray("calendars");
        foreach (var calendar in _calendars)
        {
            json.WriteStartArray();
            foreach (var bound in calendar)
            {
                json.WriteNumberValue(bound);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartObject("clusters");
        foreach (var cluster in Clusters)
        {
            json.WriteStartArray(cluster);
            json.WriteNumberValue(_rows[cluster].Calendar);
            json.WriteStringValue(string.Create(_rows[cluster].Arms.Length, _rows[cluster].Arms, (digits, arms) =>
            {
                for (var period = 0; period < arms.Length; period++)
                {
                    digits[period] = (char)('0' + arms[period]);
                }
            }));
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is not a schedule.</exception>
    public static StoredSchedule Read(JsonElement json)
    {
        try
        {
            long[][] calendars = [.. json.GetProperty("calendars").EnumerateArray().Select(calendar => calendar.EnumerateArray().Select(bound => bound.GetInt64()).ToArray())];
            return Of(calendars, json.GetProperty("clusters").EnumerateObject().Select(cluster =>
                (cluster.Name, cluster.Value[0].GetInt32(), cluster.Value[1].GetString()!.Select(digit => (byte)(digit - '0')).ToArray())));
        }
        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException or ArgumentException or IndexOutOfRangeException)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"not a schedule: {exception.Message}"), exception);
        }
    }
}
