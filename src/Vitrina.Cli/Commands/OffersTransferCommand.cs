using System.CommandLine;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina offers transfer …</c>: the document that holds W and the strengths of priors.</summary>
internal static class OffersTransferCommand
{
    public static Command Create() => new("transfer", "W: what statistics of one state are worth in another. Example: vitrina offers transfer show") { Show(), Set() };

    private static Command Show()
    {
        var (vertical, data, json) = (OffersAccess.OneVerticalOption(), EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("show", "Print the document that holds. Example: vitrina offers transfer show --vertical goods") { vertical, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var document = await ShownAsync(OffersAccess.DataOf(parsed.GetValue(data)!), parsed.GetValue(vertical)!, cancellation);
            new Terminal(parsed.GetValue(json)).Result(document, () => Console.Out.WriteLine(TextOf(document)));
            return 0;
        });
        return command;
    }

    /// <summary>The document that holds.</summary>
    public static Task<JsonNode> ShownAsync(DataDirectory data, string vertical, CancellationToken cancellationToken) => OffersAccess.AskAsync(
        data, HttpMethod.Get, PathOf(vertical), null, runtime => Task.FromResult(JsonNode.Parse(runtime.OffersOf(vertical).Market.Offers!.Transfer.ToJson())!), cancellationToken);

    private static Command Set()
    {
        var file = new Argument<string?>("file") { Description = "A transfer document, JSON or YAML; absent with --default.", Arity = ArgumentArity.ZeroOrOne };
        var isDefault = new Option<bool>("--default") { Description = "Bring the default back." };
        var (vertical, data, json) = (OffersAccess.OneVerticalOption(), EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("set", "Let another document hold, without a restart. Example: vitrina offers transfer set w.json --vertical goods") { file, isDefault, vertical, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (name, path) = (parsed.GetValue(vertical)!, parsed.GetValue(file));
            if ((path is null) != parsed.GetValue(isDefault))
            {
                throw new UsageException("name a file, or give --default to bring the default back");
            }

            var document = path is null ? null : Read(path);
            var holds = await OffersAccess.AskAsync(
                OffersAccess.DataOf(parsed.GetValue(data)!),
                HttpMethod.Put,
                PathOf(name),
                document?.ToJson() ?? "",
                async runtime => JsonNode.Parse((await runtime.SetTransferAsync(name, document, Environment.UserName, cancellation)).ToJson())!,
                cancellation);
            new Terminal(parsed.GetValue(json)).Result(holds, () => Console.Out.WriteLine($"{name}: the document of '{holds["source"] ?? path}' holds."));
            return 0;
        });
        return command;
    }

    private static TransferDocument Read(string path)
    {
        var errors = new ErrorList();
        return TransferDocument.Parse(File.ReadAllText(path), Path.GetFileName(path), errors) ?? throw new DeclarationFileException(errors.InFileOrder());
    }

    // In the document's own layout: a line per side of a kernel.
    private static string TextOf(JsonNode document) => TransferDocument.Parse(document.ToJsonString(), "transfer", new ErrorList())?.ToJson() ?? document.ToJsonString();

    private static string PathOf(string vertical) => $"v1/verticals/{Uri.EscapeDataString(vertical)}/transfer";
}
