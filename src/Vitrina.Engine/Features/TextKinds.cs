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

        [Description("A vector attribute of the item: likeness is the cosine of these vectors, and the field only says which candidates fit best.")]
        public string? Vector { get; init; }

        [Description("An encoder in the registry: likeness is the cosine of its vectors, and the field only says which candidates fit best.")]
        public string? Encoder { get; init; }
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
        if (parameters is { Vector: not null, Encoder: not null })
        {
            binding.Errors.Add(declaration.Position, "alike takes the words of the field, a vector attribute or an encoder, not two of them");
            return [];
        }

        var space = parameters.Vector is { } vector ? FeatureKinds.VectorSlot(declaration, binding, "vector", vector)
            : parameters.Encoder is { } encoder ? binding.EncoderSpace(encoder) : CandidateLikeness.Words;
        var name = string.Join('.', new[] { "alike", parameters.Field, parameters.Vector ?? parameters.Encoder }.OfType<string>());
        return (parameters.To is [] ? Enum.GetValues<LikenessTo>() : parameters.To).Select(to =>
            new AlikeFeature($"{name}.{JsonNamingPolicy.CamelCase.ConvertName(to.ToString())}", binding.Analyzer, field, space, to));
    }

    public static IEnumerable<Feature> Among(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<AmongParameters>(binding.Errors);
        return parameters.Of is null ? [] : FeatureKinds.Bind(parameters.Of, binding).Select(feature => new AmongFeature(feature));
    }
}
