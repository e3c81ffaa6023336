using Vitrina.Engine.Events;
using Vitrina.Engine.Experiments;

namespace Vitrina.Engine.Ranking;

/// <summary>An experiment that a request takes part in, with its arm.</summary>
internal sealed record ChosenArm(RunningExperiment Experiment, ArmChoice Choice)
{
    /// <summary>True when the answer is an exposure only if another arm's page would differ (decision 0019).</summary>
    public bool ComparesPages { get; } = Experiment.Declaration.Kind == ExperimentKind.Ab
        && (Experiment.Declaration.Exposure ?? ExposureRule.Differs) == ExposureRule.Differs
        && !Experiment.Declaration.Arms.Any(arm => arm.ChangesCandidates);

    public string ArmName => Experiment.Declaration.Kind == ExperimentKind.Interleaving ? "interleaved" : Experiment.Declaration.Arms[Choice.Arm].Name;
}

/// <summary>What the experiments decided about one request.</summary>
/// <param name="surface">The surface that answers.</param>
/// <param name="chosen">The experiments that the request takes part in.</param>
/// <param name="passes">The surfaces to order by, in turn: those that only show whether pages differ first, then the one that answers, or the two of a draft.</param>
/// <param name="owners">For each pass that only compares, the experiment that it belongs to.</param>
/// <param name="isDraft">True when the page is drafted from the orders of the last two passes.</param>
internal sealed class RequestArms(Surface surface, IReadOnlyList<ChosenArm> chosen, IReadOnlyList<Surface> passes, IReadOnlyList<int> owners, bool isDraft)
{
    public Surface Surface { get; } = surface;

    public IReadOnlyList<ChosenArm> Chosen { get; } = chosen;

    public IReadOnlyList<Surface> Passes { get; } = passes;

    public bool IsDraft { get; } = isDraft;

    /// <summary>A request outside all experiments.</summary>
    public static RequestArms None(Surface surface) => new(surface, [], [surface], [], false);

    /// <summary>What is recorded about the experiments of the answer.</summary>
    public RecordedAssignment[] Record(RankingContext context)
    {
        if (Chosen.Count == 0)
        {
            return [];
        }

        var recorded = new RecordedAssignment[Chosen.Count];
        for (var i = 0; i < recorded.Length; i++)
        {
            var (experiment, choice) = (Chosen[i].Experiment, Chosen[i].Choice);
            var isInterleaved = experiment.Declaration.Kind == ExperimentKind.Interleaving;
            recorded[i] = new RecordedAssignment
            {
                Experiment = experiment.Declaration.Name,
                Version = experiment.Experiment.Version,
                Arm = Chosen[i].ArmName,
                IsExposed = IsExposed(i, context),
                IsBurned = choice.IsBurned,
                Propensity = isInterleaved ? 1 : (float)experiment.Declaration.Arms[choice.Arm].Weight,
                Cluster = choice.Cluster,
                Period = choice.Period,
                ForeignItems = ForeignItems(experiment, choice, context),
                Teams = isInterleaved ? context.PageTeams() : [],
            };
        }

        return recorded;
    }

    private bool IsExposed(int chosen, RankingContext context)
    {
        if (Chosen[chosen].Experiment.Declaration.Kind == ExperimentKind.Interleaving)
        {
            return context.PageTeams().AsSpan().ContainsAnyExcept((byte)0);
        }

        if (!Chosen[chosen].ComparesPages)
        {
            return context.PageCount > 0;
        }

        for (var pass = 0; pass < owners.Count; pass++)
        {
            if (owners[pass] == chosen && !context.KeptPages[pass].AsSpan().SequenceEqual(context.Order.AsSpan(0, context.PageCount)))
            {
                return true;
            }
        }

        return false;
    }

    private static int ForeignItems(RunningExperiment experiment, ArmChoice choice, RankingContext context)
    {
        if (experiment.Clusters is not { } clusters || choice.Cluster is null)
        {
            return 0;
        }

        var foreign = 0;
        for (var place = 0; place < context.PageCount; place++)
        {
            foreign += clusters.Of(context.Scope.Items[context.Order[place]], context.Snapshot.Market.Keywords) is { } other && other != choice.Cluster ? 1 : 0;
        }

        return foreign;
    }
}
