using System.Globalization;
using System.Text;
using Vitrina.Engine.Events;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Journal;
using Vitrina.Experimentation.Schedules;

namespace Vitrina.Api.Experiments;

/// <summary>Which moment of a chain of events puts it into a period.</summary>
public enum Attribution
{
    /// <summary>When the event itself happened.</summary>
    Close,

    /// <summary>When the item was published: the order's creation.</summary>
    Creation,

    /// <summary>When the list was shown that the event follows from.</summary>
    Response,
}

/// <summary>The declared metrics summed by cluster and period: the cells of a switchback, or of the past for planning one.</summary>
/// <remarks>
/// A deal belongs to its item's cluster. Each metric is summed under three attributions. A period with a burn-in or burn-out is written in slots, a
/// row each, so that the analysis can leave out what lies near a switch. Periods that are not over are left out.
/// </remarks>
public sealed class MarketCells
{
    private static readonly Attribution[] Attributions = [Attribution.Close, Attribution.Creation, Attribution.Response];

    private sealed class Cell
    {
        public required string Cluster { get; init; }

        public required int Period { get; init; }

        public required int Arm { get; init; }

        public required long FromMs { get; init; }

        public required long ToMs { get; init; }

        /// <summary>Rows of the sums: [attribution][slot].</summary>
        public required int[][] Rows { get; init; }

        public long Requests { get; set; }

        public long Items { get; set; }

        public long ForeignItems { get; set; }

        public long OtherArm { get; set; }
    }

    private readonly Dictionary<(string Cluster, int Period), Cell> _cells = [];
    private readonly Dictionary<string, string> _clusterOfPerson = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _shownAt = new(StringComparer.Ordinal);
    private readonly ExperimentHistory _history;
    private readonly ClusterTraits _clusters;
    private readonly StoredSchedule _schedule;
    private readonly IReadOnlyList<string> _arms;
    private readonly string? _experiment;
    private readonly MetricSums[] _sums;
    private readonly int _slots = 1;

    private MarketCells(Experiment? experiment, ExperimentHistory history, ClustersDeclaration clusters, StoredSchedule schedule, IEnumerable<string> metrics)
    {
        (_history, _clusters, _schedule, _experiment) = (history, new ClusterTraits(clusters), schedule, experiment?.Name);
        _arms = experiment is null ? ["history"] : [.. experiment.Declaration.Arms.Select(arm => arm.Name)];
        _sums = [.. Attributions.Select(_ => new MetricSums(history.Vertical, metrics))];
        if (experiment?.Declaration.Schedule is { } declared)
        {
            _slots = SlotsOf(declared);
        }
    }

    // As long as both burns and the period are whole multiples of it, and never so short that cells are cut to dust.
    private static int SlotsOf(ScheduleDeclaration schedule)
    {
        const long MostSlots = 96;
        if (schedule.BurnIn == TimeSpan.Zero && schedule.BurnOut == TimeSpan.Zero)
        {
            return 1;
        }

        var length = schedule.Period.Ticks;
        foreach (var other in new[] { schedule.BurnIn.Ticks, schedule.BurnOut.Ticks })
        {
            var rest = other;
            while (rest != 0)
            {
                (length, rest) = (rest, length % rest);
            }
        }

        return (int)Math.Min(MostSlots, schedule.Period.Ticks / length);
    }

    /// <summary>The metrics' names; each has the columns <c>NAME_num</c> and <c>NAME_den</c>, and the same with <c>_creation</c> and <c>_response</c> behind.</summary>
    public IReadOnlyList<string> Metrics => _sums[0].Names;

    /// <summary>Requests outside the schedule's clusters.</summary>
    public long OutsideRequests { get; private set; }

    /// <summary>Requests by cell; those whose recorded arm is not the schedule's.</summary>
    public (long Requests, long OtherArm) Agreement => (_cells.Values.Sum(cell => cell.Requests), _cells.Values.Sum(cell => cell.OtherArm));

    /// <summary>Items shown in the cells, and how many of them belong to other clusters.</summary>
    public (long Items, long Foreign) Contamination => (_cells.Values.Sum(cell => cell.Items), _cells.Values.Sum(cell => cell.ForeignItems));

    /// <summary>Reads the cells of a switchback that was started: all periods that are over.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="history">Where the rows come from.</param>
    /// <param name="nowMs">The present, Unix milliseconds.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static MarketCells Read(Experiment experiment, ExperimentHistory history, long nowMs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(history);
        var schedule = experiment.Schedule ?? throw new ArgumentException("The experiment has no schedule.", nameof(experiment));
        var cells = new MarketCells(experiment, history, experiment.Declaration.Clusters!, schedule, experiment.Declaration.Metrics.Names());
        var until = experiment.StoppedAtMs > 0 ? Math.Min(experiment.StoppedAtMs, nowMs) : nowMs;
        cells.Begin(until);

        // What follows from an item of the last period may happen long after it: events are read to the end.
        cells.ReadAll(schedule.FromMs, cancellationToken);
        return cells;
    }

    /// <summary>Reads cells of the past: what a switchback of this length of period would have seen without an experiment.</summary>
    /// <param name="history">Where the rows come from.</param>
    /// <param name="clusters">The clusters.</param>
    /// <param name="names">Their names.</param>
    /// <param name="calendar">The periods.</param>
    /// <param name="periods">How many.</param>
    /// <param name="metrics">The metrics; absent: all of the vertical.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static MarketCells ReadHistory(
        ExperimentHistory history, ClustersDeclaration clusters, IReadOnlyList<string> names, PeriodCalendar calendar, int periods, IEnumerable<string>? metrics = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(calendar);
        long[] bounds = [.. Enumerable.Range(0, periods + 1).Select(period => calendar.StartOf(period).ToUnixTimeMilliseconds())];
        var schedule = StoredSchedule.Of([bounds], names.Select(name => (name, 0, new byte[periods])));
        var cells = new MarketCells(null, history, clusters, schedule, metrics ?? history.Vertical.Metrics.Keys);
        cells.Begin(long.MaxValue);
        cells.ReadAll(schedule.FromMs, cancellationToken);
        return cells;
    }

    private void Begin(long untilMs)
    {
        foreach (var cluster in _schedule.Clusters)
        {
            for (var period = 0; period < _schedule.PeriodCount; period++)
            {
                var (from, to) = _schedule.BoundsOf(cluster, period);
                if (to <= untilMs)
                {
                    _cells[(cluster, period)] = new Cell { Cluster = cluster, Period = period, Arm = _schedule.ArmOf(cluster, period), FromMs = from, ToMs = to, Rows = [.. _sums.Select(Rows)] };
                }
            }
        }
    }

    private int[] Rows(MetricSums sums)
    {
        var rows = new int[_slots];
        for (var slot = 0; slot < rows.Length; slot++)
        {
            rows[slot] = sums.Add(slot == 0 ? -1 : rows[0]);
        }

        return rows;
    }

    private void ReadAll(long fromMs, CancellationToken cancellationToken)
    {
        foreach (var entry in _history.Since(fromMs))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind == EntryKind.Event)
            {
                Take(MarketEvent.Read(entry.Payload.Span));
            }
            else if (RankingRecord.Read(entry.Payload.Span) is { IsErased: false } ranking && ranking.Vertical == _history.Vertical.Vertical)
            {
                Take(ranking);
            }
        }
    }

    private void Take(RankingRecord ranking)
    {
        _shownAt[ranking.Id] = ranking.AtMs;
        var assignment = ranking.Assignments.FirstOrDefault(assignment => assignment.Experiment == _experiment);
        var cluster = assignment?.Cluster ?? _clusters.Of(new RequestTraits { User = ranking.User, Session = ranking.Session, Context = ranking.Context });
        if (cluster is not null && (ranking.User ?? ranking.Session) is { } person)
        {
            _clusterOfPerson[person] = cluster;
        }

        var cell = CellAt(cluster, ranking.AtMs);
        for (var i = 0; i < _sums.Length; i++)
        {
            _sums[i].Visit(RowOf(cell, i, ranking.AtMs), ranking.User, ranking.Session, ranking.AtMs);
        }

        if (cell is not null)
        {
            cell.Requests++;
            cell.Items += ranking.Shown.Count;
            cell.ForeignItems += assignment?.ForeignItems ?? 0;
            cell.OtherArm += _experiment is not null && assignment is not null && assignment.Arm != _arms[cell.Arm] ? 1 : 0;
        }
        else
        {
            OutsideRequests++;
        }

        for (var i = 0; i < ranking.Shown.Count && ranking.Offset + i < ranking.AssumedViews; i++)
        {
            Take(new MarketEvent { Id = "", Type = EventType.View, OccurredAtMs = ranking.AtMs, Item = ranking.Shown[i].Item, User = ranking.User, Session = ranking.Session, RankingId = ranking.Id });
        }
    }

    private void Take(MarketEvent happened)
    {
        if (_history.FindItem(happened.Item) is not { } item || item.Vertical != _history.Vertical.Vertical)
        {
            return;
        }

        var person = happened.User ?? happened.Session;
        var cluster = _clusters.Of(item, _history.Keywords) ?? (person is null ? null : _clusterOfPerson.GetValueOrDefault(person));
        for (var i = 0; i < _sums.Length; i++)
        {
            var at = Attributions[i] switch
            {
                Attribution.Creation => item.PublishedAtMs,
                Attribution.Response => ShownAt(happened),
                _ => happened.OccurredAtMs,
            };
            _sums[i].Take(RowOf(CellAt(cluster, at), i, at), happened, item);
        }
    }

    private long ShownAt(MarketEvent happened)
    {
        var ranking = happened.RankingId ?? TokenSigner.ReadJournalled(happened.Token)?.RankingId;
        return ranking is not null && _shownAt.TryGetValue(ranking, out var at) ? at : happened.OccurredAtMs;
    }

    private Cell? CellAt(string? cluster, long atMs) =>
        cluster is not null && _schedule.PeriodAt(cluster, atMs) is >= 0 and var period ? _cells.GetValueOrDefault((cluster, period)) : null;

    private int RowOf(Cell? cell, int attribution, long atMs) => cell is null ? -1 : cell.Rows[attribution][(int)((atMs - cell.FromMs) * _slots / (cell.ToMs - cell.FromMs))];

    /// <summary>Writes the cells as <c>vitrina experiment analyze --kind switchback --cells FILE</c> reads them.</summary>
    public void WriteCsv(TextWriter csv)
    {
        ArgumentNullException.ThrowIfNull(csv);
        string[] endings = ["", "_creation", "_response"];
        csv.WriteLine(string.Join(',', ["cluster", "period", "arm", "start", .. endings.SelectMany(ending => _sums[0].Columns.Select(column => column + ending))]));
        var line = new StringBuilder();
        foreach (var cell in _cells.Values.OrderBy(cell => cell.Cluster, StringComparer.Ordinal).ThenBy(cell => cell.Period))
        {
            for (var slot = 0; slot < _slots; slot++)
            {
                var start = ApiJson.Moment(cell.FromMs + ((cell.ToMs - cell.FromMs) * slot / _slots));
                line.Clear().Append(CsvText.Of(cell.Cluster)).Append(CultureInfo.InvariantCulture, $",{cell.Period},{_arms[cell.Arm]},{start:yyyy-MM-ddTHH:mm:ssZ}");
                for (var i = 0; i < _sums.Length; i++)
                {
                    foreach (var value in _sums[i][cell.Rows[i][slot]])
                    {
                        line.Append(CultureInfo.InvariantCulture, $",{value}");
                    }
                }

                csv.WriteLine(line);
            }
        }
    }

    /// <summary>A metric's numerators by cluster and period, for replaying designs: shape [clusters][periods].</summary>
    /// <param name="metric">The metric.</param>
    public double[][] Numerators(string metric)
    {
        var column = Metrics.ToList().IndexOf(metric);
        return column < 0
            ? throw new ArgumentException($"There is no metric '{metric}'.", nameof(metric))
            : [.. _schedule.Clusters.Select(cluster => Enumerable.Range(0, _schedule.PeriodCount).Select(period => _cells.TryGetValue((cluster, period), out var cell) ? cell.Rows[0].Sum(row => _sums[0][row][2 * column]) : double.NaN).ToArray())];
    }
}
