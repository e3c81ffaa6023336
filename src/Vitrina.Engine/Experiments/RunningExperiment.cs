using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Experiments;

/// <summary>Which arm a request is in.</summary>
/// <param name="Arm">The arm's index; for interleaving 0, since both take part.</param>
/// <param name="Cluster">The request's cluster; null where the experiment has none.</param>
/// <param name="Period">The switchback's period; -1 for other kinds.</param>
/// <param name="IsBurned">True near a switch: left out of estimates.</param>
public readonly record struct ArmChoice(int Arm, string? Cluster, int Period, bool IsBurned);

/// <summary>An experiment that runs, ready to assign.</summary>
/// <remarks>Immutable and safe for concurrent use. What it answers is a function of the journal's entries, the request and its time alone.</remarks>
public sealed class RunningExperiment
{
    private readonly ulong _saltHash;
    private readonly ulong _layerHash;
    private readonly string _layerSalt;
    private readonly ArmRanges _ranges;
    private readonly (TraitName Trait, IReadOnlyList<string> Values)[] _targeting;
    private readonly long _burnInMs;
    private readonly long _burnOutMs;

    /// <summary>Prepares an experiment.</summary>
    public RunningExperiment(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var declared = experiment.Declaration;
        Experiment = experiment;
        Salt = declared.Salt ?? declared.Name;
        _saltHash = Hash.Of64(Salt);
        _layerHash = declared.Layer is { } layer ? Hash.Of64($"layer {layer.Name}") : 0;

        // The prefix of GrowthBook's namespaces (sdk-js, util.ts, inNamespace), so that tests of both divide a layer alike.
        _layerSalt = $"__{declared.Layer?.Name}";

        // Interleaving has no arms to choose from: a unit takes part or does not.
        _ranges = new ArmRanges(declared.Kind == ExperimentKind.Interleaving ? [1] : declared.Weights(), declared.Traffic);
        _targeting = [.. declared.Targeting.Select(pair => (TraitName.Parse(pair.Key), pair.Value))];
        Clusters = declared.Clusters is { } clusters ? new ClusterTraits(clusters) : null;
        (_burnInMs, _burnOutMs) = ((long)(declared.Schedule?.BurnIn.TotalMilliseconds ?? 0), (long)(declared.Schedule?.BurnOut.TotalMilliseconds ?? 0));
    }

    /// <summary>The experiment.</summary>
    public Experiment Experiment { get; }

    /// <summary>The declaration.</summary>
    public ExperimentDeclaration Declaration => Experiment.Declaration;

    /// <summary>What the hash mixes with the unit.</summary>
    public string Salt { get; }

    /// <summary>Puts requests and items into clusters; null where there are none.</summary>
    public ClusterTraits? Clusters { get; }

    /// <summary>Chooses a request's arm.</summary>
    /// <param name="traits">What is known about the request.</param>
    /// <param name="atMs">The request's time, Unix milliseconds.</param>
    /// <param name="choice">The arm.</param>
    /// <returns>False when the request takes no part.</returns>
    public bool TryChoose(RequestTraits traits, long atMs, out ArmChoice choice)
    {
        ArgumentNullException.ThrowIfNull(traits);
        choice = default;
        if (!IsTargeted(traits))
        {
            return false;
        }

        var cluster = Clusters?.Of(traits);
        if (Experiment.Schedule is { } schedule)
        {
            var period = cluster is null ? -1 : schedule.PeriodAt(cluster, atMs);
            if (period < 0)
            {
                return false;
            }

            choice = new ArmChoice(schedule.ArmOf(cluster!, period), cluster, period, schedule.IsBurned(cluster!, period, atMs, _burnInMs, _burnOutMs));
            return true;
        }

        if (UnitOf(traits, cluster) is not { } unit || ArmOf(unit) is not (>= 0 and var arm))
        {
            return false;
        }

        choice = new ArmChoice(arm, cluster, -1, false);
        return true;
    }

    /// <summary>The arm of a unit by its hash, or -1 when it takes no part.</summary>
    /// <remarks>Cost: below 200 ns; allocates nothing.</remarks>
    public int ArmOf(string unit)
    {
        if (Declaration.Layer is { } layer)
        {
            var place = Declaration.Hash == AssignmentHashKind.Wide ? AssignmentHash.Wide(_layerHash, unit) : AssignmentHash.Position(AssignmentHashKind.FnvV1, _layerSalt, unit);
            if (place < layer.From || (place >= layer.To && layer.To < 1))
            {
                return -1;
            }
        }

        return _ranges.ArmAt(Declaration.Hash == AssignmentHashKind.Wide ? AssignmentHash.Wide(_saltHash, unit) : AssignmentHash.Position(Declaration.Hash, Salt, unit));
    }

    private string? UnitOf(RequestTraits traits, string? cluster) => Declaration.Unit switch
    {
        UnitKind.User => traits.User,
        UnitKind.Session => traits.Session,
        UnitKind.Visitor => traits.User ?? traits.Session,
        _ => cluster,
    };

    private bool IsTargeted(RequestTraits traits)
    {
        foreach (var (trait, values) in _targeting)
        {
            if (traits.ValueOf(trait) is not { } value || !values.Contains(value, StringComparer.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
