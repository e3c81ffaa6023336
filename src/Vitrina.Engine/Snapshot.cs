using Vitrina.Engine.Catalog;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine;

/// <summary>The immutable state that one request sees: everything in the journal up to <see cref="AsOf"/>.</summary>
public sealed class Snapshot
{
    /// <summary>The last journal sequence that is in it.</summary>
    public required long AsOf { get; init; }

    /// <summary>When it was published, Unix milliseconds.</summary>
    public required long PublishedAtMs { get; init; }

    /// <summary>The verticals by name.</summary>
    public required IReadOnlyDictionary<string, VerticalSnapshot> Verticals { get; init; }

    /// <summary>Which user each alias belongs to.</summary>
    internal PagedView<int> Aliases { get; init; }

    /// <summary>Users' attributes by ordinal.</summary>
    internal PagedView<Entity?> Users { get; init; }

    /// <summary>Sellers' attributes by ordinal.</summary>
    internal PagedView<Entity?> Sellers { get; init; }

    /// <summary>A user with its attributes, or null when it was never put.</summary>
    public Entity? UserOf(string id) => FindUser(id) is >= 0 and var ordinal && ordinal < Users.Count ? Users[ordinal] : null;

    /// <summary>A seller with its attributes, or null when it was never put.</summary>
    public Entity? SellerOf(string id) => Catalog.SellerIds.Find(id) is >= 0 and var ordinal && ordinal < Sellers.Count ? Sellers[ordinal] : null;

    /// <summary>The present state of an item, or null.</summary>
    public Item? ItemOf(string id) => Verticals.Values.FirstOrDefault()?.Find(id);

    /// <summary>The ordinal of a user, or -1.</summary>
    public int FindUser(string? id) => Catalog.FindUser(id, Aliases);

    /// <summary>The catalogue: only its append-only directories of ids are read through it.</summary>
    public required ItemCatalog Catalog { get; init; }

    /// <summary>All experiments, by name.</summary>
    public IReadOnlyList<Experiments.Experiment> Experiments { get; init; } = [];

    /// <summary>Counts, users and sizes: what the status shows.</summary>
    public required SnapshotFigures Figures { get; init; }
}
