using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Ranking.Mixing;
using Vitrina.Engine.Ranking.Retrieving;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine;

/// <summary>Binds a surface's declaration to the sources, filters and rules that the stages export. A new kind is one line here.</summary>
internal static class SurfaceCompiler
{
    private static readonly Dictionary<string, Func<SourceParameters, CandidateSource>> SourceKinds = new(StringComparer.Ordinal)
    {
        ["text"] = parameters => new TextSource(parameters.Limit),
        ["popular"] = parameters => new PopularSource(parameters.Limit),
        ["recent"] = parameters => new RecentSource(parameters.Limit, parameters.HalfLife),
        ["sameType"] = parameters => new SameTypeSource(parameters.Limit),
    };

    private static readonly Dictionary<string, AvailabilityFilter> FilterKinds = new(StringComparer.Ordinal)
    {
        ["active"] = AvailabilityFilter.Active,
        ["inStock"] = AvailabilityFilter.InStock,
    };

    private static readonly Dictionary<string, Func<CapParameters, MixingRule>> RuleKinds = new(StringComparer.Ordinal)
    {
        ["sellerCap"] = parameters => new SellerCapRule(parameters.Max),
    };

    internal sealed class SourceParameters
    {
        [Description("How many candidates it gives at most.")]
        [Range(1, 10_000)]
        public int Limit { get; init; } = 100;

        [Description("How long it may take; absent: the rest of the surface's deadline.")]
        public TimeSpan? Deadline { get; init; }

        [Description("When the source is late: skip it and mark the answer, or fail.")]
        public SourceFailure WhenItFails { get; init; } = SourceFailure.Skip;

        [Description("always, or noQuery: only when nothing is searched for.")]
        public SourceUse When { get; init; }

        [Description("recent: the age at which an item counts half; items are then drawn by freshness anew for each user and day. Absent: the newest ones.")]
        public TimeSpan? HalfLife { get; init; }
    }

    internal sealed class CapParameters
    {
        [Description("How many items of one seller may stand on a page.")]
        [Range(1, 1000)]
        public int Max { get; init; } = 3;
    }

    internal sealed class NoParameters;

    public static Surface Bind(string name, SurfaceDeclaration declaration, ErrorList errors)
    {
        var sources = new List<CandidateSource>();
        foreach (var source in declaration.Sources)
        {
            var parameters = source.Bind<SourceParameters>(errors);
            if (Find(SourceKinds, source, "source", errors) is { } make)
            {
                var made = make(parameters);
                made.WhenItFails = parameters.WhenItFails;
                made.Deadline = parameters.Deadline;
                made.When = parameters.When;
                if (parameters.HalfLife is { } halfLife && (source.Kind != "recent" || halfLife <= TimeSpan.Zero))
                {
                    errors.Add(source.PositionOf("halfLife"), "halfLife is a positive time, and belongs to the source kind 'recent'");
                }

                sources.Add(made);
            }
        }

        var filters = new List<AvailabilityFilter>();
        foreach (var filter in declaration.Filters)
        {
            filter.Bind<NoParameters>(errors);
            if (Find(FilterKinds, filter, "filter", errors) is { } found)
            {
                filters.Add(found);
            }
        }

        var rules = new List<MixingRule>();
        foreach (var rule in declaration.Mix)
        {
            if (Find(RuleKinds, rule, rule.Discriminator, errors) is { } make)
            {
                rules.Add(make(rule.Bind<CapParameters>(errors)));
            }
        }

        return new Surface
        {
            Name = name,
            Declaration = declaration,
            Sources = sources,
            SourceNames = [.. sources.Select(source => source.Kind)],
            Filters = filters,
            Rules = rules,
        };
    }

    private static T? Find<T>(Dictionary<string, T> kinds, KindDeclaration declaration, string what, ErrorList errors)
        where T : class
    {
        if (kinds.TryGetValue(declaration.Kind, out var found))
        {
            return found;
        }

        errors.Add(declaration.Position, $"there is no {what} kind '{declaration.Kind}'; there are {string.Join(", ", kinds.Keys)}", NearestName.Find(declaration.Kind, kinds.Keys));
        return null;
    }
}
