using System.Globalization;
using Vitrina.Engine.Events;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Journal;

namespace Vitrina.Api.Experiments;

/// <summary>What interleaved pages earned for each arm: events of the primary metric on the items that the arm placed.</summary>
public sealed class DraftCredits
{
    private sealed class Page(string unit, IReadOnlyList<ShownItem> shown, IReadOnlyList<byte> teams)
    {
        public string Unit { get; } = unit;

        public double[] Credits { get; } = new double[3];

        public int TeamOf(string item)
        {
            for (var place = 0; place < shown.Count && place < teams.Count; place++)
            {
                if (shown[place].Item == item)
                {
                    return teams[place];
                }
            }

            return 0;
        }
    }

    private readonly Dictionary<string, Page> _pages = new(StringComparer.Ordinal);
    private readonly Experiment _experiment;
    private readonly EventType _credited;

    private DraftCredits(Experiment experiment, EventType credited) => (_experiment, _credited) = (experiment, credited);

    /// <summary>Interleaved pages on which the arms placed something of their own.</summary>
    public int PageCount => _pages.Count;

    /// <summary>The credit of the first arm, of the second, and the unit as a dense number, page by page.</summary>
    public (double[] First, double[] Second, int[] Unit) Columns()
    {
        var units = new Dictionary<string, int>(StringComparer.Ordinal);
        return (
            [.. _pages.Values.Select(page => page.Credits[1])],
            [.. _pages.Values.Select(page => page.Credits[2])],
            [.. _pages.Values.Select(page => units.TryGetValue(page.Unit, out var known) ? known : units[page.Unit] = units.Count)]);
    }

    /// <summary>Reads the pages of an interleaving experiment and what followed from them.</summary>
    public static DraftCredits Read(Experiment experiment, ExperimentHistory history, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(history);
        var metric = history.Vertical.Metrics[experiment.Declaration.Metrics.Primary[0]];
        var credits = new DraftCredits(experiment, MetricSums.TypeOf(metric.Count ?? metric.Sum!.Split('.')[0]));
        foreach (var entry in history.Since(experiment.StartedAtMs))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind == EntryKind.Ranking)
            {
                credits.Take(RankingRecord.Read(entry.Payload.Span));
            }
            else
            {
                credits.Take(MarketEvent.Read(entry.Payload.Span));
            }
        }

        return credits;
    }

    private void Take(RankingRecord ranking)
    {
        if (ranking.Assignments.FirstOrDefault(assignment => assignment.Experiment == _experiment.Name) is { IsExposed: true } assignment)
        {
            _pages[ranking.Id] = new Page(ranking.User ?? ranking.Session ?? ranking.Id, ranking.Shown, assignment.Teams);
        }
    }

    private void Take(MarketEvent happened)
    {
        if (happened.Type != _credited)
        {
            return;
        }

        var ranking = happened.RankingId ?? TokenSigner.ReadJournalled(happened.Token)?.RankingId;
        if (ranking is not null && _pages.TryGetValue(ranking, out var page))
        {
            page.Credits[page.TeamOf(happened.Item)]++;
        }
    }

    /// <summary>Writes a line per page: its unit and the arms' credits.</summary>
    public void WriteCsv(TextWriter csv)
    {
        ArgumentNullException.ThrowIfNull(csv);
        var arms = _experiment.Declaration.Arms;
        csv.WriteLine($"page,unit,{arms[0].Name},{arms[1].Name}");
        foreach (var (id, page) in _pages)
        {
            csv.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{id},{CsvText.Of(page.Unit)},{page.Credits[1]},{page.Credits[2]}"));
        }
    }
}
