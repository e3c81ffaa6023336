using System.CommandLine;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Verticals;
using Vitrina.Learning;
using Vitrina.Learning.Training;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina train</c>: from the journal to a model version, beside a running server or without one.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var data = EngineAccess.DataOption();
        var json = EngineAccess.JsonOption();
        var vertical = new Option<string>("--vertical") { Description = "The vertical.", DefaultValueFactory = _ => "goods" };
        var surface = new Option<string>("--surface") { Description = "The surface.", DefaultValueFactory = _ => "search" };
        var label = new Option<string>("--label") { Description = "The event that makes an item relevant.", DefaultValueFactory = _ => "click" };
        label.AcceptOnlyFromAmong([.. EventTypes.All]);
        var objective = new Option<string>("--objective") { Description = "logistic: log-odds of the label; listwise: softmax over each list.", DefaultValueFactory = _ => "logistic" };
        objective.AcceptOnlyFromAmong("logistic", "listwise");
        var seed = new Option<ulong>("--seed") { Description = "Seeds shuffles and intervals.", DefaultValueFactory = _ => 1 };
        var publish = new Option<bool>("--publish") { Description = "Serve the model at once: through the running server, or by a journal entry." };
        var command = new Command("train", "Train a ranking model from the journal. Example: vitrina train --vertical goods --surface search --publish")
        {
            data, json, vertical, surface, label, objective, seed, publish,
        };
        command.SetAction((parsed, cancellation) =>
        {
            _ = EventTypes.TryParse(parsed.GetValue(label), out var type);
            var options = new LearningOptions
            {
                Vertical = parsed.GetValue(vertical)!,
                Surface = parsed.GetValue(surface)!,
                Label = type,
                Objective = parsed.GetValue(objective) == "listwise" ? LinearObjective.Listwise : LinearObjective.Logistic,
                Seed = parsed.GetValue(seed),
            };
            return RunAsync(new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!)), options, parsed.GetValue(publish), new Terminal(parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(DataDirectory data, LearningOptions options, bool publishes, Terminal terminal, CancellationToken cancellationToken)
    {
        LearningOutcome outcome;
        using (var journal = EngineAccess.OpenJournal(data))
        {
            RequireSurface(EngineAccess.Verticals(data), options);
            outcome = await LearnAsync(journal, data, options, terminal, cancellationToken);
        }

        await Publishing.TryEvaluateAsync(data, outcome.Manifest, Learning.Evaluation.CalibrationMethod.Auto, options.Seed, terminal, cancellationToken);
        if (publishes)
        {
            await Publishing.PublishAsync(data, outcome.Manifest, "train", null, terminal, cancellationToken);
        }

        var table = Evaluations.Table(outcome.Test, options.Seed, ["popularity", "text"]).ToReport("train", $"{options.Vertical}/{options.Surface}", "later-time test lists");
        var document = new JsonObject
        {
            ["model"] = outcome.Manifest.Id,
            ["published"] = publishes,
            ["report"] = System.Text.Json.JsonSerializer.SerializeToNode(outcome.Report, Terminal.JsonOptions),
            ["evaluation"] = JsonNode.Parse(table.ToJson()),
        };
        terminal.Result(document, () =>
        {
            Console.Out.WriteLine($"{outcome.Manifest.Id}: {outcome.Report.Rows:n0} rows, {outcome.Report.PositiveRows:n0} of them positive, {outcome.Report.Parameters} parameters by {outcome.Report.Method}, penalty {outcome.Report.L2}");
            foreach (var unused in outcome.Report.Unused)
            {
                Console.Out.WriteLine($"  unused: {unused.Name} ({unused.Reason})");
            }

            Console.Out.WriteLine(table.ToTable());
            Console.Out.WriteLine(publishes ? $"{outcome.Manifest.Id} serves." : $"Serve it with: vitrina models publish {outcome.Manifest.Id}");
        });
        return 0;
    }

    private static void RequireSurface(IReadOnlyList<CompiledVertical> verticals, LearningOptions options)
    {
        var vertical = verticals.FirstOrDefault(vertical => vertical.Name == options.Vertical)
            ?? throw Unknown("vertical", options.Vertical, verticals.Select(vertical => vertical.Name).ToList());
        if (!vertical.Surfaces.ContainsKey(options.Surface))
        {
            throw Unknown("surface", options.Surface, [.. vertical.Surfaces.Keys]);
        }
    }

    private static UsageException Unknown(string what, string name, List<string> known) => new(
        $"--{what}: there is no {what} '{name}'; {(NearestName.Find(name, known) is { } nearest ? $"did you mean '{nearest}'?" : $"there are {string.Join(", ", known)}")}");

    /// <summary>Learns and saves a model version.</summary>
    public static async Task<LearningOutcome> LearnAsync(
        IJournalStore journal, DataDirectory data, LearningOptions options, Terminal terminal, CancellationToken cancellationToken, Func<RankingRecord, float[]?>? truth = null)
    {
        var verticals = EngineAccess.Verticals(data);
        var outcome = await terminal.RunAsync(
            $"Learning {options.Vertical}/{options.Surface}",
            progress => Task.Run(() => LearningLoop.Run(journal, verticals, data.Features, options, truth, progress, cancellationToken), cancellationToken));
        var models = new ModelFolder(data.Models);
        if (!models.List().Any(manifest => manifest.Id == outcome.Manifest.Id))
        {
            models.Save(outcome.Manifest, outcome.Model);
        }

        return outcome;
    }
}
