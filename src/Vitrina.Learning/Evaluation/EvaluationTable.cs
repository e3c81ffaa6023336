namespace Vitrina.Learning.Evaluation;

/// <summary>Methods measured list by list on the same lists, with intervals and paired differences to named baselines.</summary>
/// <remarks>
/// Every metric becomes `KEY`, `KEY_lo`, `KEY_hi` and, per baseline, `KEY_diff_BASELINE` as [low, high]; dashes in the baseline's name
/// become underscores. Not safe for concurrent use.
/// </remarks>
public sealed class EvaluationTable
{
    private readonly string[] _baselines;
    private readonly int _resamples;
    private readonly List<string> _methods = [];
    private readonly Dictionary<string, OrderedDictionary<string, double[]>> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OrderedDictionary<string, BenchValue>> _figures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _skipped = new(StringComparer.Ordinal);

    /// <summary>Makes an empty table.</summary>
    /// <param name="seed">Seed of every interval.</param>
    /// <param name="baselines">Methods that the others are compared with; may be empty.</param>
    /// <param name="resamples">Resamples per interval.</param>
    public EvaluationTable(ulong seed, IReadOnlyList<string> baselines, int resamples = PairedBootstrap.DefaultResamples)
    {
        ArgumentNullException.ThrowIfNull(baselines);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        Seed = seed;
        _baselines = [.. baselines];
        _resamples = resamples;
    }

    /// <summary>Seed of every interval.</summary>
    public ulong Seed { get; }

    /// <summary>Adds a metric measured per list.</summary>
    /// <param name="method">The method; rows stand in the order of first mention.</param>
    /// <param name="metric">The metric's key.</param>
    /// <param name="valuePerList">One value per list, the same lists in the same order for every method; NaN for a list without positives.</param>
    public void AddLists(string method, string metric, ReadOnlySpan<double> valuePerList)
    {
        Mention(method);
        _values[method][metric] = valuePerList.ToArray();
    }

    /// <summary>Adds a figure that has no interval, such as seconds or a row-wise AUC.</summary>
    public void AddFigure(string method, string key, BenchValue value)
    {
        Mention(method);
        _figures[method][key] = value;
    }

    /// <summary>Notes that a method could not run.</summary>
    public void Skip(string method, string why)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(why);
        Mention(method);
        _skipped[method] = why;
    }

    /// <summary>The paired difference of two methods on one metric; null when one of them was not measured.</summary>
    /// <exception cref="ArgumentException">The two were measured on different numbers of lists.</exception>
    public PairedDifference? Difference(string method, string baseline, string metric)
        => _values.TryGetValue(method, out var ours) && _values.TryGetValue(baseline, out var theirs)
            && ours.TryGetValue(metric, out double[]? candidate) && theirs.TryGetValue(metric, out double[]? reference)
            ? PairedBootstrap.Difference(candidate, reference, Seed, _resamples)
            : null;

    /// <summary>The rows of the bench contract.</summary>
    public IReadOnlyList<BenchRow> ToRows()
    {
        List<BenchRow> rows = [];
        foreach (string method in _methods)
        {
            BenchRow row = new(method) { Skipped = _skipped.GetValueOrDefault(method) };
            foreach ((string metric, double[] values) in _values[method])
            {
                MeanInterval interval = PairedBootstrap.Mean(values, Seed, _resamples);
                row.With(metric, interval.Mean).With($"{metric}_lo", interval.Low).With($"{metric}_hi", interval.High);
                foreach (string baseline in _baselines)
                {
                    if (baseline != method && Difference(method, baseline, metric) is { } difference)
                    {
                        string key = $"{metric}_diff_{baseline.Replace('-', '_')}";
                        row.With(key, new BenchValue.Interval(difference.Interval.Low, difference.Interval.High));
                    }
                }
            }

            foreach ((string key, BenchValue value) in _figures[method])
            {
                row.With(key, value);
            }

            rows.Add(row);
        }

        return rows;
    }

    /// <summary>The whole document of the bench contract.</summary>
    public BenchReport ToReport(string bench, string dataset, string protocol)
        => new() { Bench = bench, Dataset = dataset, Protocol = protocol, Seed = Seed, Rows = [.. ToRows()] };

    private void Mention(string method)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(method);
        if (_values.TryAdd(method, new(StringComparer.Ordinal)))
        {
            _figures[method] = new(StringComparer.Ordinal);
            _methods.Add(method);
        }
    }
}
