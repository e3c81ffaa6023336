using Vitrina.Experimentation.Reports;
using Vitrina.Experimentation.Tables;

namespace Vitrina.Experimentation.OffPolicy;

/// <summary>The whole off-policy analysis of a log: support first, then every estimator, one headline.</summary>
public static class OffPolicyAnalysis
{
    // Below it a handful of rows decides, whatever the interval says.
    private const double SmallestEffectiveShare = 0.01;
    private const double SmallestEffectiveRows = 30;

    /// <summary>Reads a log.</summary>
    /// <remarks>
    /// Columns: `reward`, `propensity`, `evaluation` (probability of the logged action under the evaluated policy). Optional: `action`;
    /// `prediction` and `expected`, or per action `prediction_ACTION`, `evaluation_ACTION`, `propensity_ACTION`; `position`, `list`, `cluster`.
    /// </remarks>
    /// <exception cref="TableException">The file is not what it should be; says line and field.</exception>
    public static OffPolicyLog Read(string path) => new LogReader(CsvSource.Open(path)).Read();

    /// <summary>Analyses a log.</summary>
    public static AnalysisReport Run(OffPolicyLog log, OffPolicyOptions options, double alpha, string source)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(options);
        var report = new AnalysisReport { Kind = "ope", Source = source, Alpha = alpha };
        var comparison = new Comparison { Metric = "reward", Type = "value", Control = "logging policy", Treatment = "evaluated policy" };
        report.Comparisons.Add(comparison);
        report.Counts["rows"] = log.Count;
        AddChecks(report, comparison, log);
        if (log.Count > 1)
        {
            comparison.Estimates["onPolicy"] = new TermEstimates(log.Cluster, alpha).Mean(log.Reward, "the value of the logging policy itself");
        }

        foreach (var (name, estimate) in OffPolicyEstimators.All(log, options, alpha).Concat(SlateEstimators.All(log, options, alpha)))
        {
            comparison.Estimates[name] = estimate;
        }

        report.Headline = HeadlineOf(report, comparison);
        return report;
    }

    private static void AddChecks(AnalysisReport report, Comparison comparison, OffPolicyLog log)
    {
        if (OffPolicyEstimators.Refusal(log) is { } refusal)
        {
            report.Checks.Add(new Check("propensities", false, char.ToUpperInvariant(refusal[0]) + refusal[1..] + ".", IsFatal: true));
            return;
        }

        report.Checks.Add(new Check("propensities", true, "Every row has a propensity."));
        var support = SupportDiagnostics.Of(log);
        comparison.Figures["meanWeight"] = support.MeanWeight;
        comparison.Figures["meanWeightStandardError"] = support.MeanWeightError;
        comparison.Figures["effectiveSampleSize"] = support.EffectiveSampleSize;
        comparison.Figures["maxWeight"] = support.MaxWeight;
        comparison.Figures["unsupportedShare"] = support.UnsupportedShare;
        comparison.Figures["unsupportedShareIsStated"] = support.IsSupportStated ? 1 : 0;
        comparison.Figures["matchRate"] = support.MatchRate;
        report.Checks.Add(new Check("meanWeight", support.IsMeanNearOne, support.IsMeanNearOne
            ? $"The mean weight is {Words.Number(support.MeanWeight)}, near 1 as it must be."
            : $"The mean weight is {Words.Number(support.MeanWeight)} ± {Words.Number(support.MeanWeightError)} and not 1: propensities are wrong, or the log lacks actions of the evaluated policy."));
        var isEnough = support.EffectiveSampleSize >= Math.Max(SmallestEffectiveRows, SmallestEffectiveShare * log.Count);
        report.Checks.Add(new Check("effectiveSampleSize", isEnough, $"{log.Count:N0} rows weigh as {Words.Number(support.EffectiveSampleSize)} independent ones; the largest weight is {Words.Number(support.MaxWeight)}{(isEnough ? "" : ": too few to trust an interval")}."));
        var isSupported = support.UnsupportedShare < 0.05;
        report.Checks.Add(new Check("support", isSupported, $"{Words.Percent(support.UnsupportedShare).TrimStart('+')} of the evaluated policy's choices are never logged ({(support.IsSupportStated ? "from the stated propensities" : "estimated as 1 − mean weight")})."));
    }

    private static Headline HeadlineOf(AnalysisReport report, Comparison comparison)
    {
        string[] order = ["snDr", "snips", "dm"];
        var name = order.FirstOrDefault(candidate => comparison.Estimates.TryGetValue(candidate, out var found) && found.IsInference) ?? "snips";
        var estimate = comparison.Estimates[name];
        var warnings = string.Concat(report.Checks.Where(check => check.IsPassed == false).Select(check => check.Message + " "));
        var reason = name switch
        {
            "snDr" => "the log has propensities and a reward model: doubly robust, self-normalised so that weights cannot carry it away",
            "snips" => "the log has propensities and no reward model: self-normalised, so that it stays within the rewards",
            _ => "without propensities only a reward model is left; its error is not in the interval",
        };
        comparison.Verdict = !estimate.IsInference ? estimate.NoInference!
            : $"value of the evaluated policy {Words.Number(estimate.Value)} ({Words.Interval(estimate)}){(comparison.Estimates.TryGetValue("onPolicy", out var own) ? $"; the logging policy had {Words.Number(own.Value)} ({Words.Interval(own)})" : "")}; under today's competition: use it to reject, not to size";
        return new Headline("reward", name, estimate, reason, estimate.IsInference ? warnings + char.ToUpperInvariant(comparison.Verdict[0]) + comparison.Verdict[1..] + "." : $"{warnings}No inference, because {estimate.NoInference!["no inference, because ".Length..]}.");
    }

    // One pass, rows in the order of the file.
    private sealed class LogReader(CsvSource source)
    {
        private readonly List<double> _reward = [], _propensity = [], _evaluation = [], _prediction = [], _expected = [], _unsupported = [];
        private readonly List<bool> _match = [];
        private readonly List<int> _position = [], _list = [], _cluster = [];
        private readonly NameTable _lists = new(), _clusters = new();

        public OffPolicyLog Read()
        {
            int reward = source.Require("reward"), propensity = source.Find("propensity"), evaluation = source.Find("evaluation"), action = source.Find("action");
            int prediction = source.Find("prediction"), expected = source.Find("expected"), position = source.Find("position"), list = source.Find("list"), cluster = source.Find("cluster");
            var actions = action < 0 ? [] : ActionsOf();
            if (evaluation < 0 && actions.All(entry => entry.Value.Evaluation < 0))
            {
                _ = source.Require("evaluation");
            }

            source.Read(() => (row, _) =>
            {
                _reward.Add(row.Number(reward));
                var logged = action < 0 ? (Prediction: -1, Evaluation: -1, Propensity: -1) : actions.GetValueOrDefault(row.Text(action), (Prediction: -1, Evaluation: -1, Propensity: -1));
                _propensity.Add(propensity >= 0 ? row.NumberOrMissing(propensity) : logged.Propensity >= 0 ? row.NumberOrMissing(logged.Propensity) : double.NaN);
                _evaluation.Add(evaluation >= 0 ? row.Number(evaluation) : logged.Evaluation >= 0 ? row.Number(logged.Evaluation) : 0);
                AddActions(row, actions, logged, (prediction, expected));
                if (position >= 0)
                {
                    _position.Add((int)row.Number(position));
                }

                if (list >= 0)
                {
                    _list.Add(_lists.NumberOf(row[list]));
                }

                if (cluster >= 0)
                {
                    _cluster.Add(_clusters.NumberOf(row[cluster]));
                }
            }, threads: 1);
            return new OffPolicyLog
            {
                Reward = [.. _reward], Propensity = [.. _propensity], EvaluationPropensity = [.. _evaluation], Prediction = [.. _prediction], ExpectedPrediction = [.. _expected],
                IsMatch = [.. _match], UnsupportedMass = [.. _unsupported], Position = [.. _position], List = [.. _list], Cluster = [.. _cluster],
            };
        }

        private Dictionary<string, (int Prediction, int Evaluation, int Propensity)> ActionsOf()
        {
            string[] prefixes = ["prediction_", "evaluation_", "propensity_"];
            return source.Columns.Where(column => prefixes.Any(prefix => column.StartsWith(prefix, StringComparison.Ordinal))).Select(column => column[(column.IndexOf('_', StringComparison.Ordinal) + 1)..])
                .Distinct(StringComparer.Ordinal).ToDictionary(name => name, name => (source.Find("prediction_" + name), source.Find("evaluation_" + name), source.Find("propensity_" + name)), StringComparer.Ordinal);
        }

        private void AddActions(CsvRow row, Dictionary<string, (int Prediction, int Evaluation, int Propensity)> actions, (int Prediction, int Evaluation, int Propensity) logged, (int Own, int Expected) columns)
        {
            double expected = 0, mass = 0, unsupported = 0, best = double.NegativeInfinity, loggedMass = actions.Count > 0 && logged.Evaluation >= 0 ? row.Number(logged.Evaluation) : double.NaN;
            foreach (var (_, (prediction, evaluation, propensity)) in actions)
            {
                if (evaluation < 0)
                {
                    continue;
                }

                var probability = row.Number(evaluation);
                (mass, best) = (mass + probability, Math.Max(best, probability));
                expected += prediction >= 0 ? probability * row.Number(prediction) : 0;
                unsupported += propensity >= 0 && !(row.NumberOrMissing(propensity) > 0) ? probability : 0;
            }

            if (actions.Count > 0 && mass > 0)
            {
                _match.Add(loggedMass == best);
                if (actions.Values.All(entry => entry.Propensity >= 0))
                {
                    _unsupported.Add(unsupported);
                }
            }
            else
            {
                // Only a policy that is nearly sure has a first choice that one number tells.
                _match.Add(_evaluation[^1] > 0.5);
            }

            var hasModel = actions.Count > 0 && actions.Values.All(entry => entry is { Prediction: >= 0, Evaluation: >= 0 }) && logged.Prediction >= 0;
            if (columns is { Own: >= 0, Expected: >= 0 })
            {
                _prediction.Add(row.Number(columns.Own));
                _expected.Add(row.Number(columns.Expected));
            }
            else if (hasModel)
            {
                _prediction.Add(row.Number(logged.Prediction));
                _expected.Add(expected);
            }
        }
    }
}
