using Vitrina.Api.Errors;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Registry;
using Vitrina.Kernels.Files;

namespace Vitrina.Api.Models;

/// <summary>A published model.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">The version that serves now.</param>
/// <param name="Previous">The version that served before.</param>
/// <param name="Sequence">The journal's entry of it.</param>
/// <param name="Surfaces">The surfaces that it scores.</param>
public sealed record PublishedModel(string Name, string Version, string? Previous, long Sequence, IReadOnlyList<string> Surfaces);

/// <summary>Lets a model version serve, if it can.</summary>
internal static class ModelPublishing
{
    /// <summary>Checks that the version loads with the vertical's features, then publishes it; done when requests are scored by it.</summary>
    /// <exception cref="ProblemException">There is no such version, or it does not fit.</exception>
    public static async Task<PublishedModel> PublishAsync(EngineRuntime runtime, string name, string version, string author, CancellationToken cancellationToken)
    {
        var loaded = Load(runtime, name, version);
        var verticals = runtime.Snapshot.Verticals;
        if (!verticals.TryGetValue(loaded.Manifest.Vertical, out var vertical))
        {
            throw new ProblemException(StatusCodes.Status409Conflict, "unknown_vertical", $"the model ranks the vertical '{loaded.Manifest.Vertical}', which is not served here");
        }

        try
        {
            loaded.Model.ColumnsIn(vertical.Vertical.FeatureNames);
        }
        catch (ModelMismatchException mismatch)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, "model_mismatch", mismatch.Message);
        }

        var previous = runtime.Snapshot.Figures.ServingModels.GetValueOrDefault(name);
        var entry = new PendingEntry(EntryKind.ModelPublished, new ControlEntry(name, version, author).ToBytes());
        var appended = await runtime.Writer.AppendAsync([entry], cancellationToken);
        await runtime.WaitForAsync(appended.LastSequence, cancellationToken);
        Stage(runtime.Models, name, version, previous);
        var surfaces = vertical.Vertical.Surfaces.Values.Where(surface => surface.Declaration.Score.Model == name).Select(surface => surface.Name);
        return new PublishedModel(name, version, previous == version ? null : previous, appended.LastSequence, [.. surfaces]);
    }

    // The journal says what serves; the stage in the manifest tells readers of the folder.
    private static void Stage(ModelFolder models, string name, string version, string? previous)
    {
        models.SetStage(name, version, ModelStage.Serving);
        if (previous is not null && previous != version)
        {
            try
            {
                models.SetStage(name, previous, ModelStage.Archived);
            }
            catch (FileNotFoundException)
            {
                // The version was removed from the folder by hand.
            }
        }
    }

    /// <summary>Loads a version.</summary>
    /// <exception cref="ProblemException">There is no such version, or its files are damaged.</exception>
    public static LoadedModel Load(EngineRuntime runtime, string name, string version)
    {
        try
        {
            return runtime.Models.Load(name, version);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or ArgumentException)
        {
            throw new ProblemException(StatusCodes.Status404NotFound, "unknown_model", "there is no such model version; /v1/models lists them");
        }
        catch (DamagedFileException damaged)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, "model_damaged", $"{Path.GetFileName(damaged.Path)} of the version is damaged: {damaged.Reason}");
        }
    }
}
