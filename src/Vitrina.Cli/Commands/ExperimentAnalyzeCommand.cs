using System.CommandLine;
using System.Globalization;
using Vitrina.Experimentation.Interleaving;
using Vitrina.Experimentation.OffPolicy;
using Vitrina.Experimentation.Reports;
using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Switchbacks;
using Vitrina.Experimentation.Units;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina experiment analyze</c>: files of an experiment into a report.</summary>
internal sealed class ExperimentAnalyzeCommand
{
    private static readonly string[] s_kinds = ["ab", "switchback", "ope", "interleaving"];
    private readonly Option<string> _kind = new("--kind") { Description = "ab, switchback, ope or interleaving.", Required = true };
    private readonly Option<string?> _units = new("--units") { Description = "ab: CSV with unit, arm and numbers; .gz is unpacked." };
    private readonly Option<string?> _cells = new("--cells") { Description = "switchback: CSV with cluster, period, arm and sums; optionally start, washout." };
    private readonly Option<string?> _log = new("--log") { Description = "ope: CSV with reward, propensity, evaluation; optionally action, prediction and expected or prediction_ACTION and evaluation_ACTION, position, list, cluster." };
    private readonly Option<string?> _credits = new("--credits") { Description = "interleaving: CSV with creditA, creditB and optionally unit, one row per request." };
    private readonly Option<string[]> _metric = new("--metric") { Description = "A numeric column; repeat for more, the primary first. Default: every numeric column.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _ratio = new("--ratio") { Description = "name=numerator/denominator: a ratio of sums; repeat for more.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _quantile = new("--quantile") { Description = "column=0.95: a quantile of the rows; repeat for more.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _guardrail = new("--guardrail") { Description = "ab: metric=-0.01: its lift must be shown to be above −1 %; metric=0.02: below +2 %; repeat for more.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _covariate = new("--covariate") { Description = "ab: a column measured before the exposure, for CUPED; a/b for a ratio." };
    private readonly Option<string?> _weights = new("--weights") { Description = "ab: planned shares, 0.5,0.5 in the order of the arms' names, or A=0.5,B=0.5. Default: equal." };
    private readonly Option<string?> _control = new("--control") { Description = "The control's name. Default: the first by name (switchback: A, control or 0 first)." };
    private readonly Option<bool> _sequential = new("--sequential") { Description = "ab: people look while it runs; the always-valid interval is the headline." };
    private readonly Option<double> _tuning = new("--tuning-size") { Description = "ab: units for which the confidence sequence is narrowest, fixed before the start.", DefaultValueFactory = _ => Sequential.DefaultTuningSize };
    private readonly Option<double> _mixture = new("--mixture-variance") { Description = "ab: τ² of the mSPRT. Default: pooled variance / tuning size.", DefaultValueFactory = _ => double.NaN };
    private readonly Option<string?> _looks = new("--looks") { Description = "ab: information fractions of planned looks up to now, such as 0.25,0.5: adds the group-sequential test." };
    private readonly Option<string> _alternative = new("--alternative") { Description = "ab: two-sided, greater or less.", DefaultValueFactory = _ => "two-sided" };
    private readonly Option<string?> _prior = new("--prior") { Description = "ab: mean,variance of a normal prior on the lift. Default: flat." };
    private readonly Option<bool> _rowsAreUnits = new("--rows-are-units") { Description = "ab: each row is another unit; memory is then bounded by sums alone." };
    private readonly Option<string?> _slice = new("--slice") { Description = "ab: a column by which a sample ratio mismatch is broken down." };
    private readonly Option<string?> _schedule = new("--schedule") { Description = "switchback: the stored schedule, this program's JSON, or CSV with cluster, period, arm." };
    private readonly Option<double> _burnIn = new("--burn-in") { Description = "switchback: hours left out behind each switch; needs a column start." };
    private readonly Option<double> _burnOut = new("--burn-out") { Description = "switchback: hours left out before each switch; needs a column start." };
    private readonly Option<string?> _attributions = new("--attributions") { Description = "switchback: the same deals by moment, creation=column,response=column,close=column." };
    private readonly Option<string?> _arrivals = new("--arrivals") { Description = "switchback: a column that the arm cannot change, tested as a check." };
    private readonly Option<int> _lags = new("--lags") { Description = "switchback: lags of the carry-over curve.", DefaultValueFactory = _ => 2 };
    private readonly Option<int> _draws = new("--draws") { Description = "switchback: redraws of the randomisation test.", DefaultValueFactory = _ => RandomisationTest.DefaultDraws };
    private readonly Option<double> _clip = new("--clip") { Description = "ope: largest weight of clipped estimators.", DefaultValueFactory = _ => 10 };
    private readonly Option<double> _switch = new("--switch") { Description = "ope: weights above it fall back to the model (Switch-DR).", DefaultValueFactory = _ => 10 };
    private readonly Option<double> _shrinkage = new("--shrinkage") { Description = "ope: λ of DRos.", DefaultValueFactory = _ => 100 };
    private readonly Option<double> _subgaussian = new("--subgaussian") { Description = "ope: λ of subgaussian weights.", DefaultValueFactory = _ => 0.1 };
    private readonly Option<string?> _examination = new("--examination") { Description = "ope: examination by position from the first, such as 1,0.7,0.5. Default: from the log." };
    private readonly Option<double> _alpha = new("--alpha") { Description = "1 − confidence.", DefaultValueFactory = _ => 0.05 };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Seeds redraws and bootstraps.", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _html = new("--html") { Description = "Also write a self-contained page." };
    private readonly Option<bool> _json = EngineAccess.JsonOption();

    public static Command Create() => new ExperimentAnalyzeCommand().Build();

    private Command Build()
    {
        var command = new Command("analyze", "Analyse the files of an experiment: checks, every estimate, one headline. Example: vitrina experiment analyze --kind ab --units units.csv --metric orders --ratio ctr=clicks/views --covariate orders_before");
        foreach (var option in (Option[])[_kind, _units, _cells, _log, _credits, _metric, _ratio, _quantile, _guardrail, _covariate, _weights, _control, _sequential, _tuning, _mixture, _looks, _alternative, _prior, _rowsAreUnits, _slice,
            _schedule, _burnIn, _burnOut, _attributions, _arrivals, _lags, _draws, _clip, _switch, _shrinkage, _subgaussian, _examination, _alpha, _seed, _html, _json])
        {
            command.Add(option);
        }

        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var terminal = new Terminal(parsed.GetValue(_json));
        var kind = parsed.GetValue(_kind)!;
        if (!(parsed.GetValue(_alpha) is > 0 and < 1))
        {
            throw new UsageException("--alpha must lie between 0 and 1");
        }

        var report = kind switch
        {
            "ab" => await terminal.RunAsync("Reading", progress => Task.FromResult(Units(parsed, progress))),
            "switchback" => await terminal.RunAsync("Analysing", _ => Task.FromResult(Cells(parsed))),
            "ope" => Log(parsed),
            "interleaving" => InterleavingAnalysis.Run(FileOf(parsed, _credits), parsed.GetValue(_alpha)),
            _ => throw WorldChoice.Unknown("kind of experiment", kind, s_kinds),
        };
        if (parsed.GetValue(_html) is { } page)
        {
            await File.WriteAllTextAsync(page, ReportHtml.Of(report));
        }

        terminal.Result(ReportJson.Of(report), () => ExperimentPrinting.Print(terminal, report));
        return 0;
    }

    private AnalysisReport Units(ParseResult parsed, IProgress<double> progress)
    {
        var path = FileOf(parsed, _units);
        string[] covariate = parsed.GetValue(_covariate)?.Split('/') ?? [];
        var metrics = Metrics(parsed);
        var options = new UnitOptions
        {
            Metrics = metrics,
            Guardrails = Guardrails(parsed, metrics),
            Quantiles = [.. (parsed.GetValue(_quantile) ?? []).Select(text => Pair(text, "--quantile", "column=0.95") is var (name, value) && Number(value, "--quantile") is > 0 and < 1 and var quantile ? new UnitQuantile(name, quantile) : throw new UsageException("--quantile needs a number between 0 and 1"))],
            Covariate = covariate.Length > 0 ? covariate[0] : null,
            CovariateDenominator = covariate.Length > 1 ? covariate[1] : null,
            Weights = [.. (parsed.GetValue(_weights)?.Split(',') ?? []).Select(text => text.Contains('=', StringComparison.Ordinal) && Pair(text, "--weights", "A=0.5") is var (arm, weight) ? (arm, Number(weight, "--weights")) : ("", Number(text, "--weights")))],
            Control = parsed.GetValue(_control),
            IsSequential = parsed.GetValue(_sequential),
            TuningSize = parsed.GetValue(_tuning) is > 0 and var size ? size : throw new UsageException("--tuning-size must be positive"),
            MixtureVariance = parsed.GetValue(_mixture),
            Looks = Numbers(parsed.GetValue(_looks), "--looks"),
            Prior = Numbers(parsed.GetValue(_prior), "--prior") switch { [] => (0, double.PositiveInfinity), [var mean, > 0 and var variance] => (mean, variance), _ => throw new UsageException("--prior needs mean,variance with a positive variance") },
            Level = new Level(parsed.GetValue(_alpha), parsed.GetValue(_alternative) switch { "two-sided" => Alternative.TwoSided, "greater" => Alternative.Greater, "less" => Alternative.Less, var other => throw WorldChoice.Unknown("alternative", other ?? "", ["two-sided", "greater", "less"]) }),
            RowsAreUnits = parsed.GetValue(_rowsAreUnits),
            Slice = parsed.GetValue(_slice),
        };
        try
        {
            return UnitAnalysis.Run(UnitTable.Read(path, options, progress), options, Path.GetFileName(path));
        }
        catch (ArgumentException exception) when (exception.ParamName == "fractions")
        {
            throw new UsageException("--looks: information must grow from look to look, each fraction larger than the one before");
        }
    }

    private AnalysisReport Cells(ParseResult parsed)
    {
        var path = FileOf(parsed, _cells);
        var metrics = Metrics(parsed);
        (string, string)[] attributions = [.. (parsed.GetValue(_attributions)?.Split(',') ?? []).Select(text => Pair(text, "--attributions", "creation=deals_by_creation"))];
        string?[] columns = [.. metrics.SelectMany(metric => (string?[])[metric.Numerator, metric.Denominator]), .. metrics.Count == 0 ? [] : attributions.Select(pair => pair.Item2), .. metrics.Count == 0 ? [] : (string?[])[parsed.GetValue(_arrivals)]];
        var table = CellTable.Read(path, [.. columns.OfType<string>()]);
        foreach (var name in attributions.Select(pair => pair.Item2).Append(parsed.GetValue(_arrivals)).OfType<string>())
        {
            _ = table.Source.Require(name);
        }

        var stored = parsed.GetValue(_schedule) is { } file ? CellTable.ReadSchedule(Existing(file)) : default;
        var options = new SwitchbackOptions
        {
            Metrics = metrics,
            Control = parsed.GetValue(_control),
            BurnInHours = parsed.GetValue(_burnIn),
            BurnOutHours = parsed.GetValue(_burnOut),
            Attributions = attributions,
            Arrivals = parsed.GetValue(_arrivals),
            ScheduledArm = stored.ArmOf,
            Schedule = stored.Schedule,
            Lags = parsed.GetValue(_lags),
            Draws = parsed.GetValue(_draws) is > 0 and var draws ? draws : throw new UsageException("--draws must be positive"),
            Seed = parsed.GetValue(_seed),
            Alpha = parsed.GetValue(_alpha),
        };
        return SwitchbackAnalysis.Run(table, options, Path.GetFileName(path));
    }

    private AnalysisReport Log(ParseResult parsed)
    {
        var path = FileOf(parsed, _log);
        var options = new OffPolicyOptions
        {
            Clip = parsed.GetValue(_clip),
            SwitchAt = parsed.GetValue(_switch),
            Shrinkage = parsed.GetValue(_shrinkage),
            Subgaussian = parsed.GetValue(_subgaussian),
            Examination = Numbers(parsed.GetValue(_examination), "--examination"),
        };
        return OffPolicyAnalysis.Run(OffPolicyAnalysis.Read(path), options, parsed.GetValue(_alpha), Path.GetFileName(path));
    }

    private List<UnitMetric> Metrics(ParseResult parsed) =>
    [
        .. (parsed.GetValue(_metric) ?? []).SelectMany(names => names.Split(',')).Select(name => new UnitMetric(name, name)),
        .. (parsed.GetValue(_ratio) ?? []).Select(text => Pair(text, "--ratio", "ctr=clicks/views") is var (name, parts) && parts.Split('/') is [{ Length: > 0 } above, { Length: > 0 } below] ? new UnitMetric(name, above, below) : throw new UsageException("--ratio needs name=numerator/denominator")),
    ];

    private Guardrail[] Guardrails(ParseResult parsed, List<UnitMetric> metrics) =>
    [
        .. (parsed.GetValue(_guardrail) ?? []).Select(text =>
        {
            var (name, margin) = Pair(text, "--guardrail", "ctr=-0.01");
            return metrics.Count > 0 && !metrics.Exists(metric => metric.Name == name)
                ? throw new UsageException($"--guardrail: '{name}' is not among the metrics ({string.Join(", ", metrics.Select(metric => metric.Name))})")
                : Number(margin, "--guardrail") is var value && value != 0 ? new Guardrail(name, value) : throw new UsageException("--guardrail needs a margin that is not 0, such as ctr=-0.01");
        }),
    ];

    private static string FileOf(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } path ? Existing(path) : throw new UsageException($"this kind of experiment needs {option.Name} FILE");

    internal static string Existing(string path) => File.Exists(path) ? path : throw new UsageException($"there is no file '{path}'");

    private static (string Name, string Value) Pair(string text, string option, string example)
        => text.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } value] ? (name, value) : throw new UsageException($"{option}: '{text}' is not of the form {example}");

    internal static double[] Numbers(string? text, string option) => [.. (text?.Split(',') ?? []).Select(part => Number(part, option))];

    private static double Number(string text, string option) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw new UsageException($"{option}: '{text}' is not a number");
}
