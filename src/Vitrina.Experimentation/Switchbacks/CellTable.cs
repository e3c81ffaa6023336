using System.Globalization;
using System.Text;
using Vitrina.Experimentation.Schedules;
using Vitrina.Experimentation.Tables;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>The rows of a switchback file: one per cluster, period and arm, or finer with a start.</summary>
public sealed class CellTable
{
    private CellTable(CsvSource source, string[] columns) => (Source, Columns) = (source, columns);

    /// <summary>The file, for messages.</summary>
    public CsvSource Source { get; }

    /// <summary>The numeric columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Names of clusters, in the order in which they were met.</summary>
    public NameTable Clusters { get; } = new();

    /// <summary>Names of arms, in the order in which they were met.</summary>
    public NameTable Arms { get; } = new();

    /// <summary>Periods as they were written, in time order; a row's period is its number here.</summary>
    public IReadOnlyList<string> Periods { get; private set; } = [];

    /// <summary>The period number (integer periods) or rank of each of <see cref="Periods"/>.</summary>
    public IReadOnlyList<int> PeriodNumbers { get; private set; } = [];

    /// <summary>All rows, by cluster, period, start.</summary>
    public IReadOnlyList<CellRow> Rows { get; private set; } = [];

    /// <summary>Whether rows carry a start.</summary>
    public bool HasStart { get; private set; }

    /// <summary>Hours from the beginning of a period to that of the next one, the median over clusters; NaN without starts or with one period.</summary>
    public double PeriodHours
    {
        get
        {
            double[] gaps = !HasStart ? [] : [.. Rows.GroupBy(row => row.Cluster).SelectMany(cluster =>
            {
                double[] starts = [.. cluster.GroupBy(row => row.Period).Select(period => period.Min(row => row.Start)).Order()];
                return starts.Zip(starts.Skip(1), (earlier, later) => later - earlier);
            }).Order()];
            return gaps.Length == 0 ? double.NaN : gaps[gaps.Length / 2];
        }
    }

    /// <summary>Reads a file with columns cluster, period, arm, sums, and optionally start (hours or a time) and washout (1 = leave out).</summary>
    /// <exception cref="TableException">The file is not what it should be; says line and field.</exception>
    public static CellTable Read(string path, IReadOnlyList<string> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var source = CsvSource.Open(path);
        string[] columns = wanted.Count > 0 ? [.. wanted.Distinct(StringComparer.Ordinal)] : [.. source.Columns.Where(column => column is not ("cluster" or "period" or "arm" or "start" or "washout") && source.LooksNumeric(column))];
        var table = new CellTable(source, columns) { HasStart = source.Find("start") >= 0 };
        int cluster = source.Require("cluster"), period = source.Require("period"), arm = source.Require("arm"), start = source.Find("start"), washout = source.Find("washout");
        int[] numbers = [.. columns.Select(source.Require)];
        var rows = new List<CellRow>();
        var periods = new NameTable();
        source.Read(() => (row, _) =>
        {
            foreach (var column in (ReadOnlySpan<int>)[cluster, period, arm])
            {
                if (row[column].IsEmpty)
                {
                    throw row.Mistake(column, "it is empty");
                }
            }

            var values = new double[numbers.Length];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = row.NumberOrMissing(numbers[i]);
            }

            rows.Add(new CellRow(
                row.Line, table.Clusters.NumberOf(row[cluster]), periods.NumberOf(row[period]), table.Arms.NumberOf(row[arm]), start < 0 ? double.NaN : Hours(row, start),
                washout >= 0 && row.NumberOrMissing(washout) is > 0, values));
        }, threads: 1);
        table.Order(rows, periods);
        return table;
    }

    private void Order(List<CellRow> rows, NameTable periods)
    {
        var areNumbers = periods.Names.All(name => long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));
        string[] ordered = areNumbers ? [.. periods.Names.OrderBy(name => long.Parse(name, CultureInfo.InvariantCulture))] : [.. periods.Names.Order(StringComparer.Ordinal)];
        var rank = ordered.Select((name, at) => (periods.Find(name), at)).ToDictionary(pair => pair.Item1, pair => pair.at);
        Periods = ordered;
        // Integer periods keep their gaps, unless they are far apart (timestamps): then ranks are meant.
        long[] values = areNumbers ? [.. ordered.Select(name => long.Parse(name, CultureInfo.InvariantCulture))] : [];
        var isDense = areNumbers && values.Length > 0 && values[0] >= 0 && values[^1] < 10L * values.Length + 1000;
        PeriodNumbers = [.. ordered.Select((_, at) => isDense ? (int)values[at] : at)];
        Rows = [.. rows.Select(row => row with { Period = rank[row.Period] }).OrderBy(row => row.Cluster).ThenBy(row => row.Period).ThenBy(row => row.Start).ThenBy(row => row.Line)];
    }

    private static double Hours(CsvRow row, int column)
    {
        var text = row.Text(column);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var hours) ? hours
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.UtcTicks / (double)TimeSpan.TicksPerHour
            : throw row.Mistake(column, $"'{text}' is neither hours nor a time such as 2026-01-31T12:00:00Z");
    }

    /// <summary>Reads a stored schedule: this program's JSON, or CSV with cluster, period, arm.</summary>
    /// <returns>The arm by cluster and period as written; the design when the file has one.</returns>
    /// <exception cref="TableException">The file is neither.</exception>
    public static (Func<string, string, string?> ArmOf, SwitchbackSchedule? Schedule) ReadSchedule(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                var schedule = SwitchbackSchedule.Parse(File.ReadAllText(path, Encoding.UTF8));
                return ((cluster, period) => long.TryParse(period, CultureInfo.InvariantCulture, out var number) ? schedule.ArmOf(cluster, number)?.ToString(CultureInfo.InvariantCulture) : null, schedule);
            }
            catch (InvalidDataException exception)
            {
                throw new TableException(Path.GetFileName(path), 0, "", exception.Message);
            }
        }

        var source = CsvSource.Open(path);
        int cluster = source.Require("cluster"), period = source.Require("period"), arm = source.Require("arm");
        var arms = new Dictionary<(string, string), string>();
        source.Read(() => (row, _) =>
        {
            if (!arms.TryAdd((row.Text(cluster), row.Text(period)), row.Text(arm)))
            {
                throw row.Mistake(period, "the schedule names this cluster and period twice");
            }
        }, threads: 1);
        return ((c, p) => arms.GetValueOrDefault((c, p)), null);
    }
}

/// <summary>One row of a switchback file.</summary>
/// <param name="Line">Its line.</param>
/// <param name="Cluster">Number of its cluster.</param>
/// <param name="Period">Number of its period, in time order.</param>
/// <param name="Arm">Number of its arm.</param>
/// <param name="Start">Its beginning in hours; NaN without one.</param>
/// <param name="IsWashout">Whether the file says to leave it out.</param>
/// <param name="Values">The numeric columns; NaN = missing.</param>
public sealed record CellRow(long Line, int Cluster, int Period, int Arm, double Start, bool IsWashout, double[] Values);
