using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Models.Registry;
using Vitrina.Learning;
using Vitrina.Learning.Training.Embeddings;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina train encoder</c>: from the journal to an encoder of queries and items.</summary>
internal static class TrainEncoderCommand
{
    public static Command Create()
    {
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var vertical = new Option<string>("--vertical") { Description = "The vertical.", DefaultValueFactory = _ => "goods" };
        var surface = new Option<string>("--surface") { Description = "The surface whose queries count.", DefaultValueFactory = _ => "search" };
        var target = new Option<string[]>("--target") { Description = "The event that joins a query and an item; several make an encoder each.", DefaultValueFactory = _ => ["click"] };
        target.AcceptOnlyFromAmong([.. EventTypes.All]);
        var from = new Option<string>("--from") { Description = "What is learned from: events, or the items' texts alone, for the time before there are events.", DefaultValueFactory = _ => "events" };
        from.AcceptOnlyFromAmong("events", "texts");
        var share = new Option<double>("--train-share") { Description = "Share of the events, the earliest, that is learned from; rankers train on later ones.", DefaultValueFactory = _ => 0.5 };
        var epochs = new Option<int>("--epochs") { Description = "Passes over the pairs at most.", DefaultValueFactory = _ => new DssmTrainerOptions().Epochs };
        var seed = new Option<ulong>("--seed") { Description = "Seeds weights, order and draws.", DefaultValueFactory = _ => 1 };
        var publish = new Option<bool>("--publish") { Description = "Serve the encoder: all items are embedded, then encoder and index change together." };
        var command = new Command("encoder", "Train an encoder of queries and items, whose vectors the source kind vectors searches. Example: vitrina train encoder --vertical goods --surface search --target click --publish")
        {
            data, vertical, surface, from, target, share, epochs, seed, publish, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var directory = new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!));
            var terminal = new Terminal(parsed.GetValue(json));
            var results = new JsonArray();
            foreach (var name in parsed.GetValue(target)!)
            {
                _ = EventTypes.TryParse(name, out var type);
                var options = new EncoderOptions
                {
                    Vertical = parsed.GetValue(vertical)!,
                    Surface = parsed.GetValue(surface)!,
                    FromTexts = parsed.GetValue(from) == "texts",
                    Target = type,
                    TrainShare = InRange(parsed.GetValue(share), 0.05, 1, "--train-share"),
                    Trainer = new DssmTrainerOptions { Epochs = (int)InRange(parsed.GetValue(epochs), 1, 1000, "--epochs"), Seed = parsed.GetValue(seed) },
                };
                results.Add(await RunAsync(directory, options, parsed.GetValue(publish), terminal, cancellation));
            }

            terminal.Result(results, () => { });
            return 0;
        });
        return command;
    }

    private static async Task<JsonNode> RunAsync(DataDirectory data, EncoderOptions options, bool publishes, Terminal terminal, CancellationToken cancellationToken)
    {
        EncoderOutcome outcome;
        using (var journal = EngineAccess.OpenJournal(data))
        {
            var verticals = EngineAccess.Verticals(data);
            TrainCommand.RequireSurface(verticals, options.Vertical, options.Surface);
            outcome = await terminal.RunAsync(
                $"Learning an encoder of {options.Vertical}/{options.Surface}",
                progress => Task.Run(() => EncoderLoop.Run(journal, verticals, options, progress, cancellationToken), cancellationToken));
        }

        var models = new ModelFolder(data.Models);
        if (models.Find(outcome.Manifest.Name, outcome.Manifest.Version) is null)
        {
            models.Save(outcome.Manifest, outcome.Encoder);
        }

        if (publishes)
        {
            await Publishing.PublishAsync(data, outcome.Manifest, "train", null, terminal, cancellationToken);
        }

        if (outcome.Report is { } report)
        {
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{outcome.Manifest.Id}: {report.Examples:n0} pairs of {report.Queries:n0} queries and {report.Items:n0} items; pass {report.BestEpoch} of {report.Epochs.Count} kept"));
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"  mean reciprocal rank of the right item: {report.FirstMrr:0.000} before training, {(report.BestEpoch > 0 ? report.Epochs[report.BestEpoch - 1].ValidationMrr : report.FirstMrr):0.000} after, {outcome.LaterMrr:0.000} on later events"));
        }
        else
        {
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{outcome.Manifest.Id}: texts of {outcome.Manifest.Metrics["items"]:n0} items"));
            terminal.Say(double.IsNaN(outcome.LaterMrr) ? "  no event tells yet how good it is" : string.Create(CultureInfo.InvariantCulture, $"  mean reciprocal rank of the right item: {outcome.LaterMrr:0.000} on all events"));
        }

        terminal.Say(publishes ? $"  {outcome.Manifest.Id} serves when all items are embedded." : $"  Serve it with: vitrina models publish {outcome.Manifest.Id}");
        return new JsonObject
        {
            ["model"] = outcome.Manifest.Id,
            ["published"] = publishes,
            ["report"] = System.Text.Json.JsonSerializer.SerializeToNode(outcome.Report, Terminal.JsonOptions),
            ["laterMrr"] = double.IsNaN(outcome.LaterMrr) ? null : outcome.LaterMrr,
        };
    }

    private static double InRange(double value, double low, double high, string option)
        => value >= low && value <= high ? value : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option}: {value} is not between {low} and {high}"));
}
