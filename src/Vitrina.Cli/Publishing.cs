using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Models.Registry;
using Vitrina.Learning;
using Vitrina.Learning.Backtesting;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli;

/// <summary>Changes the stage of model versions: through the running server when there is one, else in an engine of this process.</summary>
internal static class Publishing
{
    /// <summary>Lets a version serve if the gates agree; evaluates it first when the gates could not know.</summary>
    /// <param name="data">The data directory.</param>
    /// <param name="manifest">The version.</param>
    /// <param name="author">Who asks.</param>
    /// <param name="force">A reason to pass over failing gates; null = the gates decide.</param>
    /// <param name="terminal">Shows the progress of an evaluation.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<JsonObject> PublishAsync(DataDirectory data, ModelManifest manifest, string author, string? force, Terminal terminal, CancellationToken cancellationToken)
    {
        if (force is null && !ModelFolder.FindsCandidates(manifest.Kind) && ServerConfiguration.Read(data.Root, null).Engine.Publish.Gates)
        {
            await EvaluateWhereNeededAsync(data, manifest, terminal, cancellationToken);
        }

        return await ChangeAsync(
            data,
            HttpMethod.Post,
            $"v1/models/{manifest.Name}/{manifest.Version}/publish",
            new JsonObject { ["author"] = author, ["force"] = force },
            stages => stages.PublishAsync(manifest.Name, manifest.Version, author, force, cancellationToken),
            cancellationToken);
    }

    /// <summary>Publishes into an engine of this process whatever the gates say: a demonstration has nothing to compare with.</summary>
    public static Task PublishAsync(EngineRuntime runtime, ModelManifest manifest, string author, CancellationToken cancellationToken) =>
        runtime.Stages.PublishAsync(manifest.Name, manifest.Version, author, $"{author}: the first model", cancellationToken);

    /// <summary>Changes a stage.</summary>
    /// <param name="data">The data directory.</param>
    /// <param name="method">The server's endpoint for it.</param>
    /// <param name="path">Its path.</param>
    /// <param name="body">What it is told; null = nothing.</param>
    /// <param name="change">The same without a server.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<JsonObject> ChangeAsync(
        DataDirectory data, HttpMethod method, string path, JsonObject? body, Func<ModelStages, Task<StageChange>> change, CancellationToken cancellationToken)
    {
        if (RunningServer.Find(data) is { } server)
        {
            using var client = RunningServer.Client(server);
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            using var response = await client.SendAsync(request, cancellationToken);
            await RunningServer.RequireSuccessAsync(response, cancellationToken);
            return (await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!;
        }

        await using var runtime = EngineAccess.Start(data.Root, ServerConfiguration.Read(data.Root, null).Engine);
        return JsonSerializer.SerializeToNode(await change(runtime.Stages), Terminal.JsonOptions)!.AsObject();
    }

    /// <summary>Evaluates a version on lists later than its training data and stores what was found beside it.</summary>
    public static async Task<(ModelEvaluation Evaluation, BacktestReport Report)> EvaluateAsync(
        DataDirectory data, ModelManifest manifest, CalibrationMethod method, ulong seed, Terminal terminal, CancellationToken cancellationToken)
    {
        using var journal = EngineAccess.OpenJournal(data);
        var verticals = EngineAccess.Verticals(data);
        return await terminal.RunAsync(
            $"Evaluating {manifest.Id}",
            progress => Task.Run(() => CandidateEvaluation.Run(journal, verticals, data, manifest, method, seed, progress, cancellationToken), cancellationToken));
    }

    /// <summary>Evaluates a version where that can be done; a log without later lists leaves it unevaluated, which the gates will say.</summary>
    public static async Task TryEvaluateAsync(DataDirectory data, ModelManifest manifest, CalibrationMethod method, ulong seed, Terminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            await EvaluateAsync(data, manifest, method, seed, terminal, cancellationToken);
        }
        catch (Exception exception) when (exception is NothingToLearnException or Engine.Models.ModelMismatchException)
        {
            await Console.Error.WriteLineAsync($"not evaluated: {exception.Message}");
        }
    }

    private static async Task EvaluateWhereNeededAsync(DataDirectory data, ModelManifest manifest, Terminal terminal, CancellationToken cancellationToken)
    {
        var models = new ModelFolder(data.Models);
        string baseline;
        using (var journal = EngineAccess.OpenJournal(data))
        {
            var vertical = EngineAccess.Verticals(data).FirstOrDefault(known => known.Name == manifest.Vertical);
            if (vertical is null)
            {
                return;
            }

            baseline = ModelStages.BaselineOf(manifest, vertical, ServingVersions.Of(journal, models, cancellationToken).GetValueOrDefault(manifest.Name));
        }

        if (models.FindEvaluation(manifest.Name, manifest.Version) is { } known && known.Baseline == baseline)
        {
            return;
        }

        await TryEvaluateAsync(data, manifest, manifest.Calibration is null ? CalibrationMethod.Auto : CalibrationMethod.Keep, 1, terminal, cancellationToken);
    }
}
