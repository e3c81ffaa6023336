using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Indexing.Values;
using Vitrina.Engine.Indexing.Vectors;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Offers;
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

    /// <summary>Half-lives of the vertical's statistics in which the count of an asked query halves: people ask for longer than a thing is new.</summary>
    internal const int QueryHalfLives = 4;

    /// <summary>The queries that people asked and that found something; empty in replay.</summary>
    internal PagedView<AskedQuery> Queries { get; init; }

    /// <summary>The vertical's offers; null when it keeps none.</summary>
    public OffersView? Offers { get; init; }

    /// <summary>Users' attributes by ordinal.</summary>
    internal PagedView<Entity?> Users { get; init; }

    /// <summary>What visits add up to: groups and pairs of items.</summary>
    public VisitView Visits { get; init; } = VisitView.None;

    /// <summary>The text index; null in replay, where text scores come from the record.</summary>
    internal TextSnapshot? Text { get; init; }

    /// <summary>The vector indexes by vector slot; empty in replay, where vector scores come from the record.</summary>
    internal VectorSnapshot[] Vectors { get; init; } = [];

    /// <summary>The encoders with their items, by number; null while a first index is made.</summary>
    internal EncodedView?[] Encoded { get; init; } = [];

    /// <summary>The vectors of a space: of an attribute, or behind those of an encoder; null where there are none.</summary>
    internal VectorSnapshot? VectorsOf(int space)
        => space < 0 ? null
            : space < Vectors.Length ? Vectors[space]
            : space - Vectors.Length < Encoded.Length ? Encoded[space - Vectors.Length]?.Items
            : null;

    /// <summary>The words that items say, for corrections of queries; null in replay.</summary>
    internal VocabularyView? Vocabulary { get; init; }

    /// <summary>The attributes of the vertical's items as columns; null in replay.</summary>
    internal ItemColumnsView? Columns { get; init; }

    /// <summary>The values of keyword attributes by the words that name them; null in replay.</summary>
    internal ValueView? Values { get; init; }
}
