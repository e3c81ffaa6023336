using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Engine;

/// <summary>The report on offers: a pass over the items and over the newest days of the journal.</summary>
public sealed partial class EngineRuntime
{
    private const int MostStates = 10;
    private static readonly int[] s_newness = [14, 7];

    /// <summary>How new items and states of offers fare.</summary>
    /// <param name="vertical">The vertical.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    /// <exception cref="OffersRefusedException">The vertical keeps no offers.</exception>
    public OffersReport ReportOffers(string vertical, CancellationToken cancellationToken = default)
    {
        var snapshot = OffersOf(vertical);
        var offers = snapshot.Market.Offers!;
        var nowMs = Math.Min(_time.GetUtcNow().ToUnixTimeMilliseconds(), EndOfToday(snapshot));
        var bins = (Price: new int[OfferState.BinCount], Delivery: new int[OfferState.BinCount]);
        foreach (var item in ItemsOf(snapshot).Where(item => item.IsActive))
        {
            var state = offers.StateOf(item, null);
            bins.Price[state.PriceBin]++;
            bins.Delivery[state.DeliveryBin]++;
        }

        var states = StatesByItem(offers);
        var byStates = new int[MostStates];
        foreach (var count in states.Values)
        {
            byStates[Math.Min(count, MostStates) - 1]++;
        }

        return new OffersReport
        {
            Vertical = vertical,
            At = DateTimeOffset.FromUnixTimeMilliseconds(nowMs),
            Generation = offers.Generation?.Number ?? 0,
            NewItems = [.. Newcomers(snapshot, nowMs, cancellationToken)],
            PriceBins = bins.Price,
            DeliveryBins = bins.Delivery,
            ItemsByStates = byStates,
            StatesPerItem = states.Count == 0 ? null : states.Values.Average(),
            SetAside = Snapshot.Figures.Counts.Where(count => count.Key.StartsWith("offer", StringComparison.Ordinal)).ToDictionary(count => count.Key, count => count.Value),
        };
    }

    private static long EndOfToday(VerticalSnapshot snapshot) => snapshot.Market.Statistics.Today == int.MinValue
        ? long.MaxValue
        : new DayClock(snapshot.Vertical.TimeZone).StartOf(snapshot.Market.Statistics.Today + 1);

    private static Dictionary<int, int> StatesByItem(OffersView offers)
    {
        var seen = new HashSet<(int Item, int State)>();
        var states = new Dictionary<int, int>();
        for (var condition = 0; condition < offers.Conditions.Count; condition++)
        {
            ref readonly var of = ref offers.Conditions[condition];
            if (seen.Add((of.Item, offers.StateOf(of).Index)))
            {
                states[of.Item] = states.GetValueOrDefault(of.Item) + 1;
            }
        }

        return states;
    }

    private sealed class Newness(int days, long sinceMs, int metrics)
    {
        public int Days { get; } = days;

        public long SinceMs { get; } = sinceMs;

        public long[] All { get; } = new long[metrics];

        public long[] OfNew { get; } = new long[metrics];

        public Dictionary<int, (Item Item, long? ViewMs, long? InteractionMs)> Items { get; } = [];
    }

    private IEnumerable<NewItems> Newcomers(VerticalSnapshot snapshot, long nowMs, CancellationToken cancellationToken)
    {
        var metrics = snapshot.Vertical.Events;
        var ages = s_newness.Select(days => new Newness(days, nowMs - (days * (long)TimeSpan.FromDays(1).TotalMilliseconds), metrics.Count)).ToList();
        foreach (var item in ItemsOf(snapshot))
        {
            foreach (var age in ages.Where(age => item.PublishedAtMs > age.SinceMs && item.PublishedAtMs <= nowMs))
            {
                age.Items[item.Ordinal] = (item, null, null);
            }
        }

        // Recorded when it happened or later, by the slack of clocks.
        foreach (var entry in Journal.ReadRecordedSince(ages[0].SinceMs - RecordSlackMs))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind == EntryKind.Event)
            {
                var happened = MarketEvent.Read(entry.Payload.Span);
                Count(snapshot, ages, happened.Item, IndexOf(metrics, happened.Type), happened.OccurredAtMs);
            }
            else if (entry.Kind == EntryKind.Ranking && RankingRecord.Read(entry.Payload.Span) is { AssumedViews: > 0 } ranking && ranking.Vertical == snapshot.Vertical.Name)
            {
                foreach (var shown in ranking.Shown.Take(Math.Max(0, ranking.AssumedViews - ranking.Offset)))
                {
                    Count(snapshot, ages, shown.Item, IndexOf(metrics, EventType.View), ranking.AtMs);
                }
            }
        }

        return ages.Select(age => new NewItems
        {
            Days = age.Days,
            Items = age.Items.Count,
            ActiveItems = age.Items.Values.Count(item => item.ViewMs is not null || item.InteractionMs is not null),
            Shares = Enumerable.Range(0, metrics.Count).Where(metric => age.All[metric] > 0).ToDictionary(metric => EventTypes.NameOf(metrics[metric]), metric => (double)age.OfNew[metric] / age.All[metric]),
            HoursToFirstView = MedianHours(age.Items.Values.Select(item => item.ViewMs - item.Item.PublishedAtMs)),
            HoursToFirstInteraction = MedianHours(age.Items.Values.Select(item => item.InteractionMs - item.Item.PublishedAtMs)),
        });
    }

    private static int IndexOf(IReadOnlyList<EventType> events, EventType type)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] == type)
            {
                return i;
            }
        }

        return -1;
    }

    private static void Count(VerticalSnapshot snapshot, List<Newness> ages, string id, int metric, long atMs)
    {
        if (metric < 0 || atMs < ages[0].SinceMs || snapshot.Find(id) is not { } item || item.Vertical != snapshot.Vertical.Name)
        {
            return;
        }

        foreach (var age in ages.Where(age => atMs >= age.SinceMs))
        {
            age.All[metric]++;
            if (!age.Items.TryGetValue(item.Ordinal, out var known))
            {
                continue;
            }

            age.OfNew[metric]++;
            var isView = snapshot.Vertical.Events[metric] == EventType.View;
            age.Items[item.Ordinal] = isView
                ? known with { ViewMs = Math.Min(known.ViewMs ?? long.MaxValue, atMs) }
                : known with { InteractionMs = Math.Min(known.InteractionMs ?? long.MaxValue, atMs) };
        }
    }

    private static double? MedianHours(IEnumerable<long?> durations)
    {
        var sorted = durations.OfType<long>().Order().ToList();
        return sorted.Count == 0 ? null : Math.Max(0, sorted[(sorted.Count - 1) / 2]) / (double)TimeSpan.MillisecondsPerHour;
    }
}
