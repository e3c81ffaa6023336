using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Linear;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Learning.Offers;
using Vitrina.Learning.Training;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>Answers a simulated marketplace: first as its own policy does, then by a model that it trains itself on what people did with its lists.</summary>
/// <remarks>Every arm meets the same people, the same changes and the same first half of history; it is retrained as often on as many days.</remarks>
internal sealed class WorldLoop : IMarketplaceAdapter, IDisposable
{
    private const int RetrainDays = 3;
    private const int TrainingDays = 10;
    private const int MaxCandidates = 400;
    private const double BoostDays = 7;
    private readonly GoodsWorld _world;
    private readonly WorldArm? _arm;
    private readonly WorldCards _cards;
    private readonly WorldEngine _engine;
    private readonly WorldFeatures? _features;
    private readonly OpenLoopAdapter _policy;
    private readonly TransferCaseCollector? _cases;
    private readonly Dictionary<string, Answered> _answered = new(StringComparer.Ordinal);
    private readonly Queue<Answered> _rows = new();
    private readonly FeatureMatrix _matrix = new();
    private readonly string[] _names;
    private LogisticModel? _model;
    private int _day;

    /// <summary>A loop for an arm; without one it only collects cases of transfer.</summary>
    public WorldLoop(GoodsWorld world, WorldArm? arm, TransferDocument transfer, DateTimeOffset warmUntil)
    {
        (_world, _arm, WarmUntil) = (world, arm, warmUntil);
        _cards = new WorldCards(world.Start);
        _engine = new WorldEngine(arm?.Smoothing ?? Engine.Verticals.OfferSmoothing.Thresholds);
        _engine.SetTransfer(arm is { WithAnalogs: false } ? new TransferDocument(transfer.Matrix, new PriorStrengths(0, 0)) : transfer, world.Start);
        _policy = new OpenLoopAdapter(world);
        _features = arm is null ? null : new WorldFeatures(arm, _engine);
        _names = _features?.Names ?? [];
        _cases = arm is null ? new TransferCaseCollector() : null;
        Figures = new WorldFigures(_cards, warmUntil, world.End);
    }

    /// <summary>What came of the second half.</summary>
    public WorldFigures Figures { get; }

    /// <summary>When the model takes over.</summary>
    public DateTimeOffset WarmUntil { get; }

    /// <summary>The cases of transfer so far.</summary>
    public IReadOnlyList<TransferCase> Cases => _cases?.Finish() ?? [];

    private sealed class Answered
    {
        public required string? Region { get; init; }

        public required int Day { get; init; }

        public required int[] Items { get; init; }

        public required float[] Features { get; init; }

        public int LastSeen { get; set; }

        public required bool[] IsClicked { get; init; }
    }

    /// <inheritdoc/>
    public async ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        Advance(request.At);
        var isWarm = request.At >= WarmUntil && _model is not null;
        var shown = await _policy.RankAsync(isWarm ? request with { Size = MaxCandidates } : request, cancellationToken).ConfigureAwait(false);
        var region = _cards.RegionOf(request);
        ShownItem[] candidates = [.. shown.Items.Where(item => _cards.Knows(item.Id))];
        int[] items = [.. candidates.Select(item => _cards.OrdinalOf(item.Id))];
        _features?.Fill([.. items.Select(item => _cards.Cards[item])], region, RegionNameOf(request), _cards.TermsOf(request.Query), request.At, _matrix);

        int[] order = [.. Enumerable.Range(0, items.Length)];
        if (isWarm)
        {
            var scores = new float[items.Length];
            _model!.Score(_matrix, [.. Enumerable.Range(0, _names.Length)], scores);
            Boost(request.At, items, scores);
            Array.Sort(order, (a, b) => scores[a] != scores[b] ? scores[b].CompareTo(scores[a]) : a.CompareTo(b));
        }

        order = order[..Math.Min(request.Size, order.Length)];
        _engine.Remember(shown.RankingId, request);
        Remember(shown.RankingId, RegionNameOf(request), order, items);
        ShownItem[] page = [.. order.Select((row, place) => new ShownItem(candidates[row].Id, place + 1))];
        if (isWarm)
        {
            Figures.Add(request.At, _world.Expected(request, [.. page.Select(item => item.Id)]));
        }

        return new ShownList { RankingId = shown.RankingId, Items = page };
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken)
    {
        foreach (var change in changesInTimeOrder)
        {
            Advance(change.At);
            _engine.Apply(change);
            if (change is SimulatedChange.UserEvent happened)
            {
                Take(happened);
            }
            else if (_cards.Apply(change) is >= 0 and var item)
            {
                Figures.Changed(item, change.At);
            }
            else if (change is SimulatedChange.ItemDelete gone)
            {
                Figures.Gone(_cards.OrdinalOf(gone.Id), change.At);
            }
        }

        return ValueTask.CompletedTask;
    }

    private void Take(SimulatedChange.UserEvent happened)
    {
        if (happened.RankingId is null || !_answered.TryGetValue(happened.RankingId, out var list))
        {
            return;
        }

        var item = _cards.OrdinalOf(happened.Item);
        Figures.Add(happened, item);
        if (happened.Type is not ("view" or "click"))
        {
            return;
        }

        var metric = happened.Type == "view" ? 0 : 1;
        list.LastSeen = Math.Max(list.LastSeen, happened.Position);
        list.IsClicked[happened.Position - 1] |= metric == 1;
        var card = _cards.Cards[item];
        _cases?.Add(item, card.Type, card.Group, _engine.RawStateOf(card.Id, list.Region), _day, metric == 0 ? new RateEvidence(0, 1) : new RateEvidence(1, 0));
    }

    // Turns days: training.
    private void Advance(DateTimeOffset at)
    {
        for (; _day < (int)(at - _world.Start).TotalDays; _day++)
        {
            var warm = (int)(WarmUntil - _world.Start).TotalDays;
            if (_arm is not null && _day + 1 >= warm && (_day + 1 - warm) % RetrainDays == 0)
            {
                Train();
            }
        }
    }

    private void Boost(DateTimeOffset at, int[] items, float[] scores)
    {
        for (var row = 0; _arm!.NewItemBoost > 0 && row < items.Length; row++)
        {
            var card = _cards.Cards[items[row]];
            scores[row] += card.IsNew && (at - card.PublishedAt).TotalDays < BoostDays ? (float)_arm.NewItemBoost : 0;
        }
    }

    private static string? RegionNameOf(SimulatedRequest request) => request.Context.FirstOrDefault(pair => pair.Key == "region").Value;

    private void Remember(string rankingId, string? region, int[] order, int[] items)
    {
        var features = _arm is null ? [] : new float[order.Length * _names.Length];
        for (var place = 0; place < order.Length && features.Length > 0; place++)
        {
            for (var column = 0; column < _names.Length; column++)
            {
                features[(place * _names.Length) + column] = _matrix[order[place], column];
            }
        }

        var answered = new Answered { Region = region, Day = _day, Items = [.. order.Select(row => items[row])], Features = features, IsClicked = new bool[order.Length] };
        _answered[rankingId] = answered;
        _rows.Enqueue(answered);
    }

    private void Train()
    {
        while (_rows.TryPeek(out var oldest) && _day - oldest.Day >= TrainingDays)
        {
            _rows.Dequeue();
        }

        var set = new TrainingSet(_names);
        foreach (var (group, list) in _rows.Index())
        {
            for (var place = 0; place < list.LastSeen; place++)
            {
                set.Add(list.Features.AsSpan(place * _names.Length, _names.Length), list.IsClicked[place] ? 1 : 0, 1, group, place + 1);
            }
        }

        _model = LogisticTrainer.Train(set, new LogisticTrainerOptions { L2 = 1e-4, Threads = 1 }).Model;
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();
}
