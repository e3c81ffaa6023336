using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Simulation.Driving;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>The engine's living statistics of a simulated marketplace, without a server and without a journal on disk.</summary>
/// <remarks>One writer, which also reads: what it reads holds until the next change.</remarks>
internal sealed class WorldEngine : IDisposable
{
    private const string Name = "goods";
    private readonly CompiledVertical _vertical;
    private readonly EngineState _state;
    private readonly FeatureScope _scope;
    private readonly ChangeEntries _changes;
    private readonly List<PendingEntry> _entries = [];
    private readonly ByteWriter _writer = new();
    private MarketView? _market;

    /// <summary>An engine without items.</summary>
    /// <param name="smoothing">When bins follow a change.</param>
    public WorldEngine(OfferSmoothing smoothing)
    {
        var yaml = Resources.Read("verticals/offers-loop.yaml").Replace("smoothing: thresholds", $"smoothing: {smoothing.ToString().ToLowerInvariant()}", StringComparison.Ordinal);
        _vertical = VerticalCompiler.Parse(yaml, "offers-loop.yaml", out var errors) ?? throw new InvalidOperationException(string.Join("; ", errors));
        _state = new EngineState([_vertical], withText: false);
        _scope = new FeatureScope(_vertical.Counters);
        _changes = new ChangeEntries([_vertical]);
    }

    /// <summary>The columns that <see cref="Fill"/> gives.</summary>
    public IReadOnlyList<string> Columns => _vertical.FeatureNames;

    private OffersView Offers => Market.Offers!;

    private MarketView Market => _market ??= _state.Live(Name);

    /// <summary>Takes a change.</summary>
    public void Apply(SimulatedChange change)
    {
        _entries.Clear();
        _changes.Add(change, _entries);
        foreach (var entry in _entries)
        {
            Apply(entry.Kind, entry.Payload, change.At);
        }
    }

    /// <summary>Lets another W hold.</summary>
    public void SetTransfer(TransferDocument transfer, DateTimeOffset at) => Apply(EntryKind.OffersTransfer, new ControlEntry(Name, transfer.ToJson(), "bench").ToBytes(), at);

    /// <summary>Notes a list, so that its events are known to be of its region.</summary>
    public void Remember(string rankingId, SimulatedRequest request)
    {
        _writer.Clear();
        new RankingRecord { Id = rankingId, Vertical = Name, Surface = request.Surface, AtMs = request.At.ToUnixTimeMilliseconds(), AsOf = _state.AsOf, Context = [.. request.Context], Shown = [] }.Write(_writer);
        Apply(EntryKind.Ranking, _writer.ToArray(), request.At);
    }

    private void Apply(EntryKind kind, ReadOnlyMemory<byte> payload, DateTimeOffset at)
    {
        _market = null;
        _state.Apply(new JournalEntry(_state.AsOf + 1, at.ToUnixTimeMilliseconds(), kind, payload));
    }

    /// <summary>Computes the columns of candidates.</summary>
    /// <param name="items">The candidates' ids.</param>
    /// <param name="region">The buyer's region.</param>
    /// <param name="at">When.</param>
    /// <param name="columns">Receives a column for each of <see cref="Columns"/>.</param>
    public void Fill(IReadOnlyList<string> items, string? region, DateTimeOffset at, FeatureMatrix columns)
    {
        _scope.Begin(Market, at.ToUnixTimeMilliseconds(), -1, null, region, NormalizedQuery.None);
        foreach (var item in items)
        {
            _scope.Add(_state.Catalog.Find(item)!);
        }

        columns.Reset(items.Count, Columns.Count);
        for (var column = 0; column < Columns.Count; column++)
        {
            _vertical.Features[column].Compute(_scope, columns.Column(column));
        }
    }

    /// <summary>The raw state of an item as it is offered to a region now.</summary>
    public OfferState RawStateOf(string id, string? region)
    {
        var (item, traits) = (_state.Catalog.Find(id)!, Offers.Traits);
        return Offers.StateOf(new OfferCondition(item.Ordinal, traits.PriceOf(item), traits.DeliveryOf(item, region), Offers.ZoneOf(region), traits.TypeOf(item), -1, -1));
    }

    /// <inheritdoc/>
    public void Dispose() => _changes.Dispose();
}
