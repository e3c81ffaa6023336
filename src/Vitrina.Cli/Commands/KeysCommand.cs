using System.CommandLine;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina keys</c>: API keys of an installation. Only their hashes are kept.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "Create, list and remove API keys.") { Make(), List(), Remove() };

    private static Command Make()
    {
        var name = new Argument<string>("name") { Description = "Whose key it is." };
        var scopes = new Option<string>("--scopes") { Description = "read, writeEvents, writeCatalog, admin; several with commas.", DefaultValueFactory = _ => "read,writeEvents" };
        var data = EngineAccess.DataOption();
        var command = new Command("create", "Make a key; it is shown once. Example: vitrina keys create shop-backend --scopes read,writeEvents") { name, scopes, data };
        command.SetAction(parsed =>
        {
            var wanted = ApiKeys.ParseScopes(parsed.GetValue(scopes)!) ?? throw new UsageException($"--scopes {parsed.GetValue(scopes)}: use read, writeEvents, writeCatalog, admin");
            using var control = Open(parsed.GetValue(data)!);
            Console.Out.WriteLine(ApiKeys.Create(control, parsed.GetValue(name)!, wanted, TimeProvider.System));
            return 0;
        });
        return command;
    }

    private static Command List()
    {
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("list", "All keys by name. Example: vitrina keys list") { data, json };
        command.SetAction(parsed =>
        {
            using var control = Open(parsed.GetValue(data)!);
            var keys = ApiKeys.List(control);
            var terminal = new Terminal(parsed.GetValue(json));
            terminal.Result(
                System.Text.Json.JsonSerializer.SerializeToNode(keys, Terminal.JsonOptions)!,
                () => terminal.Table(["name", "scopes", "created"], keys.Select(key => (IReadOnlyList<string>)[key.Name, key.Scopes.ToString(), $"{key.CreatedAt:yyyy-MM-dd HH:mm}"])));
            return 0;
        });
        return command;
    }

    private static Command Remove()
    {
        var (name, data) = (new Argument<string>("name") { Description = "Whose key it is." }, EngineAccess.DataOption());
        var command = new Command("remove", "Remove a key; a running server refuses it from the next request on. Example: vitrina keys remove shop-backend") { name, data };
        command.SetAction(parsed =>
        {
            using var control = Open(parsed.GetValue(data)!);
            return ApiKeys.Remove(control, parsed.GetValue(name)!) ? 0 : throw new UsageException($"there is no key '{parsed.GetValue(name)}'");
        });
        return command;
    }

    private static SqliteControlStore Open(string directory)
    {
        var data = new DataDirectory(Path.GetFullPath(directory));
        Directory.CreateDirectory(data.Root);
        return SqliteControlStore.Open(data.Control);
    }
}
