using System.Globalization;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Ranking.Retrieving;
using Vitrina.Engine.Statistics.Groups;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine;

/// <summary>Binds a vertical's declarations to the kinds that the areas export.</summary>
public static class VerticalCompiler
{
    /// <summary>Reads and binds a vertical's file.</summary>
    /// <param name="path">The YAML file.</param>
    /// <param name="errors">Everything that is wrong with it, in the order of the file; empty when the result is not null.</param>
    /// <returns>The vertical, or null.</returns>
    public static CompiledVertical? Load(string path, out IReadOnlyList<DeclarationError> errors) => Bind(VerticalFile.Load(path), out errors);

    /// <summary>Binds a vertical given as text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="fileName">What errors call it.</param>
    /// <param name="errors">Everything that is wrong with it; empty when the result is not null.</param>
    public static CompiledVertical? Parse(string text, string fileName, out IReadOnlyList<DeclarationError> errors) =>
        Bind(VerticalFile.Parse(text, fileName), out errors);

    private static CompiledVertical? Bind(VerticalFile file, out IReadOnlyList<DeclarationError> errors)
    {
        if (file.Declaration is not { } declaration)
        {
            errors = file.Errors;
            return null;
        }

        var found = new ErrorList();
        var schema = new ItemSchema(declaration.Items);
        var binding = new FeatureBinding(declaration, schema, found);
        var features = BindFeatures(declaration.Features, binding);
        var names = features.Select(feature => feature.Name).ToList();
        var groupings = GroupingCompiler.Bind(declaration, schema, found);
        var surfaces = new Dictionary<string, Surface>(StringComparer.Ordinal);
        foreach (var (name, surface) in declaration.Surfaces)
        {
            var grouping = surface.Candidates is null ? -1 : groupings.FindIndex(known => known.Attribute == surface.Candidates.Groups);
            var own = features;
            if (surface.Candidates is not null)
            {
                (binding.Grouping, binding.Candidates) = (grouping < 0 ? null : groupings[grouping], surface.Candidates);
                own = BindFeatures(surface.Features, binding);
                (binding.Grouping, binding.Candidates) = (null, null);
            }

            surfaces[name] = SurfaceCompiler.Bind(name, surface, schema, found) with
            {
                Grouping = grouping,
                Features = own,
                FeatureNames = ReferenceEquals(own, features) ? names : [.. own.Select(feature => feature.Name)],
            };
        }

        errors = found.InFileOrder();
        if (found.Count > 0)
        {
            return null;
        }

        return new CompiledVertical
        {
            Declaration = declaration,
            Version = Hash.Of64(file.Version),
            TimeZone = TimeZoneInfo.FindSystemTimeZoneById(declaration.TimeZone),
            Analyzer = binding.Analyzer,
            Schema = schema,
            PriceSlot = schema.FindOrNull("price") is { Storage: AttributeStorage.Numbers } price ? price.Slot : -1,
            Events = binding.Events,
            WindowDays = binding.WindowDays,
            Counters = binding.Counters,
            PopularityTable = binding.ItemTable,
            PopularityHalfLife = binding.ItemHalfLife,
            PriceLevels = binding.PriceLevels,
            Offers = binding.Offers,
            Groupings = groupings,
            EventWeights = GroupingCompiler.WeightsOf(declaration),
            Features = features,
            FeatureNames = names,
            Surfaces = surfaces,
            EncoderNames = [.. binding.Encoders.Concat(surfaces.Values.SelectMany(surface => surface.Sources).OfType<VectorsSource>().Select(source => source.Encoder).OfType<string>()).Distinct()],
            FactorNames = [.. surfaces.Values.Select(surface => surface.Factors).OfType<string>().Distinct()],
            AttributionWindow = AttributionWindowOf(declaration),
            StateSignature = Signature(declaration, binding, groupings),
        };
    }

    private static TimeSpan AttributionWindowOf(VerticalDeclaration declaration) =>
        declaration.Events.Values.Select(e => e.AttributionWindow).DefaultIfEmpty(TimeSpan.FromDays(7)).Max();

    private static List<Feature> BindFeatures(IReadOnlyList<KindDeclaration> declared, FeatureBinding binding)
    {
        var features = new List<Feature>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var feature in declared)
        {
            foreach (var bound in FeatureKinds.Bind(feature, binding))
            {
                if (names.Add(bound.Name))
                {
                    features.Add(bound);
                }
                else
                {
                    binding.Errors.Add(feature.Position, $"feature '{bound.Name}' is declared twice");
                }
            }
        }

        return features;
    }

    // Everything that the living state depends on; a file that differs elsewhere keeps its checkpoints and is taken over as it runs.
    private static string Signature(VerticalDeclaration declaration, FeatureBinding binding, List<GroupingDeclaration> groupings)
    {
        var parts = binding.Counters.Select(counter => counter.Signature)
            .Concat(binding.PriceLevels.Select(level => string.Create(CultureInfo.InvariantCulture, $"price:{level.Price}/{level.Keyword}")))
            .Concat(declaration.Items.Attributes.Select(attribute => string.Create(
                CultureInfo.InvariantCulture, $"{attribute.Key}:{attribute.Value.Kind}:{attribute.Value.Multiple}:{attribute.Value.PerZone}:{attribute.Value.Default}:{attribute.Value.Boost}{VectorSignature(attribute.Value)}")))
            .Concat(declaration.Tables.Select(table => $"{table.Key}({string.Join(',', table.Value.Columns.Keys)})"))
            .Concat(binding.Events.Select(EventTypes.NameOf))
            .Concat(groupings.Select(grouping => grouping.Signature))
            .Concat(declaration.Statistics.Pairs.Items ? ["pairs:" + string.Join(',', GroupingCompiler.WeightsOf(declaration))] : [])
            .Append(string.Join(',', binding.WindowDays))
            .Append(declaration.TimeZone)
            .Append(AttributionWindowOf(declaration).ToString())
            .Append(string.Join(',', declaration.Languages))
            .Concat(declaration.Statistics.Offers is { } offers
                ? [string.Create(CultureInfo.InvariantCulture, $"offers:{declaration.Items.Type}/{declaration.Items.MatchGroup}/{offers.Smoothing}/{offers.Init}/{offers.MinItems}{(declaration.MatchedBy is { } title ? $"/match:{title}" : "")}")]
                : []);
        return string.Join(';', parts);
    }

    private static string VectorSignature(AttributeDeclaration attribute)
        => attribute.Kind == AttributeKind.Vector ? string.Create(CultureInfo.InvariantCulture, $":{attribute.Dimension}:{attribute.Metric}") : "";
}
