using Vitrina.Engine.Experiments;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine;

/// <summary>Experiments: what runs, and what a design must fit.</summary>
public sealed partial class EngineRuntime
{
    private readonly Dictionary<string, (IReadOnlyList<Experiment> Of, CompiledVertical Vertical, Dictionary<string, SurfaceArms> Arms)> _arms = new(StringComparer.Ordinal);

    /// <summary>An experiment, or null.</summary>
    public Experiment? FindExperiment(string name) => Snapshot.Experiments.FirstOrDefault(experiment => experiment.Name == name);

    /// <summary>Adds everything that is wrong with a design under the present verticals, models and experiments.</summary>
    public void Check(ExperimentDocument document, ErrorList errors)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(errors);
        var snapshot = Snapshot;
        var manifests = Models.List();
        new ExperimentChecker(document, new ExperimentSurroundings
        {
            Verticals = snapshot.Verticals.ToDictionary(pair => pair.Key, pair => pair.Value.Vertical.Declaration, StringComparer.Ordinal),
            FeaturesOf = vertical => [.. snapshot.Verticals[vertical].Vertical.Surfaces.Values.SelectMany(surface => surface.FeatureNames).Distinct()],
            Models = [.. manifests.Select(ModelManifestName).Concat(manifests.Select(manifest => manifest.Id)).Distinct(StringComparer.Ordinal)],
            Experiments = snapshot.Experiments,
        }, errors).Check();
        if (snapshot.Verticals.TryGetValue(document.Declaration.Vertical, out var vertical))
        {
            ArmCompiler.Check(vertical.Vertical, document.Declaration, errors);
        }
    }

    private static string ModelManifestName(ModelManifest manifest) => manifest.Name;

    // By the applier: bound again only when an experiment or the vertical changed, so that a combination of arms is made once.
    private Dictionary<string, SurfaceArms> ArmsOf(CompiledVertical vertical)
    {
        if (_arms.TryGetValue(vertical.Name, out var known) && ReferenceEquals(known.Of, _state.Experiments) && ReferenceEquals(known.Vertical, vertical))
        {
            return known.Arms;
        }

        var arms = ArmCompiler.Bind(vertical, _state.Experiments);
        _arms[vertical.Name] = (_state.Experiments, vertical, arms);
        return arms;
    }
}
