using System.Diagnostics;
using System.Globalization;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Codecs;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks;

/// <summary>How long a put, a patch and a delete of an item take from their sending until a search request shows them, while others search and send events.</summary>
internal sealed class UpdateProbe(EngineRuntime runtime, RankRequest[] requests)
{
    private const string Run = "zqprobe";
    private const int EventsPerBatch = 20;
    private static readonly TimeSpan s_batchEvery = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_tooLate = TimeSpan.FromSeconds(30);
    private readonly List<double> _milliseconds = [];
    private int _searches;
    private long _events;

    /// <summary>Probes so many items one after the other, each through its three changes; goes on until a checkpoint that is begun after a third of them is written.</summary>
    public async Task<BenchRow> MeasureAsync(int items, BenchRow row, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        Task[] load = [Task.Run(() => SearchAsync(over.Token), cancellationToken), Task.Run(() => SendEventsAsync(over.Token), cancellationToken)];
        var checkpoint = Task.FromResult(0.0);
        for (var item = 0; item < items || !checkpoint.IsCompleted; item++)
        {
            if (item == items / 3)
            {
                checkpoint = CheckpointAsync(cancellationToken);
            }

            await ProbeAsync(item, cancellationToken);
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await over.CancelAsync();
        await Task.WhenAll(load);
        _milliseconds.Sort();
        return row.With("visible_p50_ms", _milliseconds[_milliseconds.Count / 2])
            .With("visible_p99_ms", _milliseconds[(int)(_milliseconds.Count * 0.99)])
            .With("visible_max_ms", _milliseconds[^1])
            .With("checkpoint_ms", await checkpoint)
            .With("visible_searches_per_second", _searches / seconds)
            .With("visible_events_per_second", _events / seconds);
    }

    private async Task<double> CheckpointAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await runtime.MaintainAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private async Task ProbeAsync(int item, CancellationToken cancellationToken)
    {
        var id = new ItemId($"{Run}-{item}");
        var put = Change(id, ItemChangeKind.Put, WordOf(item, 'a')) with { Vertical = "goods", Stock = 5 };
        await TimeAsync(put, WordOf(item, 'a'), isFound: true, cancellationToken);
        await TimeAsync(Change(id, ItemChangeKind.Patch, WordOf(item, 'b')), WordOf(item, 'b'), isFound: true, cancellationToken);
        await TimeAsync(new ItemChange { Id = id, Kind = ItemChangeKind.Delete, AtMs = Now }, WordOf(item, 'b'), isFound: false, cancellationToken);
    }

    private long Now => runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();

    // A word that nothing else says, and that no correction takes for another: letters only.
    private static string WordOf(int item, char kind) => string.Concat(string.Create(CultureInfo.InvariantCulture, $"q{Run}{item:0000}{kind}").Select(letter => char.IsAsciiDigit(letter) ? (char)('g' + (letter - '0')) : letter));

    private ItemChange Change(ItemId id, ItemChangeKind kind, string word) => new()
    {
        Id = id,
        Kind = kind,
        AtMs = Now,
        Attributes = [new NamedValue("title", AttributeValue.Of(word)), new NamedValue("category", AttributeValue.Of("probe")), new NamedValue("price", AttributeValue.Of(100))],
    };

    private async Task TimeAsync(ItemChange change, string word, bool isFound, CancellationToken cancellationToken)
    {
        var writer = new ByteWriter();
        change.Write(writer);
        var kind = change.Kind switch
        {
            ItemChangeKind.Put => EntryKind.ItemPut,
            ItemChangeKind.Patch => EntryKind.ItemPatch,
            _ => EntryKind.ItemDelete,
        };
        var request = requests[0] with { User = null, Session = Run, Query = word };
        var started = Stopwatch.GetTimestamp();
        await runtime.Writer.AppendAndWaitAsync([new PendingEntry(kind, writer.ToArray())], cancellationToken);
        while ((await runtime.Ranking.RankAsync(request, cancellationToken)).Sections[0].Items.Any(item => item.Id == change.Id.Value) != isFound)
        {
            if (Stopwatch.GetElapsedTime(started) > s_tooLate)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{change.Kind} of {change.Id} is not visible after {s_tooLate.TotalSeconds} s"));
            }

            await Task.Delay(1, cancellationToken);
        }

        _milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    private async Task SearchAsync(CancellationToken stopped)
    {
        for (; !stopped.IsCancellationRequested; _searches++)
        {
            await runtime.Ranking.RankAsync(requests[_searches % requests.Length], CancellationToken.None);
        }
    }

    private async Task SendEventsAsync(CancellationToken stopped)
    {
        var items = runtime.Snapshot.Verticals["goods"].PopularOrder;
        var market = runtime.Snapshot.Verticals["goods"].Market;
        while (!stopped.IsCancellationRequested)
        {
            var batch = new PendingEntry[EventsPerBatch];
            for (var i = 0; i < batch.Length; i++, _events++)
            {
                var request = requests[_events % requests.Length];
                var writer = new ByteWriter();
                new MarketEvent
                {
                    Id = $"{Run}-e{_events}",
                    Type = _events % 10 == 0 ? EventType.Click : EventType.View,
                    OccurredAtMs = Now,
                    Item = market.Items[items[(int)(_events % items.Length)]]!.Id.Value,
                    User = request.User,
                    Query = request.Query,
                }.Write(writer);
                batch[i] = new PendingEntry(EntryKind.Event, writer.ToArray());
            }

            await runtime.Writer.AppendAndWaitAsync(batch, CancellationToken.None);
            await Task.Delay(s_batchEvery, CancellationToken.None);
        }
    }
}
