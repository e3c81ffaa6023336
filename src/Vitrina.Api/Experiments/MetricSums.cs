using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Api.Experiments;

/// <summary>Adds up the declared metrics of a vertical by row (a unit, or a cell of a market): a numerator and a denominator each.</summary>
/// <remarks>
/// One pass in journal order. A numerator's event counts when it follows the denominator's moment (the session's or user's last ranking, the
/// person's last event of the denominator's type on the same item) within the metric's window, else within the event's attribution window.
/// Not thread-safe. Memory: rows × metrics, and the moments of the sessions, users and items that were seen.
/// </remarks>
internal sealed class MetricSums
{
    private const string PerSession = "session";
    private const string PerUser = "user";
    private const string PerItem = "item";

    private sealed record Metric(string Name, string Per, EventType Numerator, string? Field, string? ValueAttribute, long WindowMs);

    private readonly Metric[] _metrics;
    private readonly EventType[] _denominators;
    private readonly bool _countsItems;
    private readonly List<double[]> _rows = [];
    private readonly HashSet<UInt128> _counted = [];
    private readonly Dictionary<UInt128, long> _moments = [];

    public MetricSums(VerticalDeclaration vertical, IEnumerable<string> metrics)
    {
        _metrics = [.. metrics.Where(vertical.Metrics.ContainsKey).Distinct(StringComparer.Ordinal).Select(name => Read(vertical, name))];
        _denominators = [.. _metrics.Where(metric => metric.Per is not (PerSession or PerUser or PerItem)).Select(metric => TypeOf(metric.Per)).Distinct()];
        _countsItems = _metrics.Any(metric => metric.Per == PerItem);
    }

    /// <summary>The columns of a row: numerator and denominator of each metric.</summary>
    public IReadOnlyList<string> Columns => [.. _metrics.SelectMany(metric => new[] { $"{metric.Name}_num", $"{metric.Name}_den" })];

    /// <summary>The metrics' names.</summary>
    public IReadOnlyList<string> Names => [.. _metrics.Select(metric => metric.Name)];

    /// <summary>A row's sums, in the order of <see cref="Columns"/>.</summary>
    public double[] this[int row] => _rows[row];

    /// <summary>Begins a row.</summary>
    public int Add()
    {
        _rows.Add(new double[2 * _metrics.Length]);
        return _rows.Count - 1;
    }

    private static Metric Read(VerticalDeclaration vertical, string name)
    {
        var declared = vertical.Metrics[name];
        var parts = declared.Sum?.Split('.') ?? [declared.Count!];
        var events = vertical.Events[parts[0]];
        return new Metric(name, declared.Per, TypeOf(parts[0]), parts.Length > 1 ? parts[1] : null, events.Value, (long)(declared.Within ?? events.AttributionWindow).TotalMilliseconds);
    }

    /// <summary>The event type of a name that the vertical's checks let pass.</summary>
    public static EventType TypeOf(string name) => EventTypes.TryParse(name, out var type) ? type : throw new ArgumentException($"There is no event '{name}'.", nameof(name));

    /// <summary>Notes that somebody was shown a list; row -1 = it only sets moments.</summary>
    public void Visit(int row, string? user, string? session, long atMs)
    {
        for (var i = 0; i < _metrics.Length; i++)
        {
            var who = _metrics[i].Per == PerSession ? session : _metrics[i].Per == PerUser ? user ?? session : null;
            if (who is not null)
            {
                _moments[Key(_metrics[i].Per, who)] = atMs;
                CountOnce(i, row, _metrics[i].Per, who);
            }
        }
    }

    /// <summary>Adds an event to a row.</summary>
    /// <param name="row">The row; -1 = the event only sets moments.</param>
    /// <param name="happened">The event.</param>
    /// <param name="item">Its item; null when it is gone.</param>
    public void Take(int row, MarketEvent happened, Item? item)
    {
        var person = happened.User ?? happened.Session;
        if (person is null)
        {
            return;
        }

        for (var i = 0; i < _metrics.Length && row >= 0; i++)
        {
            var metric = _metrics[i];
            if (metric.Numerator == happened.Type && Follows(metric, happened, person))
            {
                _rows[row][2 * i] += metric.Field is null ? 1 : ValueOf(metric, happened, item);
            }

            if (metric.Per is not (PerSession or PerUser or PerItem) && TypeOf(metric.Per) == happened.Type)
            {
                _rows[row][(2 * i) + 1]++;
            }
            else if (metric.Per == PerItem && happened.Type == EventType.View)
            {
                CountOnce(i, row, PerItem, happened.Item);
            }
        }

        if (_denominators.Contains(happened.Type) || (_countsItems && happened.Type == EventType.View))
        {
            _moments[Key(EventTypes.NameOf(happened.Type), person, happened.Item)] = happened.OccurredAtMs;
        }
    }

    private bool Follows(Metric metric, MarketEvent happened, string person)
    {
        var key = metric.Per switch
        {
            PerSession => happened.Session is { } session ? Key(PerSession, session) : 0,
            PerUser => Key(PerUser, person),
            PerItem => Key(EventTypes.NameOf(EventType.View), person, happened.Item),
            _ => Key(metric.Per, person, happened.Item),
        };
        return key != 0 && _moments.TryGetValue(key, out var at) && happened.OccurredAtMs >= at && happened.OccurredAtMs - at <= metric.WindowMs;
    }

    private static double ValueOf(Metric metric, MarketEvent happened, Item? item)
    {
        var pieces = Math.Max(1, happened.Quantity);
        var attribute = metric.Field == "value" ? metric.ValueAttribute : metric.Field;
        if (metric.Field == "value" && double.IsFinite(happened.Value))
        {
            return happened.Value;
        }

        if (attribute == "quantity")
        {
            return pieces;
        }

        if (attribute == "price" && double.IsFinite(happened.Price))
        {
            return happened.Price * pieces;
        }

        return attribute is not null && item?.Schema.FindOrNull(attribute) is { Storage: AttributeStorage.Numbers } slot && double.IsFinite(item.Numbers[slot.Slot]) ? item.Numbers[slot.Slot] * pieces : 0;
    }

    private void CountOnce(int metric, int row, string what, string id)
    {
        if (row >= 0 && _counted.Add(Key($"{row}/{metric}/{what}", id)))
        {
            _rows[row][(2 * metric) + 1]++;
        }
    }

    private static UInt128 Key(string what, string id, string? item = null) => Hash.Of128($"{what}\n{id}\n{item}");
}
