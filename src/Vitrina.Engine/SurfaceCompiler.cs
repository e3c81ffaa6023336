using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Ranking;
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
        ["vectors"] = parameters => new VectorsSource(parameters.Attribute, parameters.Encoder, parameters.Limit, parameters.Ef),
        ["sameType"] = parameters => new SameTypeSource(parameters.Limit),
        ["coVisited"] = parameters => new CoVisitedSource(parameters.Limit),
        ["ownGroups"] = parameters => new GroupSource("ownGroups", parameters.Limit, GroupOffer.Own),
        ["followingGroups"] = parameters => new GroupSource("followingGroups", parameters.Limit, GroupOffer.Following),
        ["nextGroups"] = parameters => new GroupSource("nextGroups", parameters.Limit, GroupOffer.Next),
        ["popularGroups"] = parameters => new GroupSource("popularGroups", parameters.Limit, GroupOffer.Popular),
        ["likelyGroups"] = parameters => new GroupSource("likelyGroups", parameters.Limit, GroupOffer.Likely),
        ["factorGroups"] = parameters => new GroupSource("factorGroups", parameters.Limit, GroupOffer.Factor),
        ["linkedGroups"] = parameters => new GroupSource("linkedGroups", parameters.Limit, GroupOffer.Linked),
        ["risingGroups"] = parameters => new GroupSource("risingGroups", parameters.Limit, GroupOffer.Rising),
    };

    private static readonly Dictionary<string, AvailabilityFilter> FilterKinds = new(StringComparer.Ordinal)
    {
        ["active"] = AvailabilityFilter.Active,
        ["inStock"] = AvailabilityFilter.InStock,
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

        [Description("vectors: the vector attribute of the items; either this or encoder.")]
        public string? Attribute { get; init; }

        [Description("vectors: an encoder in the registry, which embeds the query and the items' texts.")]
        public string? Encoder { get; init; }

        [Description("vectors: width of the search; wider finds more of the nearest and takes longer.")]
        [Range(1, 10_000)]
        public int Ef { get; init; } = 96;

        [Description("always, or noQuery: only when nothing is searched for.")]
        public SourceUse When { get; init; }

        [Description("recent: the age at which an item counts half; items are then drawn by freshness anew for each user and day. Absent: the newest ones.")]
        public TimeSpan? HalfLife { get; init; }
    }

    internal sealed class NoParameters;

    public static Surface Bind(string name, SurfaceDeclaration declaration, ItemSchema schema, ErrorList errors)
    {
        var sources = new List<CandidateSource>();
        foreach (var source in declaration.Sources)
        {
            var parameters = source.Bind<SourceParameters>(errors);
            CheckVectors(source, parameters, schema, errors);
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
                if (made is GroupSource { NeedsFactors: true } && declaration.Candidates is { Factors: null })
                {
                    errors.Add(source.Position, $"the source '{source.Kind}' asks learned factors; name their model: candidates: {{groups: category, factors: goods-factors}}");
                }

                if (made.IsOfGroups != (declaration.Candidates is not null))
                {
                    errors.Add(source.Position, made.IsOfGroups
                        ? $"the source '{source.Kind}' gives groups; declare them: candidates: {{groups: category}}"
                        : $"the source '{source.Kind}' gives items, and the candidates of '{name}' are groups");
                }
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
            if (Find(RuleKinds.All, rule, rule.Discriminator, errors) is { } make)
            {
                rules.Add(make(rule, new RuleBinding(schema, declaration.Candidates?.Groups ?? schema.Type?.Name, errors)));
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

    private static void CheckVectors(KindDeclaration source, SourceParameters parameters, ItemSchema schema, ErrorList errors)
    {
        var isVectors = source.Kind == "vectors";
        foreach (var parameter in isVectors ? [] : new[] { "attribute", "encoder", "ef" }.Where(source.Has))
        {
            errors.Add(source.PositionOf(parameter), $"'{parameter}' belongs to the source kind vectors");
        }

        var vectors = schema.Slots.Where(slot => slot.Storage == AttributeStorage.Vectors).Select(slot => slot.Name).ToList();
        if (isVectors && (parameters.Attribute is null) == (parameters.Encoder is null))
        {
            errors.Add(source.Position, "the source kind vectors needs either 'attribute', a vector attribute, or 'encoder'");
        }
        else if (isVectors && parameters.Attribute is { } attribute && !vectors.Contains(attribute))
        {
            errors.Add(source.PositionOf("attribute"), $"'{attribute}' is not a vector attribute of the item", NearestName.Find(attribute, vectors));
        }
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
