using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Registry;
using Vitrina.Learning;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina train factors</c>: from the journal to factors and links of groups, without the ranking model that <c>vitrina train</c> makes beside them.</summary>
internal static class TrainFactorsCommand
{
    public static Command Create()
    {
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var vertical = new Option<string>("--vertical") { Description = "The vertical.", DefaultValueFactory = _ => "goods" };
        var surface = new Option<string>("--surface") { Description = "A surface whose candidates are groups and name factors.", DefaultValueFactory = _ => "groups" };
        var publish = new Option<bool>("--publish") { Description = "Serve them at once: through the running server, or by a journal entry." };
        var command = new Command("factors", "Learn factors and links of groups, which the sources factorGroups and linkedGroups ask. Example: vitrina train factors --surface groups --publish") { data, vertical, surface, publish, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var directory = new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!));
            var terminal = new Terminal(parsed.GetValue(json));
            ModelManifest manifest;
            using (var journal = EngineAccess.OpenJournal(directory))
            {
                TrainCommand.RequireSurface(EngineAccess.Verticals(directory), parsed.GetValue(vertical)!, parsed.GetValue(surface)!);
                manifest = await LearnAsync(journal, directory, parsed.GetValue(vertical)!, parsed.GetValue(surface)!, terminal, cancellation);
            }

            if (parsed.GetValue(publish))
            {
                await Publishing.PublishAsync(directory, manifest, "train", null, terminal, cancellation);
            }

            terminal.Result(
                new JsonObject { ["model"] = manifest.Id, ["published"] = parsed.GetValue(publish), ["metrics"] = System.Text.Json.JsonSerializer.SerializeToNode(manifest.Metrics, Terminal.JsonOptions) },
                () => Console.Out.WriteLine(parsed.GetValue(publish) ? $"{manifest.Id} serves." : $"Serve them with: vitrina models publish {manifest.Id}"));
            return 0;
        });
        return command;
    }

    /// <summary>Learns a version for a surface that asks factors, as long as there is something to learn; null without.</summary>
    public static async Task<ModelManifest?> LearnWhereAskedAsync(
        IJournalStore journal, DataDirectory data, string vertical, string surface, Terminal terminal, CancellationToken cancellationToken)
    {
        if (EngineAccess.Verticals(data).FirstOrDefault(known => known.Name == vertical)?.Surfaces.GetValueOrDefault(surface)?.Factors is null)
        {
            return null;
        }

        try
        {
            return await LearnAsync(journal, data, vertical, surface, terminal, cancellationToken);
        }
        catch (NothingToLearnException nothing)
        {
            terminal.Say($"  without factors: {nothing.Message}");
            return null;
        }
    }

    /// <summary>Learns a version, saves it and says how good it is.</summary>
    public static async Task<ModelManifest> LearnAsync(IJournalStore journal, DataDirectory data, string vertical, string surface, Terminal terminal, CancellationToken cancellationToken)
    {
        var compiled = EngineAccess.Verticals(data).First(known => known.Name == vertical);
        var (factors, manifest) = await terminal.RunAsync(
            $"Learning factors of {vertical}/{surface}", progress => Task.Run(() => FactorsLoop.Run(journal, compiled, surface, progress, cancellationToken), cancellationToken));
        var models = new ModelFolder(data.Models);
        if (models.Find(manifest.Name, manifest.Version) is null)
        {
            models.Save(manifest, factors);
        }

        terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{manifest.Id}: {manifest.Metrics["groups"]:n0} groups, {manifest.Metrics["people"]:n0} people"));
        terminal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"  ndcg@10 of the next group on {manifest.Metrics["later_steps"]:n0} later steps: factors {manifest.Metrics["ndcg@10_factors"]:0.000}, links {manifest.Metrics["ndcg@10_links"]:0.000}, popularity {manifest.Metrics["ndcg@10_popularity"]:0.000}"));
        return manifest;
    }
}
