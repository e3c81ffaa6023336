using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Files;
using Vitrina.Learning.Offers;
using Vitrina.Learning.Training;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina offers fit-transfer</c>: the transfer of statistics between states that best explains what happened after changes of state.</summary>
internal static class OffersFitTransferCommand
{
    public static Command Create()
    {
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var vertical = new Option<string>("--vertical") { Description = "The vertical.", DefaultValueFactory = _ => "goods" };
        var success = new Option<string>("--success") { Description = "The event that a view may lead to.", DefaultValueFactory = _ => "click" };
        success.AcceptOnlyFromAmong([.. EventTypes.All.Where(type => type != "view")]);
        var output = new Option<string?>("--out") { Description = "Where to write the document; absent: it is only printed." };
        var command = new Command("fit-transfer", "Fit W and the strengths of priors to a data directory's journal. Example: vitrina offers fit-transfer --data data --out transfer.json")
        {
            vertical, success, output, data, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var type = EventTypes.TryParse(parsed.GetValue(success), out var known) ? known : EventType.Click;
            return RunAsync(new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!)), parsed.GetValue(vertical)!, type, parsed.GetValue(output), new Terminal(parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(DataDirectory data, string name, EventType success, string? output, Terminal terminal, CancellationToken cancellationToken)
    {
        using var journal = EngineAccess.OpenJournal(data);
        var verticals = EngineAccess.Verticals(data);
        var vertical = verticals.FirstOrDefault(one => one.Name == name)
            ?? throw new UsageException($"there is no vertical '{name}'; there are {string.Join(", ", verticals.Select(one => one.Name))}");
        try
        {
            var cases = await terminal.RunAsync("Reading the journal", progress =>
                Task.Run(() => new JournalCases(journal, verticals, vertical) { Success = success }.Read(progress, cancellationToken), cancellationToken));
            var fit = await terminal.RunAsync("Fitting", _ => Task.Run(() => TransferFitter.Fit(cases, new TransferFitOptions()), cancellationToken));
            if (output is not null)
            {
                AtomicFile.WriteAllText(output, fit.Document.ToJson());
            }

            terminal.Result(DocumentOf(fit, output), () => Print(fit, output, terminal));
            return 0;
        }
        catch (Exception exception) when (exception is TrainingSetException or InvalidOperationException)
        {
            throw new UsageException(exception.Message);
        }
    }

    private static void Print(TransferFit fit, string? output, Terminal terminal)
    {
        terminal.Say($"{fit.CaseCount} cases fitted, {fit.HeldOutCount} later ones kept aside{(fit.IsConverged ? "" : "; the search did not come to rest")}");
        terminal.Table(
            ["transfer", "log-likelihood a view", "on later cases", "gain over default"],
            fit.Scores.Select(score => (string[])[score.Name, Number(score.Train, "F6"), Number(score.HeldOut, "F6"), Number(score.HeldOut - fit.Scores[1].HeldOut, "+0.000000;-0.000000;0")]));
        terminal.Table(
            ["bins away", "default", "cheaper", "dearer", "faster", "slower"],
            Enumerable.Range(1, TransferKernel.MaxShift).Select(shift => (string[])
            [
                shift.ToString(CultureInfo.InvariantCulture), Number(TransferKernel.Default[shift], "F3"),
                Number(fit.Document.Matrix.Price[-shift], "F3"), Number(fit.Document.Matrix.Price[shift], "F3"),
                Number(fit.Document.Matrix.Delivery[-shift], "F3"), Number(fit.Document.Matrix.Delivery[shift], "F3"),
            ]));
        terminal.Say($"strengths: type {Number(fit.Document.Strengths.Type, "F0")} views, match group {Number(fit.Document.Strengths.MatchGroup, "F0")} views");
        terminal.Say(output is null ? "Keep it with --out transfer.json" : $"Written to {output}");
    }

    private static JsonObject DocumentOf(TransferFit fit, string? output)
    {
        var scores = new JsonArray();
        foreach (var score in fit.Scores)
        {
            scores.Add(new JsonObject { ["transfer"] = score.Name, ["train"] = score.Train, ["heldOut"] = double.IsNaN(score.HeldOut) ? null : score.HeldOut });
        }

        return new JsonObject
        {
            ["cases"] = fit.CaseCount,
            ["heldOutCases"] = fit.HeldOutCount,
            ["converged"] = fit.IsConverged,
            ["scores"] = scores,
            ["document"] = JsonNode.Parse(fit.Document.ToJson()),
            ["out"] = output,
        };
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
