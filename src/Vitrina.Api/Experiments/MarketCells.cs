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
/// A deal belongs to its item's cluster. Each metric is summed under three attributions, and times near a switch are left out on the side that the
/// attribution needs: after it for close, before it for creation, both for response. <c>hours</c> is what is left of the period.
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

        public required int[] Rows { get; init; }

        public long Requests { get; set; }

        public long BurnedRequests { get; set; }

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
    private readonly (long InMs, long OutMs) _burn;
    private readonly MetricSums[] _sums;

    private MarketCells(Experiment? experiment, ExperimentHistory history, ClustersDeclaration clusters, StoredSchedule schedule, IEnumerable<string> metrics)
    {
        (_history, _clusters, _schedule, _experiment) = (history, new ClusterTraits(clusters), schedule, experiment?.Name);
        _arms = experiment is null ? ["history"] : [.. experiment.Declaration.Arms.Select(arm => arm.Name)];
        _sums = [.. Attributions.Select(_ => new MetricSums(history.Vertical, metrics))];
        if (experiment?.Declaration.Schedule is { } declared)
        {
            _burn = ((long)declared.BurnIn.TotalMilliseconds, (long)declared.BurnOut.TotalMilliseconds);
        }
    }

    /// <summary>The metrics' names; each has the columns <c>NAME_num</c> and <c>NAME_den</c>, and the same with <c>_creation</c> and <c>_response</c> behind.</summary>
    public IReadOnlyList<string> Metrics => _sums[0].Names;

    /// <summary>Requests outside the schedule's clusters.</summary>
    public long OutsideRequests { get; private set; }

    /// <summary>Requests by cell; those whose recorded arm is not the schedule's.</summary>
    public (long Requests, long OtherArm) Agreement => (_cells.Values.Sum(cell => cell.Requests), _cells.Values.Sum(cell => cell.OtherArm));

    /// <summary>Items shown in the cells, and how many of them belong to other clusters.</summary>
    public (long Items, long Foreign) Contamination => (_cells.Values.Sum(cell => cell.Items), _cells.Values.Sum(cell => cell.ForeignItems));

    /// <summary>Reads the cells of a switchback that was started: all periods that began.</summary>
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
                if (from < untilMs)
                {
                    _cells[(cluster, period)] = new Cell
                    {
                        Cluster = cluster, Period = period, Arm = _schedule.ArmOf(cluster, period), FromMs = from, ToMs = Math.Min(to, untilMs), Rows = [.. _sums.Select(sums => sums.Add())],
                    };
                }
            }
        }
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
        var isBurned = cell is not null && IsBurned(cell, ranking.AtMs, Attribution.Close);
        for (var i = 0; i < _sums.Length; i++)
        {
            _sums[i].Visit(cell is null || isBurned ? -1 : cell.Rows[i], ranking.User, ranking.Session, ranking.AtMs);
        }

        if (cell is not null)
        {
            cell.Requests++;
            cell.BurnedRequests += isBurned ? 1 : 0;
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
            var cell = CellAt(cluster, at);
            _sums[i].Take(cell is null || IsBurned(cell, at, Attributions[i]) ? -1 : cell.Rows[i], happened, item);
        }
    }

    private long ShownAt(MarketEvent happened)
    {
        var ranking = happened.RankingId ?? TokenSigner.ReadJournalled(happened.Token)?.RankingId;
        return ranking is not null && _shownAt.TryGetValue(ranking, out var at) ? at : happened.OccurredAtMs;
    }

    private Cell? CellAt(string? cluster, long atMs) =>
        cluster is not null && _schedule.PeriodAt(cluster, atMs) is >= 0 and var period && _cells.GetValueOrDefault((cluster, period)) is { } cell && atMs < cell.ToMs ? cell : null;

    private bool IsBurned(Cell cell, long atMs, Attribution attribution) => _experiment is not null && _schedule.IsBurned(
        cell.Cluster, cell.Period, atMs, attribution == Attribution.Creation ? 0 : _burn.InMs, attribution == Attribution.Close ? 0 : _burn.OutMs);

    /// <summary>Hours of a cell that are not left out, under the attribution by close.</summary>
    private double HoursOf(Cell cell)
    {
        // The bounds lie at whole minutes of burn-in and burn-out from the switches: a minute is fine enough.
        const long StepMs = 60_000;
        if (_experiment is null || _burn.InMs == 0)
        {
            return (cell.ToMs - cell.FromMs) / 3_600_000.0;
        }

        var left = 0L;
        for (var at = cell.FromMs; at < cell.ToMs; at += StepMs)
        {
            left += IsBurned(cell, at, Attribution.Close) ? 0 : Math.Min(StepMs, cell.ToMs - at);
        }

        return left / 3_600_000.0;
    }

    /// <summary>Writes the cells as <c>vitrina experiment analyze --kind switchback --cells FILE</c> reads them.</summary>
    public void WriteCsv(TextWriter csv)
    {
        ArgumentNullException.ThrowIfNull(csv);
        string[] endings = ["", "_creation", "_response"];
        csv.WriteLine(string.Join(',', ["cluster", "period", "arm", "start", "hours", "requests", "burned_requests", "items", "foreign_items", .. endings.SelectMany(ending => _sums[0].Columns.Select(column => column + ending))]));
        var line = new StringBuilder();
        foreach (var cell in _cells.Values.OrderBy(cell => cell.Cluster, StringComparer.Ordinal).ThenBy(cell => cell.Period))
        {
            line.Clear().Append(CsvText.Of(cell.Cluster)).Append(CultureInfo.InvariantCulture, $",{cell.Period},{_arms[cell.Arm]},{ApiJson.Moment(cell.FromMs):yyyy-MM-ddTHH:mm:ssZ},{HoursOf(cell):0.####}")
                .Append(CultureInfo.InvariantCulture, $",{cell.Requests},{cell.BurnedRequests},{cell.Items},{cell.ForeignItems}");
            for (var i = 0; i < _sums.Length; i++)
            {
                foreach (var value in _sums[i][cell.Rows[i]])
                {
                    line.Append(CultureInfo.InvariantCulture, $",{value}");
                }
            }

            csv.WriteLine(line);
        }
    }

    /// <summary>A metric's numerators by cluster and period, for replaying designs: shape [clusters][periods].</summary>
    /// <param name="metric">The metric.</param>
    public double[][] Numerators(string metric)
    {
        var column = Metrics.ToList().IndexOf(metric);
        return column < 0
            ? throw new ArgumentException($"There is no metric '{metric}'.", nameof(metric))
            : [.. _schedule.Clusters.Select(cluster => Enumerable.Range(0, _schedule.PeriodCount).Select(period => _cells.TryGetValue((cluster, period), out var cell) ? _sums[0][cell.Rows[0]][2 * column] : double.NaN).ToArray())];
    }
}
