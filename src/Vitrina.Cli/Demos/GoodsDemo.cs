using System.Text.Json.Nodes;

namespace Vitrina.Cli.Demos;

/// <summary>The demo of the goods world: search, and groups for a person.</summary>
internal static class GoodsDemo
{
    public static DemoWorld World { get; } = new()
    {
        World = "goods",
        Vertical = "goods",
        Surface = "search",
        Groups = ("groups", new() { ["user"] = "u000007", ["size"] = 5, ["itemsPerGroup"] = 2, ["fields"] = new JsonArray("title", "price") }),
        Requests =
        [
            new() { ["user"] = "u1", ["query"] = "кроссовки", ["size"] = 5, ["fields"] = new JsonArray("title", "price") },
            new() { ["user"] = "u1", ["query"] = "беспроводные наушники", ["size"] = 3, ["explain"] = true, ["fields"] = new JsonArray("title", "price") },
            new() { ["user"] = "u1", ["size"] = 5, ["facets"] = new JsonArray("brand"), ["fields"] = new JsonArray("title", "price") },
        ],
    };
}
