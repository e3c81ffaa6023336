using Vitrina.Engine;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Files;

namespace Vitrina.Api.Experiments;

/// <summary>A change of an experiment that cannot be made.</summary>
/// <param name="error">The field, the reason, the nearest name and a stable code.</param>
public sealed class ExperimentRefusedException(FieldError error) : Exception(error.ToString())
{
    /// <summary>The field, the reason, the nearest name and a stable code.</summary>
    public FieldError Error { get; } = error;

    /// <summary>True when the design is right and the experiment's state, or a model's, forbids the change.</summary>
    public bool IsConflict => Error.Code is "experiment_frozen" or "experiment_started" or "experiment_stopped" or "experiment_running" or "model_mismatch";
}

/// <summary>Changes experiments of a running engine: checked, journalled, and seen by requests when the call returns.</summary>
/// <remarks>Safe for concurrent use; changes are made one after the other.</remarks>
public sealed class ExperimentChanges(EngineRuntime runtime) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Puts a design: a new experiment, a new version of one that was not started, or a larger share of traffic of one that runs.</summary>
    /// <exception cref="ExperimentRefusedException">The design is wrong, or the experiment is frozen.</exception>
    public Task<Experiment> DesignAsync(ExperimentDocument document, string author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(document);
        var name = document.Declaration.Name;
        return ChangeAsync(name, () =>
        {
            if (ExperimentRules.Refusal(runtime.FindExperiment(name), document) is { } refusal)
            {
                throw new ExperimentRefusedException(refusal);
            }

            RequireFit(document);
            return ExperimentEntry.Designed(document, author);
        }, cancellationToken);
    }

    /// <summary>Starts an experiment; a switchback's schedule is drawn and frozen.</summary>
    /// <exception cref="ExperimentRefusedException">There is none, it was started before, or something that it needs is missing by now.</exception>
    public Task<Experiment> StartAsync(string name, string author, CancellationToken cancellationToken) => ChangeAsync(name, () =>
    {
        var experiment = Require(name);
        if (experiment.Status != ExperimentStatus.Designed)
        {
            throw new ExperimentRefusedException(new FieldError("name", $"experiment '{name}' was started already{(experiment.Status == ExperimentStatus.Stopped ? ", and stopped; a new test needs a new name" : "")}", Code: "experiment_started"));
        }

        RequireFit(experiment.Document);
        RequireModels(experiment.Declaration);
        return ExperimentEntry.Started(name, experiment.IsHashed ? null : DrawnSchedule.Draw(runtime, experiment.Declaration), author);
    }, cancellationToken);

    /// <summary>Stops an experiment, or withdraws a design.</summary>
    /// <exception cref="ExperimentRefusedException">There is none, or it is stopped already.</exception>
    public Task<Experiment> StopAsync(string name, string? reason, string author, CancellationToken cancellationToken) => ChangeAsync(name, () =>
        Require(name).Status == ExperimentStatus.Stopped
            ? throw new ExperimentRefusedException(new FieldError("name", $"experiment '{name}' is stopped already", Code: "experiment_stopped"))
            : ExperimentEntry.Stopped(name, reason, author), cancellationToken);

    /// <summary>Keeps what a stopped test estimated, or what came true of it.</summary>
    /// <exception cref="ExperimentRefusedException">There is no such stopped experiment, or it has no such metric.</exception>
    public Task<Experiment> ConcludeAsync(string name, Conclusion conclusion, string author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(conclusion);
        return ChangeAsync(name, () =>
        {
            var experiment = Require(name);
            var metrics = experiment.Declaration.Metrics;
            List<string> known = [.. metrics.Primary, .. metrics.Guardrails, .. metrics.Diagnostics];
            if (!known.Contains(conclusion.Metric))
            {
                throw new ExperimentRefusedException(new FieldError("metric", $"is '{conclusion.Metric}'; the experiment's metrics are {string.Join(", ", known)}", NearestName.Find(conclusion.Metric, known), "unknown_metric"));
            }

            return experiment.Status == ExperimentStatus.Stopped
                ? ExperimentEntry.Concluded(name, conclusion, author)
                : throw new ExperimentRefusedException(new FieldError("name", $"experiment '{name}' is not stopped; its estimate is not final", Code: "experiment_running"));
        }, cancellationToken);
    }

    private async Task<Experiment> ChangeAsync(string name, Func<PendingEntry> make, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var appended = await runtime.Writer.AppendAsync([make()], cancellationToken);
            await runtime.WaitForAsync(appended.LastSequence, cancellationToken);
            return Require(name);
        }
        finally
        {
            _gate.Release();
        }
    }

    private Experiment Require(string name)
    {
        if (runtime.FindExperiment(name) is { } found)
        {
            return found;
        }

        var names = runtime.Snapshot.Experiments.Select(experiment => experiment.Name).ToList();
        throw new ExperimentRefusedException(new FieldError(
            "name", $"there is no experiment '{(name.Length > 64 ? name[..64] + "…" : name)}'", NearestName.Find(name, names), "unknown_experiment"));
    }

    private void RequireFit(ExperimentDocument document)
    {
        var errors = new ErrorList();
        runtime.Check(document, errors);
        Refuse(errors);
    }

    /// <summary>Refuses a document by its mistakes: the first one's field, all sentences.</summary>
    /// <exception cref="ExperimentRefusedException">There are mistakes.</exception>
    public static void Refuse(IReadOnlyList<DeclarationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (errors.Count > 0)
        {
            const int MostSentences = 10;
            var sentences = string.Join("; ", errors.Take(MostSentences).Select(error => error.Message + (error.Suggestion is { } nearest ? $" (did you mean '{nearest}'?)" : "")));
            throw new ExperimentRefusedException(new FieldError(errors[0].Field ?? "", sentences, errors[0].Suggestion, "invalid_design"));
        }
    }

    // A test of two models of which one does not load would compare the other with the fallback.
    private void RequireModels(ExperimentDeclaration declared)
    {
        var vertical = runtime.Snapshot.Verticals[declared.Vertical].Vertical;
        for (var arm = 0; arm < declared.Arms.Count; arm++)
        {
            if (declared.Arms[arm].Model is not { } model || model == "none")
            {
                continue;
            }

            var field = $"arms[{arm}].model";
            var slash = model.IndexOf('/', StringComparison.Ordinal);
            var version = slash < 0 ? runtime.Snapshot.Figures.ServingModels.GetValueOrDefault(model) : model[(slash + 1)..];
            if (version is null)
            {
                throw new ExperimentRefusedException(new FieldError(field, $"no version of '{model}' serves; publish one, or name a version as {model}/VERSION", Code: "unknown_model"));
            }

            try
            {
                runtime.Models.Load(slash < 0 ? model : model[..slash], version, vertical.FeatureNamesOfModel(slash < 0 ? model : model[..slash]));
            }
            catch (Exception exception) when (exception is IOException or ModelMismatchException or DamagedFileException or ArgumentException)
            {
                throw new ExperimentRefusedException(new FieldError(field, $"'{model}' cannot serve: {exception.Message}", Code: "model_mismatch"));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();
}
