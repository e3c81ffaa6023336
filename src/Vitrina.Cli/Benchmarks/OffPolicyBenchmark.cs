using System.Globalization;
using Vitrina.Experimentation.OffPolicy;
using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Tables;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks;

/// <summary>
/// <c>vitrina bench ope</c>: Open Bandit logs of two policies over the same items: each policy's click rate estimated from the other's log, beside its own.
/// </summary>
/// <remarks>
/// Saito et al., "Open Bandit Dataset and Pipeline", NeurIPS 2021. The evaluated policy is the other log's average policy: its share of an item at a
/// position. The logging propensities are those in the file. Predictions: click rates of items, shrunk to the mean, from the other half of the rows.
/// </remarks>
internal static class OffPolicyBenchmark
{
    // A prior of so many impressions at the mean rate: click rates of a few in a thousand need it.
    private const double PriorImpressions = 500;

    public static BenchReport Run(string dataset, ulong seed, string? output)
    {
        var files = Directory.Exists(dataset) ? Directory.GetFiles(dataset).Where(file => Path.GetFileName(file) is var name && !name.Contains("context", StringComparison.Ordinal) && (name.EndsWith(".csv", StringComparison.Ordinal) || name.EndsWith(".csv.gz", StringComparison.Ordinal))).Order(StringComparer.Ordinal).ToArray() : throw new UsageException($"there is no folder '{dataset}'");
        if (files.Length < 2)
        {
            throw new UsageException($"'{dataset}' needs the logs of two policies, POLICY.CAMPAIGN.csv(.gz); it has {files.Length}");
        }

        var report = new BenchReport { Bench = "ope", Dataset = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataset))), Protocol = "click rate of a policy from another policy's log, 95 % intervals; truth: its own log", Seed = seed };
        foreach (var campaign in files.GroupBy(CampaignOf).Where(group => group.Count() > 1))
        {
            PolicyLog[] logs = [.. campaign.Select(PolicyLog.Read)];
            foreach (var target in logs)
            {
                foreach (var logged in logs.Where(other => other != target))
                {
                    AddRows(report, logged, target, output);
                }
            }
        }

        return report;
    }

    private static string CampaignOf(string file) => Path.GetFileName(file).Split('.') is [_, var campaign, ..] ? campaign : "";

    private static void AddRows(BenchReport report, PolicyLog source, PolicyLog target, string? output)
    {
        var log = source.Against(target);
        if (output is not null)
        {
            Directory.CreateDirectory(output);
            Write(log, Path.Combine(output, $"{target.Name}-from-{source.Name}.csv"));
        }

        var truth = target.Rewards.Average();
        var direction = $"{target.Name} from {source.Name}";
        var support = SupportDiagnostics.Of(log);
        report.Rows.Add(Row($"on-policy {target.Name}", Mean(target.Rewards), truth));
        var all = OffPolicyEstimators.All(log, new OffPolicyOptions(), 0.05);
        foreach (var name in (string[])["ips", "snips", "ipsClipped", "dm", "dr", "snDr", "switchDr", "drOs"])
        {
            report.Rows.Add(all[name] is { IsInference: true } estimate
                ? Row($"{name}: {direction}", estimate, truth).With("ess", support.EffectiveSampleSize).With("max_weight", support.MaxWeight).With("mean_weight", support.MeanWeight).With("unsupported", support.UnsupportedShare)
                : new BenchRow($"{name}: {direction}") { Skipped = all[name].NoInference });
        }

        var chosen = all["snDr"].IsInference ? all["snDr"] : all["snips"];
        report.Rows.Add(Row($"vitrina: {direction}", chosen, truth));
    }

    private static BenchRow Row(string method, Estimate estimate, double truth) => new BenchRow(method).With("estimate", estimate.Value).With("estimate_lo", estimate.Low).With("estimate_hi", estimate.High)
        .With("truth", truth).With("bias", estimate.Value - truth).With("covers", estimate.Low <= truth && truth <= estimate.High ? 1 : 0);

    private static Estimate Mean(double[] values)
    {
        var moments = new CoMoments(1);
        foreach (var value in values)
        {
            moments.Add([value]);
        }

        return Estimate.FromT(moments.Mean(0), Math.Sqrt(moments.Variance(0) / moments.Count), moments.Count - 1, Level.Default, "rows are independent");
    }

    private static void Write(OffPolicyLog log, string path)
    {
        using var writer = new StreamWriter(path);
        writer.WriteLine("reward,propensity,evaluation,prediction,expected,position");
        for (var i = 0; i < log.Count; i++)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{log.Reward[i]},{log.Propensity[i]:R},{log.EvaluationPropensity[i]:R},{log.Prediction[i]:R},{log.ExpectedPrediction[i]:R},{log.Position[i]}"));
        }
    }

    private sealed class PolicyLog
    {
        private readonly List<string> _items = [];
        private readonly List<int> _positions = [];
        private readonly List<double> _rewards = [], _propensities = [];

        private PolicyLog(string name) => Name = name;

        public string Name { get; }

        public double[] Rewards => [.. _rewards];

        public static PolicyLog Read(string path)
        {
            var source = CsvSource.Open(path);
            int item = source.Require("item_id"), position = source.Require("position"), click = source.Require("click"), propensity = source.Find("propensity_score");
            propensity = propensity >= 0 ? propensity : source.Require("action_prob");
            var log = new PolicyLog(Path.GetFileName(path).Split('.')[0]);
            source.Read(() => (row, _) =>
            {
                log._items.Add(row.Text(item));
                log._positions.Add((int)row.Number(position));
                log._rewards.Add(row.Number(click));
                log._propensities.Add(row.NumberOrMissing(propensity));
            }, threads: 1);
            return log;
        }

        public OffPolicyLog Against(PolicyLog target)
        {
            var shares = target.Shares();
            Dictionary<string, double>[] rates = [Rates(0), Rates(1)];
            double[] means = [.. rates.Select(half => half.Values.Average())];
            double Predicted(int half, string item) => rates[half].GetValueOrDefault(item, means[half]);
            // The model of a row comes from the other half, so that no row is predicted by itself.
            var expected = Enumerable.Range(0, 2).Select(half => shares.GroupBy(share => share.Key.Position).ToDictionary(group => group.Key, group => group.Sum(share => share.Value * Predicted(half, share.Key.Item)))).ToArray();
            int[] rows = [.. Enumerable.Range(0, _items.Count)];
            return new OffPolicyLog
            {
                Reward = [.. _rewards],
                Propensity = [.. _propensities],
                EvaluationPropensity = [.. rows.Select(i => shares.GetValueOrDefault((_positions[i], _items[i])))],
                Prediction = [.. rows.Select(i => Predicted(1 - i % 2, _items[i]))],
                ExpectedPrediction = [.. rows.Select(i => expected[1 - i % 2].GetValueOrDefault(_positions[i], means[1 - i % 2]))],
                Position = [.. _positions],
            };
        }

        private Dictionary<(int Position, string Item), double> Shares()
        {
            var totals = _positions.GroupBy(position => position).ToDictionary(group => group.Key, group => (double)group.Count());
            return Enumerable.Range(0, _items.Count).GroupBy(i => (_positions[i], _items[i])).ToDictionary(group => group.Key, group => group.Count() / totals[group.Key.Item1]);
        }

        private Dictionary<string, double> Rates(int half)
        {
            int[] rows = [.. Enumerable.Range(0, _items.Count).Where(i => i % 2 == half)];
            var mean = rows.Average(i => _rewards[i]);
            return rows.GroupBy(i => _items[i]).ToDictionary(group => group.Key, group => (group.Sum(i => _rewards[i]) + PriorImpressions * mean) / (group.Count() + PriorImpressions));
        }
    }
}
