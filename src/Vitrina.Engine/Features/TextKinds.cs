using System.ComponentModel;
using System.Text.Json;
using Vitrina.Engine.Language;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Features;

/// <summary>The feature kinds that compare the item's texts with the query.</summary>
internal static class TextKinds
{
    internal sealed class MatchParameters
    {
        [Description("A text attribute of the item.")]
        public required string Field { get; init; }

        [Description("One column per signal; absent: all of them.")]
        [OneOrMany]
        public IReadOnlyList<MatchSignal> Of { get; init; } = [];
    }

    internal sealed class AlikeParameters
    {
        [Description("A text attribute of the item.")]
        public required string Field { get; init; }

        [Description("Which other candidates: all, or those that fit the query best or worst; one column each, absent: all three.")]
        [OneOrMany]
        public IReadOnlyList<LikenessTo> To { get; init; } = [];
    }

    internal sealed class AmongParameters
    {
        [Description("The feature whose standing among the candidates is told.")]
        public required KindDeclaration Of { get; init; }
    }

    public static IEnumerable<Feature> Match(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<MatchParameters>(binding.Errors);
        var field = FeatureKinds.Field(declaration, binding, parameters.Field);
        return (parameters.Of is [] ? Enum.GetValues<MatchSignal>() : parameters.Of).Select(signal =>
            new MatchFeature($"match.{parameters.Field}.{JsonNamingPolicy.CamelCase.ConvertName(signal.ToString())}", binding.Analyzer, field, signal));
    }

    public static IEnumerable<Feature> Alike(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<AlikeParameters>(binding.Errors);
        var field = FeatureKinds.Field(declaration, binding, parameters.Field);
        return (parameters.To is [] ? Enum.GetValues<LikenessTo>() : parameters.To).Select(to =>
            new AlikeFeature($"alike.{parameters.Field}.{JsonNamingPolicy.CamelCase.ConvertName(to.ToString())}", binding.Analyzer, field, to));
    }

    public static IEnumerable<Feature> Among(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<AmongParameters>(binding.Errors);
        return parameters.Of is null ? [] : FeatureKinds.Bind(parameters.Of, binding).Select(feature => new AmongFeature(feature));
    }
}
