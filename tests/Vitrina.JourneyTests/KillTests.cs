using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.JourneyTests.Running;
using Vitrina.Kernels.Chance;

namespace Vitrina.JourneyTests;

/// <summary>What was answered with 2xx is there after a power cut at any instant, exactly once.</summary>
public class KillTests
{
    private const ulong Seed = 20261122;
    private const int Clients = 4;
    private const int SharedItems = 20;
    private const int OwnItems = 30;
    private const int MostAnswers = 120;

    private readonly AcceptedLedger[] _ledgers = [.. Enumerable.Range(0, Clients).Select(_ => new AcceptedLedger())];
    private readonly AcceptedLedger _sacrifices = new();
    private RandomStream _random = RandomStream.For(Seed, "kills");
    private string _data = "";
    private int _settled;
    private int _answers;
    private int _sent;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_or_doubled_by_kills_and_damaged_files()
    {
        using var folder = new TemporaryFolder();
        _data = folder.At("data");
        var kills = FullRun.Or(20, 200);
        var began = Stopwatch.GetTimestamp();
        for (var round = 0; round < kills; round++)
        {
            await using var server = await VitrinaServer.StartAsync(_data);
            if (round == 0)
            {
                (await server.Api.PutAsync("v1/items", new JsonArray([.. Enumerable.Range(0, SharedItems).Select(i => (JsonNode)Bodies.Item($"shared-{i}", $"Чайник {i}", 100 + i))]))).Expect(HttpStatusCode.OK);
            }

            await CheckAsync(server, round);
            await LoadAndKillAsync(server, round);
            if (round % 3 == 2)
            {
                await DamageAsync(round / 3 % 5);
            }
        }

        await using (var server = await VitrinaServer.StartAsync(_data))
        {
            await CheckAsync(server, kills);
            var status = (await CommandLine.RunAsync("status", "--data", _data, "--json")).Expect(0).Json();
            Assert.Equal(_settled, status.Number("eventsAccepted"));
            Assert.Equal(server.Address.ToString(), status.Text("server"));
            server.Kill();
        }

        CheckJournal();
        Figures.Print($"{kills} kills, {_sent:n0} requests, {_answers:n0} answered, {_settled:n0} events known exactly once, {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
    }

    // Clients write until enough was answered; then the server is killed while they go on.
    private async Task LoadAndKillAsync(VitrinaServer server, int round)
    {
        var until = _ledgers.Sum(ledger => ledger.Answers) + 1 + _random.NextInt(MostAnswers);
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(() => WriteAsync(server.Api, client, round, stop.Token))).ToArray();
        while (_ledgers.Sum(ledger => ledger.Answers) < until && !clients.Any(client => client.IsCompleted))
        {
            await Task.Delay(1, CancellationToken.None);
        }

        server.Kill();
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        _answers = _ledgers.Sum(ledger => ledger.Answers);
    }

    private async Task WriteAsync(ApiClient api, int client, int round, CancellationToken stop)
    {
        var random = RandomStream.For(Seed, $"client-{client}", (ulong)round);
        var ledger = _ledgers[client];
        try
        {
            for (var step = 0; !stop.IsCancellationRequested; step++)
            {
                Interlocked.Increment(ref _sent);
                if (random.NextBool(0.6))
                {
                    var count = 1 + random.NextInt(60);
                    var events = new List<JsonObject>(count);
                    for (var i = 0; i < count; i++)
                    {
                        events.Add(Bodies.Event($"k{round}-{client}-{step}-{i}", random.NextBool(0.7) ? "view" : "click", $"shared-{random.NextInt(SharedItems)}", TimeProvider.System.GetUtcNow(), $"user-{random.NextInt(50)}"));
                    }

                    await ledger.SendEventsAsync(api, events, stop);
                }
                else
                {
                    double? price = random.NextBool(0.2) ? null : 1 + random.NextInt(100_000);
                    await ledger.SendItemAsync(api, $"own-{client}-{random.NextInt(OwnItems)}", price, random.NextBool(0.7), stop);
                }
            }
        }
        catch (Exception exception) when (AcceptedLedger.IsCut(exception))
        {
            // The server is gone: the ledger holds what stays open.
        }
    }

    private async Task CheckAsync(VitrinaServer server, int round)
    {
        var ready = await server.Api.GetAsync("health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.Status);
        foreach (var ledger in _ledgers.Append(_sacrifices))
        {
            await ledger.CheckItemsAsync(server.Api);
            await ledger.CheckEventsAsync(server.Api);
            _settled += ledger.Settle();
        }

        var status = await server.Api.StatusAsync();
        Assert.True(status.Number("eventsAccepted") == _settled, $"round {round}: {status.Number("eventsAccepted")} events are counted, {_settled} distinct ones are known");
        Assert.Equal(Recovered(server), status.GetProperty("recovery").EnumerateArray().Select(sentence => sentence.GetString()));
    }

    private static string[] Recovered(VitrinaServer server) =>
        [.. server.Errors.Split('\n').Where(line => line.StartsWith("recovered: ", StringComparison.Ordinal)).Select(line => line["recovered: ".Length..].TrimEnd())];

    // Between two runs a file goes bad: the start says so and comes up with everything that the rest still tells.
    private async Task DamageAsync(int kind)
    {
        await using (var server = await VitrinaServer.StartAsync(_data))
        {
            // The last entry of the journal is one that may be lost with its bytes.
            await _sacrifices.SendEventsAsync(server.Api, [Bodies.Event($"sacrifice-{_settled}", "view", "shared-0", TimeProvider.System.GetUtcNow())], CancellationToken.None);
            _sacrifices.Unanswered.AddRange(_sacrifices.Accepted);
            _sacrifices.Accepted.Clear();
            if (kind is 1 or 3)
            {
                server.Kill();
            }
            else
            {
                Assert.Equal(0, await server.StopAsync());
            }
        }

        var journal = Damage.Newest(Path.Combine(_data, "journal"), "*.journal");
        switch (kind)
        {
            case 0:
                var checkpoint = Damage.Newest(Path.Combine(_data, "checkpoints"), "*.ckpt");
                Damage.Flip(checkpoint, _random.NextInt((int)new FileInfo(checkpoint).Length));
                await RequireSaidAsync("checkpoint");
                break;
            case 1:
                Damage.Append(journal, 1 + _random.NextInt(40), ref _random);
                await RequireSaidAsync("segment");
                break;
            case 2:
                // The checkpoint knows an entry that the journal has lost.
                Damage.Cut(journal, 1 + _random.NextInt(8));
                await RequireSaidAsync("segment");
                break;
            case 3:
                Damage.Flip(journal, new FileInfo(journal).Length - 1 - _random.NextInt(8));
                await RequireSaidAsync("segment");
                break;
            default:
                await RefusesDamageInTheMiddleAsync(journal);
                break;
        }
    }

    // Started once for its sentences and killed: the check that follows starts from there.
    private async Task RequireSaidAsync(string about)
    {
        await using var server = await VitrinaServer.StartAsync(_data);
        Assert.Contains(Recovered(server), sentence => sentence.StartsWith(about, StringComparison.Ordinal));
        var status = await server.Api.StatusAsync();
        Assert.Contains(status.GetProperty("recovery").EnumerateArray(), sentence => sentence.GetString()!.StartsWith(about, StringComparison.Ordinal));
        Assert.Equal(status.Number("asOf"), status.Number("lastSequence"));
        server.Kill();
    }

    // Entries stand behind the damage: cutting them off would lose what was acknowledged, so the start refuses and says where.
    private async Task RefusesDamageInTheMiddleAsync(string journal)
    {
        var offset = new FileInfo(journal).Length / 2;
        Damage.Flip(journal, offset);
        var refused = (await CommandLine.RunAsync("status", "--data", _data, "--json")).Expect(1);
        Assert.Contains(Path.GetFileName(journal), refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Errors, StringComparison.Ordinal);
        Damage.Flip(journal, offset);
    }

    // The journal itself, without the engine's help: every event once.
    private void CheckJournal()
    {
        using var journal = SegmentJournalStore.Open(new DataDirectory(_data).Journal, new SegmentJournalOptions(), readOnly: true);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in journal.Read(journal.FirstSequence))
        {
            if (entry.Kind == EntryKind.Event)
            {
                var id = MarketEvent.Read(entry.Payload.Span).Id;
                Assert.True(ids.Add(id), $"event {id} is journalled twice");
            }
        }

        Assert.Equal(_settled, ids.Count);
    }
}
