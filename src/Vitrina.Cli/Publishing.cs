using System.Net.Http.Json;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Registry;

namespace Vitrina.Cli;

/// <summary>Makes a model version serve: through the running server when there is one, else by an entry of the journal.</summary>
internal static class Publishing
{
    public static async Task PublishAsync(DataDirectory data, ModelManifest manifest, string author, CancellationToken cancellationToken)
    {
        if (RunningServer.Find(data) is { } server)
        {
            using var client = RunningServer.Client(server);
            using var response = await client.PostAsJsonAsync($"v1/models/{manifest.Name}/{manifest.Version}/publish", new { author }, cancellationToken);
            await RunningServer.RequireSuccessAsync(response, cancellationToken);
            return;
        }

        await using var runtime = EngineAccess.Start(data.Root);
        await PublishAsync(runtime, manifest, author, cancellationToken);
    }

    /// <summary>Publishes into an engine of this process.</summary>
    public static async Task PublishAsync(EngineRuntime runtime, ModelManifest manifest, string author, CancellationToken cancellationToken)
    {
        var entry = new PendingEntry(EntryKind.ModelPublished, new ControlEntry(manifest.Name, manifest.Version, author).ToBytes());
        var result = await runtime.Writer.AppendAsync([entry], cancellationToken);
        await runtime.WaitForAsync(result.LastSequence, cancellationToken);
    }
}
