using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Recommending;
using Vitrina.Learning.Recommending.Measuring;
using Vitrina.Learning.Recommending.Reranking;

namespace Vitrina.Cli.Benchmarks;

/// <summary>A measured test with what was learned for it.</summary>
/// <param name="Run">Settings and trees.</param>
/// <param name="Test">The measures.</param>
/// <param name="LearnSeconds">How long choosing settings and training took.</param>
internal sealed record MeasuredRow(RecommendRun Run, MeasuredTest Test, double LearnSeconds);

/// <summary>Gathers measured tests as rows: methods of tests with the same refit are put together over tasks, each with its interval and its difference to baselines.</summary>
internal sealed class RecommendRows(RecommendProtocol protocol, string part, ulong seed)
{
    // Intervals of many queries need fewer resamples for the same digits.
    private const int Resamples = 1000;

    // Intervals of baselines, and differences, are given of the measures in which a protocol's published figures are given.
    private const int HeadlineMeasures = 2;
    private static readonly string[] s_baselines = ["popularity", "item-knn", "co-visitation", "own-history"];
    private readonly SortedDictionary<bool, List<MeasuredRow>> _tests = [];

    /// <summary>Adds a test.</summary>
    public void Add(MeasuredRow row)
    {
        if (!_tests.TryGetValue(row.Test.Test.IsRefit, out var tests))
        {
            _tests[row.Test.Test.IsRefit] = tests = [];
        }

        tests.Add(row);
    }

    /// <summary>The rows, those without refit first.</summary>
    public IEnumerable<BenchRow> ToRows() => _tests.SelectMany(pair => RowsOf(pair.Value, pair.Key));

    private IReadOnlyList<BenchRow> RowsOf(List<MeasuredRow> tests, bool isRefit)
    {
        string[] methods = [.. tests[0].Test.Methods.Select(method => method.Name)];
        var values = methods.ToDictionary(name => name, name => protocol.Measures.ToDictionary(
            key => key, key => tests.SelectMany(test => Method(test.Test, name).Measures.Of(key)).ToArray()));
        var best = methods.Where(name => name != RecommendMeasurement.Own).MaxBy(name => values[name][protocol.Headline].Average())!;
        var table = new EvaluationTable(seed, [], Resamples);
        foreach (var name in methods)
        {
            foreach (var (number, key) in protocol.Measures.Index())
            {
                if (number < HeadlineMeasures || name == RecommendMeasurement.Own)
                {
                    table.AddLists(name, key, values[name][key]);
                }
                else
                {
                    table.AddFigure(name, key, values[name][key].Average());
                }
            }

            table.AddFigure(name, "coverage", tests.Average(test => Method(test.Test, name).Measures.Coverage));
            table.AddFigure(name, "answers_per_second", tests.Average(test => Method(test.Test, name).AnswersPerSecond));
            table.AddFigure(name, "refit", isRefit);
            if (protocol.Key.Length > 0)
            {
                table.AddFigure(name, protocol.Key, part);
            }
        }

        foreach (var baseline in s_baselines.Where(methods.Contains).Append(best).Distinct())
        {
            foreach (var key in protocol.Measures.Take(HeadlineMeasures))
            {
                var interval = table.Difference(RecommendMeasurement.Own, baseline, key)!.Value.Interval;
                table.AddFigure(RecommendMeasurement.Own, $"{key}_diff_{baseline.Replace('-', '_')}", new BenchValue.Interval(interval.Low, interval.High));
            }
        }

        table.AddFigure(RecommendMeasurement.Own, "best_baseline", best);
        table.AddFigure(RecommendMeasurement.Own, "trees", tests.Average(test => test.Run.Reranker.Model.Ensemble.Trees.Count));
        table.AddFigure(RecommendMeasurement.Own, "watched_ndcg@10", tests.Average(test => test.Run.Reranker.Reports.Average(report => report.BestMetric ?? double.NaN)));
        table.AddFigure(RecommendMeasurement.Own, "blend", Blend(tests[0].Run.Reranker));
        table.AddFigure(RecommendMeasurement.Own, "settings", tests[0].Run.Settings.Description);
        table.AddFigure(RecommendMeasurement.Own, "seconds", tests.Sum(test => test.LearnSeconds + test.Test.FitSeconds));
        return table.ToRows();
    }

    private static string Blend(Reranker reranker)
        => FormattableString.Invariant($"{reranker.Blend.Weight} of {reranker.Model.Inputs[reranker.Blend.Column].Name}");

    private static MeasuredMethod Method(MeasuredTest test, string name) => test.Methods.Single(method => method.Name == name);
}
