using System.Globalization;
using Vitrina.Engine.Models.Registry;
using Vitrina.Kernels.Files;

namespace Vitrina.Learning.Publishing;

/// <summary>A version as it stands on a tracking server.</summary>
/// <param name="Model">The registered model.</param>
/// <param name="Number">The server's number of the version.</param>
/// <param name="RunId">The run that holds its figures and files.</param>
/// <param name="Source">Where its files stand.</param>
/// <param name="Aliases">Names by which it can be asked for.</param>
public sealed record PushedVersion(string Model, string Number, string RunId, string Source, IReadOnlyList<string> Aliases);

/// <summary>Carries model versions to an MLflow tracking server and back, byte for byte.</summary>
/// <remarks>
/// A push makes a run with the manifest's figures, stores the version's files as its artifacts, and registers them as a version of a registered
/// model with an alias made from our own version. A pull verifies what it gets as every load does. Nothing is published by either.
/// </remarks>
public sealed class ModelExchange(MlflowClient server, ModelFolder models, TimeProvider time)
{
    private const string Folder = "vitrina";
    private static readonly (string File, bool IsOptional)[] Files = [("manifest.json", false), ("model.bin", false), ("evaluation.json", true)];

    /// <summary>The alias under which a version of ours is found: letters, digits, dashes and underscores; never taken for a number.</summary>
    public static string AliasOf(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return "vitrina-" + version.Replace('.', '_');
    }

    /// <summary>Pushes a version.</summary>
    /// <param name="manifest">The version.</param>
    /// <param name="experiment">The experiment that its run belongs to.</param>
    /// <param name="alias">A further alias, such as `champion`; null = none.</param>
    /// <param name="cancellationToken">Ends the push; the run is then marked as failed when the server still listens.</param>
    /// <exception cref="MlflowException">The server refused.</exception>
    public async Task<PushedVersion> PushAsync(ModelManifest manifest, string experiment, string? alias, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        models.Load(manifest.Name, manifest.Version);
        var files = models.Export(manifest.Name, manifest.Version);
        var experimentId = await server.EnsureExperimentAsync(experiment, cancellationToken);
        var (runId, artifacts) = await server.CreateRunAsync(experimentId, manifest.Id, time.GetUtcNow(), cancellationToken);
        try
        {
            var tags = new Dictionary<string, string> { ["vitrina.id"] = manifest.Id, ["vitrina.version"] = manifest.Version, ["vitrina.checksum"] = manifest.Checksum ?? "" };
            await server.LogAsync(runId, manifest.Metrics, ParametersOf(manifest), tags, time.GetUtcNow(), cancellationToken);
            var source = $"{artifacts.TrimEnd('/')}/{Folder}";
            foreach (var (file, bytes) in files)
            {
                await server.PutArtifactAsync(source, file, bytes, cancellationToken);
            }

            await server.EndRunAsync(runId, "FINISHED", time.GetUtcNow(), cancellationToken);
            await server.EnsureModelAsync(manifest.Name, $"Vitrina model of {manifest.Vertical}/{manifest.Surface}", cancellationToken);
            var number = await server.CreateVersionAsync(manifest.Name, source, runId, tags, cancellationToken);
            string[] aliases = alias is null ? [AliasOf(manifest.Version)] : [AliasOf(manifest.Version), alias];
            foreach (var name in aliases)
            {
                await server.SetAliasAsync(manifest.Name, name, number, cancellationToken);
            }

            return new PushedVersion(manifest.Name, number, runId, source, aliases);
        }
        catch
        {
            await TryFailAsync(runId);
            throw;
        }
    }

    // Best effort: the first error is the one to tell.
    private async Task TryFailAsync(string runId)
    {
        try
        {
            await server.EndRunAsync(runId, "FAILED", time.GetUtcNow(), CancellationToken.None);
        }
        catch (MlflowException)
        {
        }
    }

    /// <summary>Pulls a version.</summary>
    /// <param name="name">The registered model.</param>
    /// <param name="version">Our version, or the server's number; null with an alias.</param>
    /// <param name="alias">An alias; null with a version.</param>
    /// <param name="cancellationToken">Ends the pull; nothing is stored then.</param>
    /// <returns>The manifest of what was stored.</returns>
    /// <exception cref="MlflowException">There is no such version, or the server refused.</exception>
    /// <exception cref="DamagedFileException">What was pulled is no model version.</exception>
    /// <exception cref="InvalidOperationException">The version is here already.</exception>
    public async Task<ModelManifest> PullAsync(string name, string? version, string? alias, CancellationToken cancellationToken)
    {
        var source = alias is not null
            ? await server.FindSourceByAliasAsync(name, alias, cancellationToken)
            : await server.FindSourceByAliasAsync(name, AliasOf(version!), cancellationToken)
                ?? (version!.All(char.IsAsciiDigit) ? await server.FindSourceAsync(name, version!, cancellationToken) : null);
        if (source is null)
        {
            throw new MlflowException(MlflowException.DoesNotExist, $"the tracking server has no '{name}{(alias is null ? $"/{version}" : $"@{alias}")}'");
        }

        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (file, isOptional) in Files)
        {
            if (await server.FindArtifactAsync(source, file, isOptional, cancellationToken) is { } bytes)
            {
                files[file] = bytes;
            }
        }

        return models.Import(files);
    }

    private static Dictionary<string, string> ParametersOf(ModelManifest manifest) => new()
    {
        ["vertical"] = manifest.Vertical,
        ["surface"] = manifest.Surface,
        ["kind"] = manifest.Kind,
        ["objective"] = manifest.Objective,
        ["label"] = manifest.Label,
        ["seed"] = manifest.Seed.ToString(CultureInfo.InvariantCulture),
        ["code_version"] = manifest.CodeVersion,
        ["data_from"] = manifest.Data.From.ToString("O", CultureInfo.InvariantCulture),
        ["data_to"] = manifest.Data.To.ToString("O", CultureInfo.InvariantCulture),
        ["data_as_of"] = manifest.Data.AsOf.ToString(CultureInfo.InvariantCulture),
        ["calibration"] = manifest.Calibration?.Method ?? "none",
        ["features"] = string.Join(", ", manifest.Features.Select(feature => feature.Name)),
    };
}
