using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Ranking;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina rank</c>: one request at the keyboard, with its explanation.</summary>
internal static class RankCommand
{
    public static Command Create()
    {
        var query = new Argument<string?>("query") { Description = "What is searched for.", Arity = ArgumentArity.ZeroOrOne };
        var vertical = new Option<string>("--vertical") { Description = "The vertical.", DefaultValueFactory = _ => "goods" };
        var surface = new Option<string>("--surface") { Description = "The surface.", DefaultValueFactory = _ => "search" };
        var user = new Option<string?>("--user") { Description = "Who asks." };
        var size = new Option<int>("--size") { Description = "How many items.", DefaultValueFactory = _ => 10 };
        var filter = new Option<string[]>("--filter") { Description = "attribute=value, attribute=value1|value2 or attribute=min..max; may be given several times." };
        var item = new Option<string?>("--item") { Description = "The item that 'similar' starts from." };
        var itemsPerGroup = new Option<int>("--items-per-group") { Description = "On a surface of groups: how many of the best items stand beside each." };
        var sections = new Option<string[]>("--section") { Description = "A section beside organic: similar." };
        var explain = new Option<bool>("--explain") { Description = "Show how each score came about." };
        var data = EngineAccess.DataOption();
        var json = EngineAccess.JsonOption();
        var command = new Command("rank", "Answer one request, from the running server or from the files. Example: vitrina rank \"кроссовки nike\" --explain")
        {
            query, vertical, surface, user, size, filter, item, itemsPerGroup, sections, explain, data, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var request = new RankRequest
            {
                Vertical = parsed.GetValue(vertical)!,
                Surface = parsed.GetValue(surface)!,
                User = parsed.GetValue(user),
                Query = parsed.GetValue(query),
                Size = parsed.GetValue(size),
                ItemsPerGroup = parsed.GetValue(itemsPerGroup),
                Filters = [.. (parsed.GetValue(filter) ?? []).Select(ConditionOf)],
                Sections = parsed.GetValue(sections) ?? [],
                Context = parsed.GetValue(item) is { } start ? [new("item", start)] : [],
                Explain = new ExplainRequest(parsed.GetValue(explain), []),
            };
            return RunAsync(request, new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!)), new Terminal(parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static AttributeCondition ConditionOf(string text)
    {
        if (text.Split('=', 2) is not [var attribute, var value] || value.Length == 0)
        {
            throw new UsageException($"--filter {text}: write attribute=value, attribute=a|b or attribute=min..max");
        }

        if (value.Split("..", 2) is [var min, var max])
        {
            return new AttributeCondition { Attribute = attribute, Min = Bound(min, text), Max = Bound(max, text) };
        }

        return new AttributeCondition { Attribute = attribute, AnyOf = value.Split('|') };
    }

    private static double Bound(string text, string filter) => text.Length == 0 ? double.NaN
        : double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number
        : throw new UsageException($"--filter {filter}: '{text}' is not a number");

    private static async Task<int> RunAsync(RankRequest request, DataDirectory data, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(data.Journal))
        {
            throw new UsageException($"there is no installation in '{data.Root}'; try: vitrina demo");
        }

        var body = BodyOf(request);
        if (RunningServer.Find(data) is { } server)
        {
            using var client = RunningServer.Client(server);
            Print(await RankAsync(client, request.Vertical, request.Surface, body, cancellationToken), terminal);
            return 0;
        }

        // Without a server one is started on a free port for this request: the same path, the same answer.
        return await ServeCommand.RunAsync(data.Root, "http://127.0.0.1:0", false, terminal.IsJson, async (url, stop) =>
        {
            using var client = RunningServer.Client(url);
            Print(await RankAsync(client, request.Vertical, request.Surface, body, cancellationToken), terminal);
            stop();
        }, cancellationToken);
    }

    private static JsonObject BodyOf(RankRequest request)
    {
        var filters = new JsonObject();
        foreach (var condition in request.Filters)
        {
            filters[condition.Attribute] = condition.AnyOf.Count > 0
                ? new JsonArray([.. condition.AnyOf.Select(value => (JsonNode)value)])
                : new JsonObject { ["min"] = NumberOf(condition.Min), ["max"] = NumberOf(condition.Max) };
        }

        return new JsonObject
        {
            ["user"] = request.User,
            ["query"] = request.Query,
            ["size"] = request.Size,
            ["itemsPerGroup"] = request.ItemsPerGroup > 0 ? request.ItemsPerGroup : null,
            ["filters"] = filters,
            ["sections"] = new JsonArray([.. request.Sections.Select(section => (JsonNode)section)]),
            ["context"] = new JsonObject(request.Context.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value))),
            ["explain"] = request.Explain.IsOn,
            ["fields"] = new JsonArray("title", "price"),
        };
    }

    private static JsonNode? NumberOf(double bound) => double.IsNaN(bound) ? null : bound;

    /// <summary>Sends a request to a server.</summary>
    public static async Task<JsonObject> RankAsync(HttpClient client, string vertical, string surface, JsonObject body, CancellationToken cancellationToken)
    {
        using var response = await client.PostAsJsonAsync($"v1/rank/{vertical}/{surface}", body, cancellationToken);
        await RunningServer.RequireSuccessAsync(response, cancellationToken);
        return (await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!;
    }

    /// <summary>Prints an answer.</summary>
    public static void Print(JsonObject answer, Terminal terminal) => terminal.Result(answer, () =>
    {
        PrintQuery(answer);
        foreach (var section in answer["sections"]!.AsArray())
        {
            if (answer["sections"]!.AsArray().Count > 1)
            {
                Console.Out.WriteLine($"{section!["name"]}:");
            }

            foreach (var item in section!["items"]!.AsArray())
            {
                var title = (string?)item!["attributes"]?["title"] ?? "";
                var price = item["attributes"]?["price"]?.ToString() ?? "";
                Console.Out.WriteLine($"{(int)item["position"]!,3}. {(string)item["id"]!,-12} {(double)item["score"]!,8:0.000}  {title}  {price}   [{string.Join(", ", item["reasons"]!.AsArray().Select(reason => (string)reason!))}]");
                foreach (var best in item["items"]?.AsArray() ?? [])
                {
                    Console.Out.WriteLine($"       {(string)best!["id"]!,-12} {best["attributes"]?["title"]}  {best["attributes"]?["price"]}");
                }

                if (item["explanation"] is { } explanation)
                {
                    PrintTree(explanation, 3);
                }
            }
        }

        Console.Out.WriteLine($"ranking {answer["rankingId"]}, as of {answer["asOf"]}, {answer["candidateCount"]} candidates, model {answer["model"] ?? "none"}");
    });

    private static void PrintQuery(JsonObject answer)
    {
        if (answer["query"] is { } query)
        {
            foreach (var rewrite in query["rewrites"]!.AsArray())
            {
                Console.Out.WriteLine($"{rewrite!["kind"]}: {rewrite["from"]} → {rewrite["to"]}");
            }

            foreach (var intent in query["intents"]!.AsArray())
            {
                Console.Out.WriteLine($"attribute intent: {string.Join(" or ", intent!["values"]!.AsArray())}{((bool)intent["relaxed"]! ? " (relaxed)" : (bool)intent["hard"]! ? "" : " (soft)")}");
            }

            if ((bool)query["exact"]!)
            {
                var named = (query["codes"]?.AsArray() ?? []).Select(code => $"{code}").Concat((query["phrases"]?.AsArray() ?? []).Select(phrase => $"\"{phrase}\""));
                Console.Out.WriteLine($"exactly: {string.Join(", ", named)}");
            }
        }

        if ((bool)answer["nothingFound"]!)
        {
            Console.Out.WriteLine("nothing found");
        }
    }

    private static void PrintTree(JsonNode explanation, int depth)
    {
        Console.Out.WriteLine($"{new string(' ', depth * 2)}{(double)explanation["value"]!,9:+0.0000;-0.0000;0.0000}  {explanation["description"]}");
        foreach (var detail in explanation["details"]?.AsArray() ?? [])
        {
            PrintTree(detail!, depth + 1);
        }
    }
}
