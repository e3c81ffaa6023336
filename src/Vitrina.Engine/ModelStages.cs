using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Ranking.Retrieving;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine;

/// <summary>What a change of stage did.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">The version that was asked for.</param>
/// <param name="Previous">The version that stood in the stage before; null when none did.</param>
/// <param name="Sequence">The journal's entry of it; 0 when only the manifest changed.</param>
/// <param name="Surfaces">The surfaces that the model scores.</param>
/// <param name="Gates">What the gates said; empty when they were not asked.</param>
public sealed record StageChange(string Name, string Version, string? Previous, long Sequence, IReadOnlyList<string> Surfaces, IReadOnlyList<GateOutcome> Gates);

/// <summary>A change of stage that is refused.</summary>
/// <param name="code">A stable code.</param>
/// <param name="message">What is wrong and what would be right.</param>
/// <param name="gates">What the gates said, when they are the reason.</param>
public sealed class ModelRefusedException(string code, string message, IReadOnlyList<GateOutcome>? gates = null) : Exception(message)
{
    /// <summary>There is no such version.</summary>
    public const string Unknown = "unknown_model";

    /// <summary>A stable code.</summary>
    public string Code { get; } = code;

    /// <summary>What the gates said.</summary>
    public IReadOnlyList<GateOutcome> Gates { get; } = gates ?? [];
}

/// <summary>Moves model versions along candidate → shadow → serving → archived. The journal says what serves and shadows; manifests repeat it for readers of the folder.</summary>
/// <remarks>One change at a time; done when requests see it. Nothing here reads history: gates read the evaluation that is stored with the version.</remarks>
public sealed class ModelStages(EngineRuntime runtime) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Lets a version serve when it loads, finds its features and passes the gates.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="author">Who asks.</param>
    /// <param name="force">A reason to pass over failing gates, which is recorded; null = the gates decide.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    /// <exception cref="ModelRefusedException">It is refused; nothing changed.</exception>
    public Task<StageChange> PublishAsync(string name, string version, string author, string? force, CancellationToken cancellationToken = default) => OneAtATimeAsync(async () =>
    {
        var (manifest, vertical) = Require(name, version);
        var gates = GatesOf(manifest, vertical);
        if (force is null && gates.Any(gate => !gate.IsPassed))
        {
            var failed = gates.Where(gate => !gate.IsPassed).Select(gate => $"{gate.Gate}: {gate.Figure}");
            throw new ModelRefusedException("gate_failed", $"{manifest.Id} may not serve: {string.Join("; ", failed)}", gates);
        }

        return await ServeAsync(manifest, vertical, author, force, gates, isRollback: false, cancellationToken);
    }, cancellationToken);

    /// <summary>Lets the version serve again that served before the present one; gates are not asked, since it served already.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">Another version to go back to; null = the last that served and was not rolled back itself.</param>
    /// <param name="author">Who asks.</param>
    /// <param name="reason">Why, for the record; may be null.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    /// <exception cref="ModelRefusedException">There is nothing to go back to; nothing changed.</exception>
    public Task<StageChange> RollbackAsync(string name, string? version, string author, string? reason, CancellationToken cancellationToken = default) => OneAtATimeAsync(async () =>
    {
        var serving = Serving(name) ?? throw new ModelRefusedException("nothing_serves", $"no version of '{name}' serves; there is nothing to roll back");
        var target = version ?? PreviousOf(name, serving)
            ?? throw new ModelRefusedException("nothing_to_roll_back_to", $"no version of '{name}' served before {serving}; name one");
        var (manifest, vertical) = Require(name, target);
        if (target == serving)
        {
            throw new ModelRefusedException("already_serving", $"{manifest.Id} serves already");
        }

        return await ServeAsync(manifest, vertical, author, reason ?? "rollback", [], isRollback: true, cancellationToken);
    }, cancellationToken);

    /// <summary>Lets a version score live requests beside the serving one, or stops the one that does.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version; null stops shadow scoring.</param>
    /// <param name="author">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    /// <exception cref="ModelRefusedException">It is refused; nothing changed.</exception>
    public Task<StageChange> ShadowAsync(string name, string? version, string author, CancellationToken cancellationToken = default) => OneAtATimeAsync(async () =>
    {
        var previous = runtime.Snapshot.Figures.ShadowModels.GetValueOrDefault(name);
        IReadOnlyList<string> surfaces = [];
        if (version is not null)
        {
            var (manifest, vertical) = Require(name, version);
            if (Serving(name) == version)
            {
                throw new ModelRefusedException("already_serving", $"{manifest.Id} serves already; there is nothing to shadow");
            }

            surfaces = SurfacesOf(vertical, name);
        }
        else if (previous is null)
        {
            throw new ModelRefusedException("no_shadow", $"no version of '{name}' is in shadow");
        }

        var sequence = await AppendAsync(EntryKind.ModelShadowed, new ControlEntry(name, version ?? "", author), cancellationToken);
        TrySetStage(name, previous is null || previous == version ? null : previous, ModelStage.Candidate);
        TrySetStage(name, version, ModelStage.Shadow);
        return new StageChange(name, version ?? "", previous, sequence, surfaces, []);
    }, cancellationToken);

    /// <summary>Puts a version away: it is kept, and listed as archived. One in shadow stops shadowing; a serving one is refused.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="author">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    /// <exception cref="ModelRefusedException">It serves, or there is none; nothing changed.</exception>
    public Task<StageChange> ArchiveAsync(string name, string version, string author, CancellationToken cancellationToken = default) => OneAtATimeAsync(async () =>
    {
        Find(name, version);
        if (Serving(name) == version)
        {
            throw new ModelRefusedException("serves", $"{name}/{version} serves; publish another version or roll back first");
        }

        var isShadow = runtime.Snapshot.Figures.ShadowModels.GetValueOrDefault(name) == version;
        var sequence = isShadow ? await AppendAsync(EntryKind.ModelShadowed, new ControlEntry(name, "", author), cancellationToken) : 0;
        TrySetStage(name, version, ModelStage.Archived);
        return new StageChange(name, version, null, sequence, [], []);
    }, cancellationToken);

    /// <summary>What the gates would say now.</summary>
    /// <exception cref="ModelRefusedException">There is no such version, or it does not fit.</exception>
    public IReadOnlyList<GateOutcome> GatesOf(string name, string version)
    {
        var (manifest, vertical) = Require(name, version);
        return GatesOf(manifest, vertical);
    }

    /// <summary>What a version is to be compared with: the serving version as name/version; when none (or itself) serves `text` or `popularity`, whichever the surface falls back on.</summary>
    public static string BaselineOf(ModelManifest manifest, CompiledVertical vertical, string? serving)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(vertical);
        if (serving is not null && serving != manifest.Version)
        {
            return $"{manifest.Name}/{serving}";
        }

        return vertical.Surfaces.TryGetValue(manifest.Surface, out var surface) && surface.Declaration.Score.Fallback == ScoreFallback.Text ? "text" : "popularity";
    }

    private IReadOnlyList<GateOutcome> GatesOf(ModelManifest manifest, CompiledVertical vertical)
    {
        // Gates compare orders of lists; what gives candidates is ordered by the ranking model.
        if (!runtime.Options.Publish.Gates || ModelFolder.FindsCandidates(manifest.Kind))
        {
            return [];
        }

        var evaluation = runtime.Models.FindEvaluation(manifest.Name, manifest.Version);
        return PublishGates.Check(manifest, evaluation, BaselineOf(manifest, vertical, Serving(manifest.Name)), runtime.Options.Publish);
    }

    private async Task<StageChange> ServeAsync(
        ModelManifest manifest, CompiledVertical vertical, string author, string? reason, IReadOnlyList<GateOutcome> gates, bool isRollback, CancellationToken cancellationToken)
    {
        var (name, version) = (manifest.Name, manifest.Version);
        var previous = Serving(name) is { } serving && serving != version ? serving : null;
        if (runtime.Snapshot.Figures.ShadowModels.GetValueOrDefault(name) == version)
        {
            await AppendAsync(EntryKind.ModelShadowed, new ControlEntry(name, "", author), cancellationToken);
        }

        var sequence = await AppendAsync(EntryKind.ModelPublished, new ControlEntry(name, version, author, reason), cancellationToken);
        runtime.Models.Change(name, version, before => before with
        {
            Stage = ModelStage.Serving,
            IsRolledBack = false,
            Publications = [.. before.Publications ?? [], new ManifestPublication(runtime.Time.GetUtcNow(), author, sequence, reason)],
        });
        TrySetStage(name, previous, ModelStage.Archived, isRolledBack: isRollback);
        return new StageChange(name, version, previous, sequence, SurfacesOf(vertical, name), gates);
    }

    private async Task<long> AppendAsync(EntryKind kind, ControlEntry entry, CancellationToken cancellationToken)
    {
        var appended = await runtime.Writer.AppendAsync([new PendingEntry(kind, entry.ToBytes())], cancellationToken);
        await runtime.WaitForAsync(appended.LastSequence, cancellationToken);
        return appended.LastSequence;
    }

    // The version may have been removed from the folder by hand; the journal has the change already.
    private void TrySetStage(string name, string? version, ModelStage stage, bool isRolledBack = false)
    {
        if (version is not null && runtime.Models.Find(name, version) is not null)
        {
            runtime.Models.Change(name, version, manifest => manifest with { Stage = stage, IsRolledBack = isRolledBack });
        }
    }

    private string? Serving(string name) => runtime.Snapshot.Figures.ServingModels.GetValueOrDefault(name);

    private string? PreviousOf(string name, string serving) => runtime.Models.List()
        .Where(manifest => manifest.Name == name && manifest.Version != serving && !manifest.IsRolledBack && (manifest.Publications is { Count: > 0 } || manifest.Stage == ModelStage.Archived))
        .MaxBy(manifest => (manifest.Publications is { Count: > 0 } publications ? publications[^1].Sequence : 0, manifest.CreatedAt, manifest.Version))?.Version;

    private (ModelManifest Manifest, CompiledVertical Vertical) Require(string name, string version)
    {
        var (manifest, model) = Find(name, version);
        if (!runtime.Snapshot.Verticals.TryGetValue(manifest.Vertical, out var vertical))
        {
            throw new ModelRefusedException("unknown_vertical", $"the model ranks the vertical '{manifest.Vertical}', which is not served here");
        }

        try
        {
            model?.ColumnsIn(vertical.Vertical.FeatureNamesOf(manifest.Surface));
        }
        catch (ModelMismatchException mismatch)
        {
            throw new ModelRefusedException("model_mismatch", mismatch.Message);
        }

        return (manifest, vertical.Vertical);
    }

    // What finds candidates has no ranking model.
    private (ModelManifest Manifest, RankingModel? Model) Find(string name, string version)
    {
        try
        {
            switch (runtime.Models.Find(name, version))
            {
                case { Kind: ModelFolder.EncoderKind } encoder:
                    runtime.Models.LoadEncoder(name, version);
                    return (encoder, null);
                case { Kind: ModelFolder.FactorsKind } factors:
                    runtime.Models.LoadFactors(name, version);
                    return (factors, null);
            }

            var loaded = runtime.Models.Load(name, version);
            return (loaded.Manifest, loaded.Model);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or ArgumentException)
        {
            throw new ModelRefusedException(ModelRefusedException.Unknown, $"there is no model version '{name}/{version}'");
        }
        catch (DamagedFileException damaged)
        {
            throw new ModelRefusedException("model_damaged", $"{Path.GetFileName(damaged.Path)} of the version is damaged: {damaged.Reason}");
        }
    }

    private static string[] SurfacesOf(CompiledVertical vertical, string model) =>
        [.. vertical.Surfaces.Values.Where(surface => surface.Declaration.Score.Model == model || surface.Factors == model || surface.Sources.OfType<VectorsSource>().Any(source => source.Encoder == model)).Select(surface => surface.Name)];

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<StageChange> OneAtATimeAsync(Func<Task<StageChange>> change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await change();
        }
        finally
        {
            _gate.Release();
        }
    }
}
