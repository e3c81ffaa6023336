using System.Text.Json.Nodes;
using Vitrina.Engine.Events;
using Vitrina.Simulation.Services;

namespace Vitrina.Cli.Demos;

/// <summary>The demo of the services world: the feed of live orders, and why a test by specialists says too much.</summary>
internal static class ServicesDemo
{
    private const int Replications = 8;

    public static DemoWorld World { get; } = new()
    {
        World = ServicesWorld.Vertical,
        Vertical = ServicesWorld.Vertical,
        Surface = ServicesWorld.Surface,
        Label = EventType.Response,
        Baselines = ["popularity", "shown"],
        Requests = [Request("s0", explain: false), Request("s0", explain: true)],
        Live = (world, now) => ((ServicesWorld)world).OpenOrdersAt(now),
        Truth = (world, progress) => ServicesTruthTable.Of(((ServicesWorld)world).Configuration, world.Seed, Replications, progress),
    };

    private static JsonObject Request(string specialist, bool explain)
    {
        var request = new JsonObject
        {
            ["user"] = specialist,
            ["size"] = 5,
            ["filters"] = new JsonObject { ["city"] = "Москва", ["category"] = "Сантехник" },
            ["fields"] = new JsonArray("title", "budget", "place"),
        };
        if (explain)
        {
            request["explain"] = true;
        }

        return request;
    }
}
