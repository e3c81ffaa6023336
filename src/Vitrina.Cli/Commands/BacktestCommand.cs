using System.CommandLine;
using System.Globalization;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Models.Registry;
using Vitrina.Kernels.Files;
using Vitrina.Learning.Backtesting;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina backtest</c>: which of two orders would have suited better what people then did.</summary>
internal static class BacktestCommand
{
    private sealed record Given(string? Baseline, string? Candidate, string? Shadow, string? Vertical, string? Surface, string? Label, string? Html);

    public static Command Create()
    {
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var baseline = new Option<string?>("--baseline") { Description = "A version as name/version, or shown, popularity, text. Default: shown." };
        var candidate = new Option<string?>("--candidate") { Description = "The other one, as for --baseline." };
        var shadow = new Option<string?>("--shadow") { Description = "Compare logged scores instead: those of this version, which was in shadow (name/version), with what served beside it." };
        var vertical = new Option<string?>("--vertical") { Description = "The vertical; absent: the candidate's, else goods." };
        var surface = new Option<string?>("--surface") { Description = "The surface; absent: the candidate's, else search." };
        var label = new Option<string?>("--label") { Description = "The event that makes an item relevant; absent: the candidate's, else click." };
        label.AcceptOnlyFromAmong([.. EventTypes.All]);
        var at = new Option<string>("--at") { Description = "l2: by score; page: also as the page stands after rules, diversity and promotion.", DefaultValueFactory = _ => "l2" };
        at.AcceptOnlyFromAmong("l2", "page");
        var from = new Option<string?>("--from") { Description = "First moment, such as 2026-03-01 or 2026-03-01T12:00:00Z; absent: where the models' training data end." };
        var to = new Option<string?>("--to") { Description = "Last moment, exclusive; absent: the newest list is in." };
        var k = new Option<int>("--k") { Description = "Places that count.", DefaultValueFactory = _ => 10 };
        var gain = new Option<string>("--gain") { Description = "What a grade is worth: linear, or exponential (2^grade − 1).", DefaultValueFactory = _ => "linear" };
        gain.AcceptOnlyFromAmong("linear", "exponential");
        var discount = new Option<string>("--discount") { Description = "What a rank takes away: log2; mixed: 1 at rank 1 and 1/ln(rank + 1) below, a variant found in print.", DefaultValueFactory = _ => "log2" };
        discount.AcceptOnlyFromAmong("log2", "mixed");
        var randomised = new Option<bool>("--randomised") { Description = "Only lists that were shown in random order (context slice: randomised)." };
        var show = new Option<int>("--show") { Description = "How many winners and losers to list.", DefaultValueFactory = _ => 3 };
        var seed = new Option<ulong>("--seed") { Description = "Seeds ties and intervals.", DefaultValueFactory = _ => 1 };
        var html = new Option<string?>("--html") { Description = "Also write the report as one HTML page to this file." };
        var command = new Command("backtest", "Compare two orders of recorded lists by what people did. Example: vitrina backtest --baseline shown --candidate goods-search/1200-1 --at page")
        {
            baseline, candidate, shadow, vertical, surface, label, at, from, to, k, gain, discount, randomised, show, seed, html, data, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var options = new BacktestOptions
            {
                Vertical = "",
                Surface = "",
                K = parsed.GetValue(k) is >= 1 and <= 1000 and var places ? places : throw new UsageException("--k: a number from 1 to 1000"),
                Gain = parsed.GetValue(gain) == "linear" ? Gain.Linear : Gain.Exponential,
                Discount = parsed.GetValue(discount) == "log2" ? Discount.Log2 : Discount.MixedNatural,
                At = parsed.GetValue(at) == "page" ? BacktestPlace.Page : BacktestPlace.L2,
                From = MomentOf("--from", parsed.GetValue(from)),
                To = MomentOf("--to", parsed.GetValue(to)),
                Examples = parsed.GetValue(show) is >= 0 and <= 100 and var examples ? examples : throw new UsageException("--show: a number from 0 to 100"),
                RandomisedOnly = parsed.GetValue(randomised),
                Seed = parsed.GetValue(seed),
            };
            var given = new Given(
                parsed.GetValue(baseline), parsed.GetValue(candidate), parsed.GetValue(shadow), parsed.GetValue(vertical), parsed.GetValue(surface), parsed.GetValue(label), parsed.GetValue(html));
            return RunAsync(new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!)), given, options, new Terminal(parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static DateTimeOffset? MomentOf(string option, string? text) => text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment
        : throw new UsageException($"{option} {text}: write a moment such as 2026-03-01 or 2026-03-01T12:00:00Z");

    private static async Task<int> RunAsync(DataDirectory data, Given given, BacktestOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        if (given.Shadow is null == given.Candidate is null)
        {
            throw new UsageException("say what is compared: --candidate NAME/VERSION with --baseline, or --shadow NAME/VERSION");
        }

        using var journal = EngineAccess.OpenJournal(data);
        var verticals = EngineAccess.Verticals(data);
        var models = new ModelFolder(data.Models);
        var manifest = ManifestOf(models, given.Shadow ?? given.Candidate!) ?? ManifestOf(models, given.Baseline ?? "");
        var label = EventTypes.TryParse(given.Label ?? manifest?.Label ?? "click", out var single) ? single : EventType.Click;
        options = options with { Vertical = given.Vertical ?? manifest?.Vertical ?? "goods", Surface = given.Surface ?? manifest?.Surface ?? "search", Label = label };
        var vertical = verticals.FirstOrDefault(known => known.Name == options.Vertical)
            ?? throw new UsageException($"there is no vertical '{options.Vertical}'; there are {string.Join(", ", verticals.Select(known => known.Name))}");
        if (!vertical.Surfaces.ContainsKey(options.Surface))
        {
            throw new UsageException($"'{options.Vertical}' has no surface '{options.Surface}'; there are {string.Join(", ", vertical.Surfaces.Keys)}");
        }

        var (baseline, candidate) = given.Shadow is { } shadow
            ? (new Contender.Logged(shadow, IsServed: true), (Contender)new Contender.Logged(shadow, IsServed: false))
            : (Named(given.Baseline ?? "shown", models, vertical), Named(given.Candidate!, models, vertical));
        var report = await terminal.RunAsync(
            "Replaying",
            progress => Task.Run(() => Backtest.Run(journal, verticals, data.Features, baseline, candidate, options, null, progress, cancellationToken), cancellationToken));
        if (given.Html is { } file)
        {
            AtomicFile.WriteAllText(Path.GetFullPath(file), BacktestDocument.ToHtml(report));
        }

        terminal.Result(BacktestDocument.ToJson(report), () => Console.Out.Write(BacktestDocument.ToText(report)));
        return 0;
    }

    private static ModelManifest? ManifestOf(ModelFolder models, string id) => id.Split('/') is [var name, var version] ? ModelsCommand.Find(models, $"{name}/{version}") : null;

    private static Contender Named(string name, ModelFolder models, CompiledVertical vertical)
    {
        try
        {
            return CandidateEvaluation.Named(name, models, vertical);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException or ArgumentException)
        {
            throw new UsageException($"'{name}' is neither a model version nor one of {string.Join(", ", Contender.Words)}; vitrina models list shows the versions");
        }
        catch (Engine.Models.ModelMismatchException mismatch)
        {
            throw new UsageException($"{name}: {mismatch.Message}");
        }
    }
}
