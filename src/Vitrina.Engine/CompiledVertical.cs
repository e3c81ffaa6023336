using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Language;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Groups;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine;

/// <summary>A vertical whose declarations are bound: what statistics count, what features compute, how each surface answers.</summary>
/// <remarks>Immutable; made by <see cref="VerticalCompiler"/>.</remarks>
public sealed class CompiledVertical
{
    /// <summary>The declarations.</summary>
    public required VerticalDeclaration Declaration { get; init; }

    /// <summary>The vertical's name.</summary>
    public string Name => Declaration.Vertical;

    /// <summary>The slot of the attribute called price, or -1.</summary>
    public required int PriceSlot { get; init; }

    /// <summary>A hash of the file's text.</summary>
    public required ulong Version { get; init; }

    /// <summary>The vertical's time zone.</summary>
    public required TimeZoneInfo TimeZone { get; init; }

    /// <summary>Turns the vertical's texts and queries into terms. Safe for concurrent use.</summary>
    public required TextAnalyzer Analyzer { get; init; }

    /// <summary>Words that mean the same in queries.</summary>
    internal SynonymTable Synonyms => field ??= new SynonymTable(Analyzer, Declaration.Synonyms);

    /// <summary>Where each attribute of an item is stored.</summary>
    public required ItemSchema Schema { get; init; }

    /// <summary>The declared event types; an event's index is its metric in every counter.</summary>
    public required IReadOnlyList<EventType> Events { get; init; }

    /// <summary>Lengths of the windows, days, ascending.</summary>
    public required IReadOnlyList<int> WindowDays { get; init; }

    /// <summary>The tables of counters that features refer to.</summary>
    public required IReadOnlyList<CounterDeclaration> Counters { get; init; }

    /// <summary>The table of counters by item.</summary>
    public required int PopularityTable { get; init; }

    /// <summary>The half-life in that table by which popularity decays.</summary>
    public required int PopularityHalfLife { get; init; }

    /// <summary>How popular items are.</summary>
    public Popularity Popularity => field ??= new Popularity(this);

    /// <summary>What makes an offer; null when the vertical keeps no statistics of offers.</summary>
    public required OfferTraits? Offers { get; init; }

    /// <summary>Price levels that features refer to: slots of the price and of the keyword.</summary>
    public required IReadOnlyList<(int Price, int Keyword)> PriceLevels { get; init; }

    /// <summary>How the items are divided into groups that surfaces recommend.</summary>
    internal IReadOnlyList<GroupingDeclaration> Groupings { get; init; } = [];

    /// <summary>The declared weight of each event type; 0 where it is not declared.</summary>
    internal float[] EventWeights { get; init; } = [];

    /// <summary>The features, in the order of the file.</summary>
    public required IReadOnlyList<Feature> Features { get; init; }

    /// <summary>The features' names, in the same order: the columns of every matrix.</summary>
    public required IReadOnlyList<string> FeatureNames { get; init; }

    /// <summary>The columns of a surface's matrix: its own features where its candidates are groups, else the vertical's.</summary>
    public IReadOnlyList<string> FeatureNamesOf(string surface) => Surfaces.TryGetValue(surface, out var own) ? own.FeatureNames : FeatureNames;

    /// <summary>The columns that a model is served: those of the first surface that names it.</summary>
    public IReadOnlyList<string> FeatureNamesOfModel(string model) =>
        Surfaces.Values.FirstOrDefault(surface => surface.Declaration.Score.Model == model)?.FeatureNames ?? FeatureNames;

    /// <summary>The surfaces by name.</summary>
    public required IReadOnlyDictionary<string, Surface> Surfaces { get; init; }

    /// <summary>The encoders that sources and features name.</summary>
    public IReadOnlyList<string> EncoderNames { get; init; } = [];

    /// <summary>The factors of groups that surfaces name.</summary>
    public IReadOnlyList<string> FactorNames { get; init; } = [];

    /// <summary>How many spaces vectors live in: one per vector attribute of the items, then one per encoder.</summary>
    public int VectorSpaceCount => Schema.VectorCount + EncoderNames.Count;

    /// <summary>The space of a vector attribute or of an encoder, of which one is named; -1 when there is none.</summary>
    internal int VectorSpaceOf(string? attribute, string? encoder)
    {
        if (attribute is not null)
        {
            return Schema.FindOrNull(attribute) is { Storage: AttributeStorage.Vectors } slot ? slot.Slot : -1;
        }

        for (var number = 0; number < EncoderNames.Count; number++)
        {
            if (EncoderNames[number] == encoder)
            {
                return Schema.VectorCount + number;
            }
        }

        return -1;
    }

    /// <summary>How long after a view an event is credited to it: the longest of the declared windows.</summary>
    public required TimeSpan AttributionWindow { get; init; }

    /// <summary>What statistics depend on: verticals with equal signatures can use each other's checkpoints.</summary>
    public required string StateSignature { get; init; }

    /// <summary>True for a feature table whose rows belong to users.</summary>
    public bool IsUserTable(string table) => Declaration.Tables.TryGetValue(table, out var declared) && declared.Key.StartsWith("user", StringComparison.Ordinal);
}
