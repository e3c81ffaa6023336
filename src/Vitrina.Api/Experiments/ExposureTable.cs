using System.Globalization;
using System.Text;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;

namespace Vitrina.Api.Experiments;

/// <summary>Where the rows of an experiment come from.</summary>
/// <param name="Journal">The journal, read from the experiment's start on.</param>
/// <param name="Vertical">The vertical's declarations.</param>
/// <param name="FindItem">Finds an item in its present state.</param>
/// <param name="Keywords">The words behind keyword ordinals of items.</param>
public sealed record ExperimentHistory(IJournalStore Journal, VerticalDeclaration Vertical, Func<string, Item?> FindItem, Kernels.Collections.SymbolTable[] Keywords)
{
    // Clocks of servers behind one journal differ a little.
    private const long SlackMs = 60_000;

    /// <summary>The history of a running engine.</summary>
    public static ExperimentHistory Of(EngineRuntime runtime, string vertical)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        var snapshot = runtime.Snapshot.Verticals[vertical];
        return new ExperimentHistory(runtime.Journal, snapshot.Vertical.Declaration, snapshot.Find, snapshot.Market.Keywords);
    }

    internal IEnumerable<JournalEntry> Since(long atMs) => Journal.ReadRecordedSince(atMs - SlackMs).Where(entry => entry.Kind is EntryKind.Event or EntryKind.Ranking);
}

/// <summary>The units of an A/B experiment with their sums of the metrics, from the journal.</summary>
/// <remarks>The first exposure decides the arm; units that were exposed to two arms are left out and counted.</remarks>
public sealed class ExposureTable
{
    /// <summary>Events before the start that make the covariates: four weeks, whole cycles of a week.</summary>
    private static readonly TimeSpan CovariateSpan = TimeSpan.FromDays(28);

    private sealed record Unit(string Id, string Arm, long FirstMs, int Row)
    {
        public bool IsDouble { get; set; }
    }

    private readonly Dictionary<string, Unit> _units = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _before = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _assigned = new(StringComparer.Ordinal);
    private readonly Experiment _experiment;
    private readonly ExperimentHistory _history;
    private readonly MetricSums _sums;
    private readonly MetricSums _covariates;
    private readonly ClusterTraits? _clusters;

    private ExposureTable(Experiment experiment, ExperimentHistory history)
    {
        (_experiment, _history) = (experiment, history);
        _sums = new MetricSums(history.Vertical, experiment.Declaration.Metrics.Names());
        _covariates = new MetricSums(history.Vertical, experiment.Declaration.Metrics.Names());
        _clusters = experiment.Declaration.Unit == UnitKind.Cluster && experiment.Declaration.Clusters is { } clusters ? new ClusterTraits(clusters) : null;
    }

    /// <summary>The metrics' names; each has the columns <c>NAME_num</c>, <c>NAME_den</c> and the same of the time before, <c>NAME_num_pre</c>, <c>NAME_den_pre</c>.</summary>
    public IReadOnlyList<string> Metrics => _sums.Names;

    /// <summary>Exposures by arm.</summary>
    public SortedDictionary<string, long> Exposures { get; } = new(StringComparer.Ordinal);

    /// <summary>Units that were assigned, exposed or not, by arm: what the shares of the arms are checked on.</summary>
    public IReadOnlyDictionary<string, int> AssignedUnits => _assigned.ToDictionary(pair => pair.Key, pair => pair.Value.Count, StringComparer.Ordinal);

    /// <summary>Units that were exposed to one arm only.</summary>
    public int UnitCount => _units.Values.Count(unit => !unit.IsDouble);

    /// <summary>Units that were exposed to two arms: they are in no row.</summary>
    public int DoubleUnits => _units.Values.Count(unit => unit.IsDouble);

    /// <summary>Reads the units of an experiment that was started.</summary>
    public static ExposureTable Read(Experiment experiment, ExperimentHistory history, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(history);
        var table = new ExposureTable(experiment, history);
        var until = experiment.StoppedAtMs > 0 ? experiment.StoppedAtMs : long.MaxValue;
        foreach (var entry in history.Since(experiment.StartedAtMs - (long)CovariateSpan.TotalMilliseconds))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind == EntryKind.Event)
            {
                table.Take(MarketEvent.Read(entry.Payload.Span), until);
            }
            else
            {
                table.Take(RankingRecord.Read(entry.Payload.Span), until);
            }
        }

        return table;
    }

    private string? UnitOf(string? user, string? session, string? cluster) => _experiment.Declaration.Unit switch
    {
        UnitKind.User => user,
        UnitKind.Session => session,
        UnitKind.Visitor => user ?? session,
        _ => cluster,
    };

    private void Take(RankingRecord ranking, long until)
    {
        if (ranking.Vertical != _history.Vertical.Vertical || ranking.IsErased || ranking.AtMs > until)
        {
            return;
        }

        var assignment = ranking.Assignments.FirstOrDefault(assignment => assignment.Experiment == _experiment.Name);
        if (UnitOf(ranking.User, ranking.Session, assignment?.Cluster) is not { } id)
        {
            return;
        }

        if (assignment is not null)
        {
            (_assigned.TryGetValue(assignment.Arm, out var seen) ? seen : _assigned[assignment.Arm] = new HashSet<string>(StringComparer.Ordinal)).Add(id);
            Expose(ranking, assignment, id);
        }

        if (ranking.AtMs < _experiment.StartedAtMs)
        {
            _covariates.Visit(RowBefore(id), ranking.User, ranking.Session, ranking.AtMs);
        }
        else if (_units.TryGetValue(id, out var unit))
        {
            _sums.Visit(unit.Row, ranking.User, ranking.Session, ranking.AtMs);
        }

        AssumeViews(ranking, until);
    }

    private void Expose(RankingRecord ranking, RecordedAssignment assignment, string id)
    {
        if (!assignment.IsExposed)
        {
            return;
        }

        Exposures[assignment.Arm] = Exposures.GetValueOrDefault(assignment.Arm) + 1;
        if (!_units.TryGetValue(id, out var unit))
        {
            _units[id] = new Unit(id, assignment.Arm, ranking.AtMs, _sums.Add());
        }
        else if (unit.Arm != assignment.Arm)
        {
            unit.IsDouble = true;
        }
    }

    private void AssumeViews(RankingRecord ranking, long until)
    {
        for (var i = 0; i < ranking.Shown.Count && ranking.Offset + i < ranking.AssumedViews; i++)
        {
            Take(new MarketEvent { Id = "", Type = EventType.View, OccurredAtMs = ranking.AtMs, Item = ranking.Shown[i].Item, User = ranking.User, Session = ranking.Session }, until);
        }
    }

    private void Take(MarketEvent happened, long until)
    {
        if (_history.FindItem(happened.Item) is not { } item || item.Vertical != _history.Vertical.Vertical
            || UnitOf(happened.User, happened.Session, _clusters?.Of(item, _history.Keywords)) is not { } id)
        {
            return;
        }

        if (happened.OccurredAtMs < _experiment.StartedAtMs)
        {
            _covariates.Take(RowBefore(id), happened, item);
        }
        else if (happened.OccurredAtMs <= until)
        {
            _sums.Take(_units.TryGetValue(id, out var unit) && happened.OccurredAtMs >= unit.FirstMs ? unit.Row : -1, happened, item);
        }
    }

    private int RowBefore(string id) => _before.TryGetValue(id, out var row) ? row : _before[id] = _covariates.Add();

    /// <summary>Writes the rows as <c>vitrina experiment analyze --kind ab --units FILE</c> reads them.</summary>
    public void WriteCsv(TextWriter csv)
    {
        ArgumentNullException.ThrowIfNull(csv);
        csv.WriteLine(string.Join(',', ["unit", "arm", .. _sums.Columns, .. _sums.Columns.Select(column => column + "_pre")]));
        var line = new StringBuilder();
        foreach (var unit in _units.Values.Where(unit => !unit.IsDouble))
        {
            line.Clear().Append(CsvText.Of(unit.Id)).Append(',').Append(unit.Arm);
            var before = _before.TryGetValue(unit.Id, out var row) ? _covariates[row] : null;
            foreach (var value in _sums[unit.Row])
            {
                line.Append(CultureInfo.InvariantCulture, $",{value}");
            }

            for (var column = 0; column < _sums[unit.Row].Length; column++)
            {
                line.Append(CultureInfo.InvariantCulture, $",{before?[column] ?? 0}");
            }

            csv.WriteLine(line);
        }
    }
}

/// <summary>Texts in CSV files.</summary>
internal static class CsvText
{
    /// <summary>A field: quoted where it must be; line breaks, which no reader takes, become spaces.</summary>
    public static string Of(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.ReplaceLineEndings(" ").Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
