using System.Globalization;
using Vitrina.Engine.Events;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;

namespace Vitrina.Api.Experiments;

/// <summary>Who dealt with which part of the catalogue before a test: the bipartite graph in which clusters are found.</summary>
/// <remarks>An event of a person with an item of a cell adds the event's declared weight, halved with every half-life of its age. Memory: pairs of person and cell.</remarks>
public sealed class MarketEdges
{
    private readonly Dictionary<(string Person, string Cell), double> _weights = [];

    private MarketEdges()
    {
    }

    /// <summary>The number of pairs.</summary>
    public int Count => _weights.Count;

    /// <summary>Reads the edges of a span of time.</summary>
    /// <param name="history">Where the events come from.</param>
    /// <param name="by">The attributes that name an item's cell, as <c>city x work</c>.</param>
    /// <param name="span">Unix milliseconds; the end is outside, and ages are measured from it.</param>
    /// <param name="halfLife">After which an event counts half.</param>
    /// <param name="events">Types of events; absent: all that the vertical gives a positive weight. A named one without such a weight counts 1.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The vertical declares no such event.</exception>
    public static MarketEdges Read(
        ExperimentHistory history, string by, (long FromMs, long ToMs) span, TimeSpan halfLife, IReadOnlyList<string>? events = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(halfLife, TimeSpan.Zero);
        var weights = WeightsOf(history.Vertical, events is { Count: > 0 } ? events : null);
        var cells = new ClusterTraits(new ClustersDeclaration { By = by });
        var edges = new MarketEdges();
        foreach (var entry in history.Since(span.FromMs))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind != EntryKind.Event)
            {
                continue;
            }

            var happened = MarketEvent.Read(entry.Payload.Span);
            if (happened.OccurredAtMs < span.FromMs || happened.OccurredAtMs >= span.ToMs || !weights.TryGetValue(happened.Type, out var weight)
                || (happened.User ?? happened.Session) is not { } person
                || history.FindItem(happened.Item) is not { } item || item.Vertical != history.Vertical.Vertical || cells.Of(item, history.Keywords) is not { } cell)
            {
                continue;
            }

            var aged = weight * double.Exp2(-(span.ToMs - happened.OccurredAtMs) / halfLife.TotalMilliseconds);
            edges._weights[(person, cell)] = edges._weights.GetValueOrDefault((person, cell)) + aged;
        }

        return edges;
    }

    private static Dictionary<EventType, double> WeightsOf(VerticalDeclaration vertical, IReadOnlyList<string>? events)
    {
        if (events?.FirstOrDefault(name => !vertical.Events.ContainsKey(name)) is { } unknown)
        {
            var nearest = NearestName.Find(unknown, vertical.Events.Keys);
            throw new ArgumentException($"'{unknown}' is no event of {vertical.Vertical}; {(nearest is null ? $"there are {string.Join(", ", vertical.Events.Keys)}" : $"did you mean '{nearest}'?")}", nameof(events));
        }

        return vertical.Events
            .Where(pair => events?.Contains(pair.Key, StringComparer.Ordinal) ?? pair.Value.Weight > 0)
            .ToDictionary(pair => MetricSums.TypeOf(pair.Key), pair => pair.Value.Weight > 0 ? pair.Value.Weight : 1);
    }

    /// <summary>Writes the edges as <c>vitrina experiment clusters --edges FILE</c> reads them.</summary>
    public void WriteCsv(TextWriter csv)
    {
        ArgumentNullException.ThrowIfNull(csv);
        csv.WriteLine("left,right,weight");
        foreach (var ((person, cell), weight) in _weights.OrderBy(pair => pair.Key.Person, StringComparer.Ordinal).ThenBy(pair => pair.Key.Cell, StringComparer.Ordinal))
        {
            csv.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{CsvText.Of(person)},{CsvText.Of(cell)},{weight:0.######}"));
        }
    }
}
