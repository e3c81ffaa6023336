using System.CommandLine;
using System.Text.Json.Nodes;
using Vitrina.Experimentation.Planning;
using Vitrina.Experimentation.Reports;
using Vitrina.Experimentation.Schedules;
using Vitrina.Experimentation.Units;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina experiment power</c>: how long a test must run and what it can find, by formula or on replayed history.</summary>
internal sealed class ExperimentPowerCommand
{
    private readonly Option<double> _mean = new("--mean") { Description = "The control's mean; a share gets the variance p(1 − p).", DefaultValueFactory = _ => double.NaN };
    private readonly Option<double> _variance = new("--variance") { Description = "One unit's variance.", DefaultValueFactory = _ => double.NaN };
    private readonly Option<double> _effect = new("--effect") { Description = "The absolute effect to find.", DefaultValueFactory = _ => double.NaN };
    private readonly Option<double> _lift = new("--lift") { Description = "The relative effect to find.", DefaultValueFactory = _ => double.NaN };
    private readonly Option<double> _units = new("--units") { Description = "Units per arm, for the smallest detectable effect.", DefaultValueFactory = _ => double.NaN };
    private readonly Option<double> _clusterSize = new("--cluster-size") { Description = "Mean units per cluster, when clusters are assigned.", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _icc = new("--icc") { Description = "Intra-class correlation of those clusters." };
    private readonly Option<double> _cv = new("--size-cv") { Description = "Coefficient of variation of the clusters' sizes." };
    private readonly Option<bool> _sequential = new("--sequential") { Description = "The always-valid interval's price is added." };
    private readonly Option<string?> _kind = new("--kind") { Description = "ab (by formula), or switchback: with --cells the smallest lift by length, period and washout." };
    private readonly Option<string?> _cells = new("--cells") { Description = "Past cells (cluster, period and a metric; an arm column is not needed): replay a switchback on them." };
    private readonly Option<string?> _metric = new("--metric") { Description = "The column to replay. Default: the first number." };
    private readonly Option<string> _design = new("--design") { Description = "bernoulli, balanced, stratified (by --cycle), pairs or minimax.", DefaultValueFactory = _ => "balanced" };
    private readonly Option<int> _cycle = new("--cycle") { Description = "Periods after which slots repeat, for stratified: 7 for days of a week.", DefaultValueFactory = _ => 7 };
    private readonly Option<int> _carryOver = new("--carry-over") { Description = "Periods an arm acts on, for minimax.", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _periodLengths = new("--period-lengths") { Description = "With --kind switchback: how many of the file's periods make one of the design, several with commas.", DefaultValueFactory = _ => "1,2,4" };
    private readonly Option<string> _washouts = new("--washouts") { Description = "With --kind switchback: how many of the file's periods are left out behind each switch, several with commas.", DefaultValueFactory = _ => "0,1" };
    private readonly Option<bool> _common = new("--common") { Description = "One schedule for all clusters." };
    private readonly Option<int> _draws = new("--draws") { Description = "Schedules that are replayed.", DefaultValueFactory = _ => 1000 };
    private readonly Option<double> _alpha = new("--alpha") { Description = "Two-sided error rate.", DefaultValueFactory = _ => 0.05 };
    private readonly Option<double> _power = new("--power") { Description = "Wanted power.", DefaultValueFactory = _ => 0.8 };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Seeds the schedules.", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _json = EngineAccess.JsonOption();

    public static Command Create() => new ExperimentPowerCommand().Build();

    private Command Build()
    {
        var command = new Command("power", "Sample size, smallest detectable effect and length. Example: vitrina experiment power --mean 0.1 --lift 0.05")
        {
            _mean, _variance, _effect, _lift, _units, _clusterSize, _icc, _cv, _sequential, _kind, _cells, _metric, _design, _cycle, _carryOver, _periodLengths, _washouts, _common, _draws, _alpha, _power, _seed, _json,
        };
        _kind.AcceptOnlyFromAmong("ab", "switchback");
        command.SetAction(parsed =>
        {
            var terminal = new Terminal(parsed.GetValue(_json));
            if (!(parsed.GetValue(_alpha) is > 0 and < 1) || !(parsed.GetValue(_power) is > 0 and < 1))
            {
                throw new UsageException("--alpha and --power must lie between 0 and 1");
            }

            switch (parsed.GetValue(_kind), parsed.GetValue(_cells))
            {
                case ("ab", not null):
                    throw new UsageException("--cells are replayed as a switchback; leave out --kind ab");
                case ("switchback", null):
                    throw new UsageException("--kind switchback needs --cells, past cells that are replayed");
                case ("switchback", { } cells):
                    Surface(parsed, ExperimentAnalyzeCommand.Existing(cells), terminal);
                    break;
                case (_, { } cells):
                    Replay(parsed, ExperimentAnalyzeCommand.Existing(cells), terminal);
                    break;
                default:
                    ByFormula(parsed, terminal);
                    break;
            }

            return 0;
        });
        return command;
    }

    private void ByFormula(ParseResult parsed, Terminal terminal)
    {
        double mean = parsed.GetValue(_mean), variance = parsed.GetValue(_variance), alpha = parsed.GetValue(_alpha), power = parsed.GetValue(_power);
        var isShare = double.IsNaN(variance) && mean is > 0 and < 1;
        variance = isShare ? mean * (1 - mean) : variance;
        if (!(variance > 0))
        {
            throw new UsageException("give --variance, or --mean of a share between 0 and 1");
        }

        var effect = double.IsNaN(parsed.GetValue(_lift)) ? parsed.GetValue(_effect) : parsed.GetValue(_lift) * mean;
        var units = parsed.GetValue(_units);
        if (double.IsNaN(effect) && double.IsNaN(units))
        {
            throw new UsageException("give --effect or --lift (for units), or --units (for the smallest detectable effect)");
        }

        var inflation = SampleSize.DesignEffect(parsed.GetValue(_clusterSize), parsed.GetValue(_icc), parsed.GetValue(_cv));
        // A confidence sequence at its tuning size is wider by a constant; squared it is the price in units.
        var price = parsed.GetValue(_sequential) && Sequential.AlwaysValid(1, 1, 10000, 10000, new(alpha)) is { } sequence ? Math.Pow(sequence.Details["priceAgainstFixed"], 2) : 1;
        var factor = inflation * price;
        var document = new JsonObject
        {
            ["method"] = "formula",
            ["alpha"] = alpha,
            ["power"] = power,
            ["designEffect"] = inflation,
            ["sequentialPrice"] = price,
            ["variance"] = variance,
            ["perArm"] = ReportJson.Number(factor * SampleSize.PerArm(effect, variance, alpha, power)),
            ["perArmUnpooled"] = ReportJson.Number(isShare ? factor * SampleSize.PerArmUnpooled(mean, effect, alpha, power) : double.NaN),
            ["perArmOfT"] = ReportJson.Number(factor * SampleSize.PerArmOfT(effect, variance, alpha, power)),
            ["perArmOfZ"] = ReportJson.Number(isShare ? factor * SampleSize.PerArmOfZ(mean, effect, alpha, power) : double.NaN),
            ["minimalDetectable"] = ReportJson.Number(SampleSize.MinimalDetectable(units / factor, Math.Sqrt(variance), alpha, power)),
            ["minimalDetectableLift"] = ReportJson.Number(SampleSize.MinimalDetectableLift(mean, variance, units / factor, alpha, power)),
            ["powerAtEffect"] = ReportJson.Number(SampleSize.Power(effect, Math.Sqrt(variance), units / factor, alpha)),
        };
        terminal.Result(document, () => terminal.Table(["figure", "value"], document.Select(pair => (IReadOnlyList<string>)[pair.Key, pair.Value is null ? "–" : pair.Value.ToString()])));
    }

    private void Replay(ParseResult parsed, string path, Terminal terminal)
    {
        var (history, clusters, metric) = Read(path, parsed.GetValue(_metric));
        var periods = history[0].Length;
        var rows = new JsonArray();
        var lines = new List<IReadOnlyList<string>>();
        foreach (var length in ((int[])[periods / 4, periods / 2, 3 * periods / 4, periods]).Where(length => length >= 4).Distinct())
        {
            var design = Design(parsed, clusters, length, periodLength: 1);
            if (design.FindMistake() is { } mistake)
            {
                throw new UsageException($"{length} periods: {mistake}");
            }

            var found = ReplayedPower.Replay(history, design, parsed.GetValue(_lift), parsed.GetValue(_seed), Math.Max(10, parsed.GetValue(_draws)), parsed.GetValue(_alpha), parsed.GetValue(_power));
            rows.Add(new JsonObject
            {
                ["periods"] = length,
                ["standardError"] = ReportJson.Number(found.StandardError),
                ["minimalDetectable"] = ReportJson.Number(found.MinimalDetectable),
                ["minimalDetectableLift"] = ReportJson.Number(found.MinimalDetectableLift),
                ["rejectionRateWithoutEffect"] = ReportJson.Number(found.RejectionRate),
                ["power"] = ReportJson.Number(found.Power),
            });
            lines.Add([$"{length}", Words.Number(found.StandardError), Words.Number(found.MinimalDetectable), Words.Percent(found.MinimalDetectableLift).TrimStart('+'), $"{100 * found.RejectionRate:0.0} %", double.IsNaN(found.Power) ? "–" : $"{100 * found.Power:0} %"]);
        }

        var document = new JsonObject { ["method"] = "replay", ["metric"] = metric, ["design"] = parsed.GetValue(_design), ["clusters"] = clusters.Count, ["alpha"] = parsed.GetValue(_alpha), ["wantedPower"] = parsed.GetValue(_power), ["lengths"] = rows };
        terminal.Result(document, () =>
        {
            terminal.Say($"{metric} replayed under {parsed.GetValue(_design)} schedules over {clusters.Count} clusters, the last periods of the file.");
            terminal.Table(["periods", "standard error", "smallest effect", "relative", "rejects without effect", "power at --lift"], lines);
        });
    }

    private ScheduleDesign Design(ParseResult parsed, IReadOnlyList<string> clusters, int periods, int periodLength) => new()
    {
        Kind = parsed.GetValue(_design) switch
        {
            "bernoulli" => ScheduleKind.Bernoulli,
            "balanced" => ScheduleKind.Balanced,
            "stratified" => ScheduleKind.Stratified,
            "pairs" => ScheduleKind.Pairs,
            "minimax" => ScheduleKind.Minimax,
            var other => throw WorldChoice.Unknown("design", other ?? "", ["bernoulli", "balanced", "stratified", "pairs", "minimax"]),
        },
        PeriodCount = periods,
        Clusters = clusters,
        IsCommon = parsed.GetValue(_common),
        CarryOverPeriods = parsed.GetValue(_carryOver),
        Strata = [.. Enumerable.Range(0, periods).Select(period => period * periodLength % Math.Max(1, parsed.GetValue(_cycle)))],
    };

    // The smallest lift by how long the test runs, how long a period is and how much is left out behind each switch.
    private void Surface(ParseResult parsed, string path, Terminal terminal)
    {
        var (history, clusters, metric) = Read(path, parsed.GetValue(_metric));
        int[] lengths = Counts(parsed.GetValue(_periodLengths)!, "--period-lengths", least: 1), washouts = Counts(parsed.GetValue(_washouts)!, "--washouts", least: 0);
        var points = new JsonArray();
        var lines = new List<IReadOnlyList<string>>();
        foreach (var span in ((int[])[history[0].Length / 2, history[0].Length]).Distinct())
        {
            foreach (var length in lengths)
            {
                // Too short for the design: said as such instead of left away.
                var design = span / length < 4 ? null : Design(parsed, clusters, span / length, length);
                design = design?.FindMistake() is null ? design : null;
                var line = new List<string> { $"{span}", $"{length}", $"{span / length}" };
                foreach (var washout in washouts)
                {
                    ReplayedDesign? found = design is null
                        ? null
                        : ReplayedPower.Replay(history, design, parsed.GetValue(_lift), parsed.GetValue(_seed), Math.Max(10, parsed.GetValue(_draws)), parsed.GetValue(_alpha), parsed.GetValue(_power), length, washout);
                    line.Add(found is { MinimalDetectableLift: var lift } && double.IsFinite(lift) ? Words.Percent(lift).TrimStart('+') : "–");
                    points.Add(Point(span, length, washout, found));
                }

                lines.Add(line);
            }
        }

        var document = new JsonObject
        {
            ["method"] = "replaySurface", ["metric"] = metric, ["design"] = parsed.GetValue(_design), ["clusters"] = clusters.Count, ["alpha"] = parsed.GetValue(_alpha), ["wantedPower"] = parsed.GetValue(_power), ["surface"] = points,
        };
        terminal.Result(document, () =>
        {
            terminal.Say($"Smallest lift of {metric} that {Words.Percent(parsed.GetValue(_power)).TrimStart('+')} power finds, {parsed.GetValue(_design)} schedules replayed over {clusters.Count} clusters; lengths in periods of the file.");
            terminal.Table(["length", "period", "periods", .. washouts.Select(washout => $"washout {washout}")], lines);
        });
    }

    private static JsonObject Point(int span, int length, int washout, ReplayedDesign? found) => new()
    {
        ["length"] = span,
        ["periodLength"] = length,
        ["periods"] = span / length,
        ["washout"] = washout,
        ["standardError"] = ReportJson.Number(found?.StandardError ?? double.NaN),
        ["minimalDetectable"] = ReportJson.Number(found?.MinimalDetectable ?? double.NaN),
        ["minimalDetectableLift"] = ReportJson.Number(found?.MinimalDetectableLift ?? double.NaN),
        ["rejectionRateWithoutEffect"] = ReportJson.Number(found?.RejectionRate ?? double.NaN),
        ["power"] = ReportJson.Number(found?.Power ?? double.NaN),
    };

    private static int[] Counts(string text, string option, int least)
    {
        int[] counts = [.. text.Split(',').Select(part => int.TryParse(part.Trim(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var count) && count >= least && count <= 100_000
            ? count
            : throw new UsageException($"{option} takes whole numbers from {least} on, with commas; '{part.Trim()}' is none"))];
        return [.. counts.Distinct().Order()];
    }

    private static (double[][] History, IReadOnlyList<string> Clusters, string Metric) Read(string path, string? metric)
    {
        var source = Experimentation.Tables.CsvSource.Open(path);
        int cluster = source.Require("cluster"), period = source.Require("period");
        var name = metric ?? source.Columns.FirstOrDefault(column => column is not ("cluster" or "period" or "arm" or "start" or "washout")) ?? throw new UsageException("the file has no metric");
        var value = source.Require(name);
        Experimentation.Tables.NameTable clusters = new(), periods = new();
        var sums = new Dictionary<(int, int), double>();
        source.Read(() => (row, _) =>
        {
            var key = (clusters.NumberOf(row[cluster]), periods.NumberOf(row[period]));
            sums[key] = sums.GetValueOrDefault(key) + row.Number(value);
        }, threads: 1);
        var order = periods.Names.All(text => long.TryParse(text, out _)) ? periods.Names.OrderBy(long.Parse).ToArray() : [.. periods.Names.Order(StringComparer.Ordinal)];
        if (order.Length < 4 || clusters.Names.Count == 0)
        {
            throw new UsageException("a replay needs at least four periods");
        }

        return ([.. clusters.Names.Select((_, c) => order.Select(text => sums.GetValueOrDefault((c, periods.Find(text)), double.NaN)).ToArray())], clusters.Names, name);
    }
}
