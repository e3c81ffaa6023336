using System.ComponentModel;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Features;

/// <summary>Binds the feature kinds of surfaces whose candidates are groups.</summary>
internal static class GroupKinds
{
    internal sealed class GroupParameters
    {
        [Description("What is measured, a column each: own, ownShare, ownOrder, ownRecency, ownTouches, sinceOrder, following, followingShare, next, nextShare, popular, likely, rising, items, history; where the surface's candidates name factors, also factor, factorShare, link, linkShare.")]
        [OneOrMany]
        public required IReadOnlyList<GroupMeasure> Measures { get; init; }
    }

    internal sealed class GroupSegmentParameters
    {
        [Description("A segment of the surface's candidates: an attribute of users or a word of the context.")]
        [OneOrMany]
        public required IReadOnlyList<string> By { get; init; }
    }

    internal sealed class GroupPriceParameters
    {
        [Description("The price attribute.")]
        public string Price { get; init; } = "price";
    }

    public static IEnumerable<Feature> Group(KindDeclaration declaration, FeatureBinding binding)
    {
        var measures = declaration.Bind<GroupParameters>(binding.Errors).Measures;
        foreach (var learned in measures.Where(measure => GroupFeature.IsLearned(measure) && binding.Candidates is { Factors: null }))
        {
            binding.Errors.Add(declaration.PositionOf("measures"), $"'{Camel(learned.ToString())}' is measured by learned factors; name their model: candidates: {{groups: category, factors: goods-factors}}");
        }

        return measures.Select(measure => new GroupFeature($"group.{Camel(measure.ToString())}", measure)).ToArray();
    }

    public static IEnumerable<Feature> Segment(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<GroupSegmentParameters>(binding.Errors);
        foreach (var segment in parameters.By.Where(segment => binding.Grouping?.Segments.Contains(segment) == false))
        {
            binding.Errors.Add(declaration.PositionOf("by"), $"'{segment}' is not a segment of this surface's candidates", NearestName.Find(segment, binding.Grouping!.Segments));
        }

        return parameters.By.Select(segment => new GroupSegmentFeature($"groupSegment.{segment}", segment)).ToArray();
    }

    public static IEnumerable<Feature> Price(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<GroupPriceParameters>(binding.Errors);
        var slot = binding.NumberSlot(declaration, "price", parameters.Price);
        if (binding.Grouping is not { } grouping)
        {
            binding.Errors.Add(declaration.Position, "groupPrice belongs to a surface whose candidates are groups");
            return [];
        }

        var level = binding.PriceLevel(slot, grouping.Slot);
        return [new GroupPriceFeature("groupPrice", level, grouping.Slot, false), new GroupPriceFeature("groupPrice.against", level, grouping.Slot, true)];
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
