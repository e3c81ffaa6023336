using System.Text.Json.Nodes;
using Vitrina.Engine.Events;
using Vitrina.Learning.Evaluation;
using Vitrina.Simulation.Driving;

namespace Vitrina.Cli.Demos;

/// <summary>What <c>vitrina demo</c> shows of one world: which surface it learns and asks, and what the truth says.</summary>
internal sealed record DemoWorld
{
    /// <summary>All demos; a new one is one line here.</summary>
    public static IReadOnlyList<DemoWorld> All { get; } =
    [
        GoodsDemo.World,
        JobsDemo.World,
        ServicesDemo.World,
    ];

    /// <summary>The world's name.</summary>
    public required string World { get; init; }

    /// <summary>The vertical that is served; its shipped file bears its name.</summary>
    public required string Vertical { get; init; }

    /// <summary>The surface that is learned and asked.</summary>
    public required string Surface { get; init; }

    /// <summary>The event that makes an item of a list relevant.</summary>
    public EventType Label { get; init; } = EventType.Click;

    /// <summary>Rows of the table to which the others are compared.</summary>
    public IReadOnlyList<string> Baselines { get; init; } = ["popularity", "text"];

    /// <summary>The requests that are asked after the start, and shown to try.</summary>
    public required IReadOnlyList<JsonObject> Requests { get; init; }

    /// <summary>A second surface that is learned and asked once; null when there is none.</summary>
    public (string Surface, JsonObject Request)? Groups { get; init; }

    /// <summary>A table of what no log can tell, from the world itself; null when there is none.</summary>
    public Func<IWorld, IProgress<double>, BenchReport>? Truth { get; init; }

    /// <summary>What is alive now, put after the start where items live for hours; null where the history is enough.</summary>
    public Func<IWorld, DateTimeOffset, IReadOnlyList<SimulatedChange>>? Live { get; init; }
}
