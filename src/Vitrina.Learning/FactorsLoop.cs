using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Factors;
using Vitrina.Engine.Models.Registry;
using Vitrina.Learning.Recommending.Factors;
using Vitrina.Learning.Replay;

namespace Vitrina.Learning;

/// <summary>What one run of the loop made.</summary>
/// <param name="Factors">Factors and links of the groups.</param>
/// <param name="Manifest">What they are, where they came from and how good they were.</param>
public sealed record FactorsOutcome(GroupFactors Factors, ModelManifest Manifest);

/// <summary>From the journal to factors and links of a surface's groups: steps of people → settings chosen on the latest steps → a fit on all.</summary>
/// <remarks>Deterministic. A surface's ranking model never meets these: its lists are asked with factors that were learned before each of them.</remarks>
public static class FactorsLoop
{
    /// <summary>Learns factors.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="vertical">The vertical.</param>
    /// <param name="surface">A surface whose candidates name factors.</param>
    /// <param name="progress">Receives the share of the journal that is read, 0 to 1; the fits follow.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="NothingToLearnException">The surface asks no factors, or nobody stepped from one group to another.</exception>
    public static FactorsOutcome Run(IJournalStore journal, CompiledVertical vertical, string surface, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(vertical);
        var name = vertical.Surfaces[surface].Factors
            ?? throw new NothingToLearnException($"'{vertical.Name}/{surface}' asks no factors; name their model: candidates: {{groups: …, factors: NAME}}");
        var steps = PersonSteps.Of(journal, vertical, surface, progress, cancellationToken);
        var (factors, figures) = GroupFactorTrainer.Fit(steps) ?? throw new NothingToLearnException($"the journal holds nobody who took to two groups of {vertical.Name}/{surface}, one after the other");
        var times = steps.People.SelectMany(person => person).Select(step => step.AtMs).Order().ToArray();
        var (from, to) = (DateTimeOffset.FromUnixTimeMilliseconds(times[0]), DateTimeOffset.FromUnixTimeMilliseconds(times[^1] + 1));
        var version = FormattableString.Invariant($"{to:yyyyMMdd't'HHmmss}-{steps.AsOf}");
        return new FactorsOutcome(factors, new ModelManifest
        {
            Id = $"{name}/{version}",
            Name = name,
            Version = version,
            Vertical = vertical.Name,
            Surface = surface,
            Kind = ModelFolder.FactorsKind,
            Features = [],
            Objective = "least squares",
            Label = "next group",
            Data = new ManifestDataRange(from, to, steps.AsOf),
            Metrics = new Dictionary<string, double>
            {
                ["groups"] = steps.Groups.Count,
                ["people"] = steps.People.Count,
                ["later_steps"] = figures.Steps,
                ["ndcg@10_factors"] = figures.Factors,
                ["ndcg@10_links"] = figures.Links,
                ["ndcg@10_popularity"] = figures.Popularity,
            },
            Seed = 0,
            CreatedAt = to,
            CodeVersion = typeof(FactorsLoop).Assembly.GetName().Version?.ToString(3) ?? "0",
            Stage = ModelStage.Candidate,
        });
    }
}
