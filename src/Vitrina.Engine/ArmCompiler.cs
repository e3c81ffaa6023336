using Vitrina.Engine.Experiments;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine;

/// <summary>Binds experiments' arms to the surfaces that they change.</summary>
internal static class ArmCompiler
{
    /// <summary>The experiments that run in a vertical, by surface.</summary>
    public static Dictionary<string, SurfaceArms> Bind(CompiledVertical vertical, IReadOnlyList<Experiment> experiments)
    {
        var bySurface = experiments
            .Where(experiment => experiment.Status == ExperimentStatus.Running && experiment.Declaration.Vertical == vertical.Name)
            .Where(experiment => vertical.Surfaces.ContainsKey(experiment.Declaration.Surface))
            .GroupBy(experiment => experiment.Declaration.Surface, StringComparer.Ordinal);
        return bySurface.ToDictionary(
            group => group.Key,
            group => new SurfaceArms(vertical.Surfaces[group.Key], group.Select(experiment => new RunningExperiment(experiment)), (surface, arms) => Variant(vertical, surface, arms)),
            StringComparer.Ordinal);
    }

    /// <summary>Models that running arms name, as they name them.</summary>
    public static IEnumerable<string> ModelsOf(CompiledVertical vertical, IReadOnlyList<Experiment> experiments) => experiments
        .Where(experiment => experiment.Status == ExperimentStatus.Running && experiment.Declaration.Vertical == vertical.Name)
        .SelectMany(experiment => experiment.Declaration.Arms).Select(arm => arm.Model).OfType<string>().Where(model => model != "none");

    /// <summary>Adds what the kinds of sources, filters and rules say about a design.</summary>
    public static void Check(CompiledVertical vertical, ExperimentDeclaration design, ErrorList errors)
    {
        if (!vertical.Surfaces.TryGetValue(design.Surface, out var surface))
        {
            return;
        }

        for (var arm = 0; arm < design.Arms.Count; arm++)
        {
            var found = new ErrorList();
            SurfaceCompiler.Bind(surface.Name, Overlaid(surface.Declaration, design.Arms[arm]), vertical.Schema, found);
            foreach (var error in found)
            {
                errors.Add(new SourcePosition(error.File, error.Line, error.Column), $"arm '{design.Arms[arm].Name}': {error.Message}", error.Suggestion, $"arms[{arm}]");
            }
        }
    }

    private static Surface Variant(CompiledVertical vertical, Surface surface, IReadOnlyList<(ExperimentDeclaration Experiment, int Arm)> arms)
    {
        var (declaration, weights) = (surface.Declaration, new Dictionary<int, float>());
        var isDraft = false;
        foreach (var (experiment, index) in arms)
        {
            var arm = experiment.Arms[index];
            declaration = Overlaid(declaration, arm);
            isDraft |= experiment.Kind == ExperimentKind.Interleaving;
            foreach (var (feature, weight) in arm.Weights ?? System.Collections.ObjectModel.ReadOnlyDictionary<string, double>.Empty)
            {
                if (surface.FeatureNames.ToList().IndexOf(feature) is >= 0 and var column)
                {
                    weights[column] = weights.GetValueOrDefault(column) + (float)weight;
                }
            }
        }

        // A draft is taken from what the arms think of the items; rules come after it, once.
        declaration = isDraft ? declaration with { Explore = null, Mix = [] } : declaration;
        return SurfaceCompiler.Bind(surface.Name, declaration, vertical.Schema, new ErrorList()) with
        {
            Grouping = surface.Grouping,
            Features = surface.Features,
            FeatureNames = surface.FeatureNames,
            Weights = [.. weights.Select(pair => (pair.Key, pair.Value))],
        };
    }

    private static SurfaceDeclaration Overlaid(SurfaceDeclaration surface, ArmDeclaration arm) => surface with
    {
        Score = surface.Score with
        {
            Model = arm.Model is null ? surface.Score.Model : arm.Model == "none" ? null : arm.Model,
            Fallback = arm.Fallback ?? surface.Score.Fallback,
        },
        Mix = arm.Mix ?? surface.Mix,
        Explore = arm.Explore is null ? surface.Explore : arm.Explore.Temperature > 0 ? arm.Explore : null,
        Sources = arm.Sources ?? surface.Sources,
        Filters = arm.Filters ?? surface.Filters,
        Size = arm.Size ?? surface.Size,
    };
}
