using System.Collections.Concurrent;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Experiments;

namespace Vitrina.Engine.Ranking;

/// <summary>The experiments that run on a surface, and the surface as each combination of their arms makes it.</summary>
/// <remarks>Immutable but for the cache of combinations; safe for concurrent use.</remarks>
internal sealed class SurfaceArms
{
    private const int LargestArm = 10;

    // 12 digits of base 12 fit 64 bits; more experiments on one surface than that answer without the later ones.
    private const int MostExperiments = 12;
    private readonly Surface _surface;
    private readonly RunningExperiment[] _experiments;
    private readonly Func<Surface, IReadOnlyList<(ExperimentDeclaration Experiment, int Arm)>, Surface> _bind;
    private readonly ConcurrentDictionary<ulong, Surface> _variants = new();

    /// <param name="surface">The surface as the vertical's file says.</param>
    /// <param name="experiments">The experiments that run on it.</param>
    /// <param name="bind">Makes the surface of a combination of arms.</param>
    public SurfaceArms(Surface surface, IEnumerable<RunningExperiment> experiments, Func<Surface, IReadOnlyList<(ExperimentDeclaration Experiment, int Arm)>, Surface> bind) =>
        (_surface, _experiments, _bind) = (surface, [.. experiments.Take(MostExperiments)], bind);

    /// <summary>Decides which arms answer a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="vertical">The snapshot's vertical.</param>
    /// <param name="user">The user's attributes, or null.</param>
    /// <param name="nowMs">The request's time, Unix milliseconds.</param>
    public RequestArms Choose(RankRequest request, VerticalSnapshot vertical, Entity? user, long nowMs)
    {
        var traits = new RequestTraits
        {
            User = request.User,
            Session = request.Session,
            Context = request.Context,
            Filters = [.. request.Filters.Where(filter => filter.AnyOf.Count == 1).Select(filter => KeyValuePair.Create(filter.Attribute, filter.AnyOf[0]))],
            UserAttributes = user,
            Item = request.ContextOf("item") is { } item ? vertical.Find(item) : null,
            Keywords = vertical.Market.Keywords,
        };
        var arms = new int[_experiments.Length];
        var chosen = new List<ChosenArm>(_experiments.Length);
        for (var i = 0; i < _experiments.Length; i++)
        {
            arms[i] = -1;
            if (_experiments[i].TryChoose(traits, nowMs, out var choice))
            {
                chosen.Add(new ChosenArm(_experiments[i], choice));
                arms[i] = _experiments[i].Declaration.Kind == ExperimentKind.Interleaving ? -1 : choice.Arm;
            }
        }

        return chosen.Count == 0 ? RequestArms.None(_surface) : Passes(arms, chosen);
    }

    // The pages that the other arms would have given come first, what answers comes last.
    private RequestArms Passes(int[] arms, List<ChosenArm> chosen)
    {
        var (passes, owners) = (new List<Surface>(), new List<int>());
        var draft = -1;
        for (var i = 0; i < chosen.Count; i++)
        {
            var place = Array.IndexOf(_experiments, chosen[i].Experiment);
            if (chosen[i].Experiment.Declaration.Kind == ExperimentKind.Interleaving)
            {
                draft = place;
            }
            else if (chosen[i].ComparesPages)
            {
                var own = arms[place];
                for (var arm = 0; arm < chosen[i].Experiment.Declaration.Arms.Count; arm++)
                {
                    if (arm != own)
                    {
                        arms[place] = arm;
                        passes.Add(VariantOf(arms));
                        owners.Add(i);
                    }
                }

                arms[place] = own;
            }
        }

        var answering = VariantOf(arms);
        if (draft >= 0)
        {
            for (var arm = 0; arm < 2; arm++)
            {
                arms[draft] = arm;
                passes.Add(VariantOf(arms));
            }
        }
        else
        {
            passes.Add(answering);
        }

        return new RequestArms(answering, chosen, passes, owners, draft >= 0);
    }

    private Surface VariantOf(int[] arms)
    {
        var key = 0UL;
        foreach (var arm in arms)
        {
            key = (key * (LargestArm + 2)) + (ulong)(arm + 1);
        }

        return _variants.TryGetValue(key, out var known) ? known : _variants.GetOrAdd(key, _bind(
            _surface, [.. arms.Select((arm, i) => (_experiments[i].Declaration, arm)).Where(pair => pair.arm >= 0)]));
    }
}
