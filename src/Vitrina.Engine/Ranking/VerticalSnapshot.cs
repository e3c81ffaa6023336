using Vitrina.Engine.Catalog;
using Vitrina.Engine.Features;
using Vitrina.Engine.Models.Factors;
using Vitrina.Engine.Models.Registry;

namespace Vitrina.Engine.Ranking;

/// <summary>One vertical in a snapshot: its declarations, its market and its models.</summary>
public sealed class VerticalSnapshot
{
    /// <summary>The bound declarations.</summary>
    public required CompiledVertical Vertical { get; init; }

    /// <summary>Items, statistics, text.</summary>
    public required MarketView Market { get; init; }

    /// <summary>Finds the ordinals of ids; append-only, so safe beside its writer.</summary>
    public required ItemCatalog Catalog { get; init; }

    /// <summary>The serving models by name; versions that experiments name stand there as <c>name/version</c>.</summary>
    public required IReadOnlyDictionary<string, ServingModel> Models { get; init; }

    /// <summary>Models that score beside the serving ones, by name; their scores are logged, not shown.</summary>
    public IReadOnlyDictionary<string, ServingModel> Shadows { get; init; } = new Dictionary<string, ServingModel>();

    /// <summary>The serving factors of groups by name.</summary>
    public IReadOnlyDictionary<string, GroupFactors> Factors { get; init; } = new Dictionary<string, GroupFactors>();

    /// <summary>The experiments that run, by the surface that they change; surfaces without any are not in it.</summary>
    internal IReadOnlyDictionary<string, SurfaceArms> Arms { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, SurfaceArms>.Empty;

    /// <summary>Ordinals of the vertical's active items, the most popular first; at most <see cref="Popularity.MaxItems"/>.</summary>
    public required int[] PopularOrder { get; init; }

    /// <summary>The present state of an item, or null.</summary>
    public Item? Find(string id) => Catalog.ItemIds.Find(id) is >= 0 and var ordinal && ordinal < Market.Items.Count ? Market.Items[ordinal] : null;
}

/// <summary>A loaded model with the columns that its features take from the vertical's matrix.</summary>
/// <param name="Loaded">The model and its manifest.</param>
/// <param name="Columns">The column of each model feature.</param>
public sealed record ServingModel(LoadedModel Loaded, int[] Columns)
{
    /// <summary>The model as <c>name/version</c>.</summary>
    public string Id { get; } = $"{Loaded.Manifest.Name}/{Loaded.Manifest.Version}";
}
