using System.Runtime.InteropServices;
using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Learning.Offers;

/// <summary>Makes cases of a stream of views and successes: what was known when an item was first seen in a state, and what followed.</summary>
/// <remarks>
/// An episode begins with the first trial of an item in a state and takes what happens there for some days; then the next one begins, with
/// more history. Events come in time order. Not safe for concurrent use.
/// </remarks>
public sealed class TransferCaseCollector
{
    private readonly int _outcomeDays;
    private readonly int _historyDays;
    private readonly List<TransferCase> _cases = [];
    private readonly Dictionary<(int Item, byte State), Episode> _open = [];
    private readonly Dictionary<int, List<DayCell>> _items = [];
    private readonly Dictionary<int, List<int>> _groups = [];
    private readonly Dictionary<int, TypeSums> _types = [];
    private RateEvidence _everything = new(1, 10);

    /// <summary>Makes an empty collector.</summary>
    /// <param name="outcomeDays">Days of an episode whose events are its outcome.</param>
    /// <param name="historyDays">Days before it that count as known.</param>
    public TransferCaseCollector(int outcomeDays = 7, int historyDays = 28) => (_outcomeDays, _historyDays) = (outcomeDays, historyDays);

    private readonly record struct DayCell(int Day, byte State, float Successes, float Trials);

    private sealed class Episode
    {
        public required int Day { get; init; }

        public required IReadOnlyList<ShiftedEvidence> History { get; init; }

        public required IReadOnlyList<ShiftedEvidence> Match { get; init; }

        public required RateEvidence Type { get; init; }

        public RateEvidence Outcome { get; set; }
    }

    // What the items of a type added up to within the window, by state.
    private sealed class TypeSums
    {
        public RateEvidence[] States { get; } = new RateEvidence[OfferState.Count];

        public Queue<DayCell> Leaving { get; } = new();
    }

    /// <summary>Takes trials and successes of an item in a state.</summary>
    /// <param name="item">The item's number.</param>
    /// <param name="type">The number of its type.</param>
    /// <param name="group">The number of its match group; −1 without one.</param>
    /// <param name="state">The state in which the item was seen.</param>
    /// <param name="day">Unix days; never falls.</param>
    /// <param name="happened">What happened.</param>
    public void Add(int item, int type, int group, OfferState state, int day, RateEvidence happened)
    {
        ref var cells = ref CollectionsMarshal.GetValueRefOrAddDefault(_items, item, out var isKnown);
        cells ??= [];
        if (!isKnown && group >= 0)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(_groups, group, out _) ??= []).Add(item);
        }

        var sums = CollectionsMarshal.GetValueRefOrAddDefault(_types, type, out _) ??= new TypeSums();
        Forget(sums, day);
        var index = (byte)state.Index;
        if (!_open.TryGetValue((item, index), out var episode) || day - episode.Day >= _outcomeDays)
        {
            Close(episode);
            _open[(item, index)] = episode = Begin(item, group, sums, state, day);
        }

        episode.Outcome += happened;
        var cell = new DayCell(day, index, (float)happened.Successes, (float)happened.Trials);
        if (cells.Count > 0 && cells[^1].Day == day && cells[^1].State == index)
        {
            cells[^1] = new DayCell(day, index, cells[^1].Successes + cell.Successes, cells[^1].Trials + cell.Trials);
        }
        else
        {
            cells.Add(cell);
        }

        sums.States[index] += happened;
        sums.Leaving.Enqueue(cell);
        _everything += happened;
    }

    /// <summary>All cases with an outcome, the open ones too.</summary>
    public IReadOnlyList<TransferCase> Finish()
    {
        foreach (var episode in _open.OrderBy(pair => pair.Key).Select(pair => pair.Value))
        {
            Close(episode);
        }

        _open.Clear();
        return _cases;
    }

    private void Forget(TypeSums sums, int day)
    {
        while (sums.Leaving.TryPeek(out var oldest) && day - oldest.Day >= _historyDays)
        {
            sums.Leaving.Dequeue();
            sums.States[oldest.State] = sums.States[oldest.State].Without(new RateEvidence(oldest.Successes, oldest.Trials));
        }
    }

    // A success may follow its view by hours and reach into the next episode: it never outnumbers the trials.
    private void Close(Episode? episode)
    {
        if (episode is { Outcome.Trials: > 0 })
        {
            var outcome = episode.Outcome with { Successes = Math.Min(episode.Outcome.Successes, episode.Outcome.Trials) };
            _cases.Add(new TransferCase(outcome, episode.History, episode.Match, episode.Type) { Day = episode.Day });
        }
    }

    private Episode Begin(int item, int group, TypeSums sums, OfferState state, int day)
    {
        var own = HistoryOf(item, state, day);
        var match = new List<ShiftedEvidence>();
        foreach (var other in group >= 0 && _groups.TryGetValue(group, out var members) ? members : [])
        {
            if (other != item)
            {
                match.AddRange(HistoryOf(other, state, day));
            }
        }

        // One pseudo-view of everybody's rate keeps a type without a click off the impossible.
        var type = (1 / _everything.Trials) * _everything;
        var weights = TransferMatrix.Default.Into(state);
        for (var from = 0; from < OfferState.Count; from++)
        {
            type += weights[from] * sums.States[from];
        }

        foreach (var part in own)
        {
            type = type.Without(TransferMatrix.Default.Price[part.PriceShift] * TransferMatrix.Default.Delivery[part.DeliveryShift] * part.Evidence);
        }

        type = type.Successes > 0 && type.Trials > type.Successes ? type : (1 / _everything.Trials) * _everything;
        return new Episode { Day = day, History = own, Match = match, Type = type };
    }

    private List<ShiftedEvidence> HistoryOf(int item, OfferState state, int day)
    {
        var parts = new List<ShiftedEvidence>(4);
        var cells = _items[item];
        for (var i = cells.Count - 1; i >= 0 && day - cells[i].Day < _historyDays; i--)
        {
            var (cell, from) = (cells[i], OfferState.Of(cells[i].State));
            var (price, delivery) = (state.PriceBin - from.PriceBin, state.DeliveryBin - from.DeliveryBin);
            var evidence = new RateEvidence(cell.Successes, cell.Trials);
            var known = parts.FindIndex(part => part.PriceShift == price && part.DeliveryShift == delivery);
            if (known < 0)
            {
                parts.Add(new ShiftedEvidence(price, delivery, evidence));
            }
            else
            {
                parts[known] = parts[known] with { Evidence = parts[known].Evidence + evidence };
            }
        }

        return parts;
    }
}
