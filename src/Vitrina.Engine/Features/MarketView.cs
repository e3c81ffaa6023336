using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Statistics;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Features;

/// <summary>What one vertical looks like at one point of the journal: everything that features and sources read.</summary>
/// <remarks>Frozen for serving; live (valid until the next write) in replay.</remarks>
public sealed class MarketView
{
    /// <summary>All items of the installation, by ordinal.</summary>
    public required PagedView<Item?> Items { get; init; }

    /// <summary>The vertical's counters.</summary>
    public required StatisticsView Statistics { get; init; }

    /// <summary>What users did in this vertical.</summary>
    public required UserHistoryView History { get; init; }

    /// <summary>Price levels, in the order of the features' declarations.</summary>
    public required PriceLevelsView[] PriceLevels { get; init; }

    /// <summary>Feature tables, in the order of the vertical's declaration.</summary>
    public required FeatureTableView[] Tables { get; init; }

    /// <summary>The words behind keyword ordinals, by keyword slot.</summary>
    public required SymbolTable[] Keywords { get; init; }

    /// <summary>The words behind ordinals of multiple keywords, by slot.</summary>
    public required SymbolTable[] ListKeywords { get; init; }

    /// <summary>Users' attributes by ordinal.</summary>
    internal PagedView<Entity?> Users { get; init; }

    /// <summary>What visits add up to: groups and pairs of items.</summary>
    public VisitView Visits { get; init; } = VisitView.None;

    /// <summary>The text index; null in replay, where text scores come from the record.</summary>
    internal TextSnapshot? Text { get; init; }
}
