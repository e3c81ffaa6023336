using System.CommandLine;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Verticals;
using Vitrina.Learning;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina train</c>: from the journal to a model version, beside a running server or without one.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var arguments = new TrainOptions();
        var publish = new Option<bool>("--publish") { Description = "Serve the model at once: through the running server, or by a journal entry." };
        var command = new Command("train", "Train a ranking model from the journal. Example: vitrina train --vertical goods --surface search --publish") { data, json, publish, TrainEncoderCommand.Create(), TrainFactorsCommand.Create() };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(
            new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!)), arguments.Read(parsed), parsed.GetValue(publish), new Terminal(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(DataDirectory data, LearningOptions options, bool publishes, Terminal terminal, CancellationToken cancellationToken)
    {
        LearningOutcome outcome;
        ModelManifest? factors;
        using (var journal = EngineAccess.OpenJournal(data))
        {
            RequireSurface(EngineAccess.Verticals(data), options.Vertical, options.Surface);
            factors = await TrainFactorsCommand.LearnWhereAskedAsync(journal, data, options.Vertical, options.Surface, terminal, cancellationToken);
            outcome = await LearnAsync(journal, data, options, terminal, cancellationToken);
        }

        await Publishing.TryEvaluateAsync(data, outcome.Manifest, Learning.Evaluation.CalibrationMethod.Auto, options.Seed, terminal, cancellationToken);
        if (publishes)
        {
            if (factors is not null)
            {
                await Publishing.PublishAsync(data, factors, "train", null, terminal, cancellationToken);
            }

            await Publishing.PublishAsync(data, outcome.Manifest, "train", null, terminal, cancellationToken);
        }

        var table = Evaluations.Table(outcome.Test, options.Seed, ["popularity", "text"]).ToReport("train", $"{options.Vertical}/{options.Surface}", "later-time test lists");
        var document = new JsonObject
        {
            ["model"] = outcome.Manifest.Id,
            ["factors"] = factors?.Id,
            ["published"] = publishes,
            ["report"] = System.Text.Json.JsonSerializer.SerializeToNode(outcome.Report, Terminal.JsonOptions),
            ["evaluation"] = JsonNode.Parse(table.ToJson()),
        };
        terminal.Result(document, () =>
        {
            Show(outcome);
            Console.Out.WriteLine(table.ToTable());
            Console.Out.WriteLine(publishes ? $"{outcome.Manifest.Id} serves." : $"Serve it with: {(factors is null ? "" : $"vitrina models publish {factors.Id} && ")}vitrina models publish {outcome.Manifest.Id}");
        });
        return 0;
    }

    private static void Show(LearningOutcome outcome)
    {
        var report = outcome.Report;
        Console.Out.WriteLine($"{outcome.Manifest.Id}: {report.Kind}, {report.Rows:n0} rows, {report.PositiveRows:n0} of them positive");
        if (report.UnknownShare >= 0.01)
        {
            Console.Out.WriteLine($"  left out: {report.UnknownShare:0.#%} of shown items, which the catalogue did not hold when their list was shown; do they stand in the journal with a later time?");
        }

        Console.Out.WriteLine(
            $"  linear: validation ndcg@10 {report.LinearNdcg:0.0000}, {report.Linear.Parameters} parameters by {report.Linear.Method}, penalty {report.Linear.L2}");
        if (report.TreesNdcg is { } ndcg)
        {
            Console.Out.WriteLine($"  trees:  validation ndcg@10 {ndcg:0.0000}, {report.TreeBytesPerRow} bytes a row");
            foreach (var trial in report.Trials)
            {
                Console.Out.WriteLine($"    {trial.Leaves} leaves: {trial.Trees} trees, {trial.Metric.ToString().ToLowerInvariant()} {trial.Value:0.00000}");
            }

            Console.Out.WriteLine($"    most used: {string.Join(", ", report.Gains.Take(8).Select(gain => gain.Key))}");
        }

        if (report.Examination is { } curve)
        {
            Console.Out.WriteLine($"  examined at 1, 2, 3, 5, 10, 20: {string.Join(", ", new[] { 1, 2, 3, 5, 10, 20 }.Select(position => $"{curve[position - 1]:0.00}"))}");
        }

        foreach (var unused in report.Linear.Unused)
        {
            Console.Out.WriteLine($"  unused: {unused.Name} ({unused.Reason})");
        }
    }

    /// <summary>Refuses a vertical or a surface that the installation does not have.</summary>
    public static void RequireSurface(IReadOnlyList<CompiledVertical> verticals, string name, string surface)
    {
        var vertical = verticals.FirstOrDefault(vertical => vertical.Name == name)
            ?? throw Unknown("vertical", name, verticals.Select(vertical => vertical.Name).ToList());
        if (!vertical.Surfaces.ContainsKey(surface))
        {
            throw Unknown("surface", surface, [.. vertical.Surfaces.Keys]);
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
