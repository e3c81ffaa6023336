using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Writing;

/// <summary>An adapter that writes what passes through it as files in the import formats, each in time order.</summary>
/// <remarks>
/// Files: items, users, sellers, features, rankings, events and truth, all .jsonl (.jsonl.gz when compressed), and world.yaml. truth holds
/// the true relevance of the items of each randomised ranking, in shown order, and is never imported. Lines are
/// formatted and compressed on a thread of their own, in the order in which they came: a bounded number of them waits.
/// </remarks>
public sealed class HistoryWriter : IMarketplaceAdapter, IAsyncDisposable
{
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText At = JsonEncodedText.Encode("at");
    private static readonly JsonEncodedText User = JsonEncodedText.Encode("user");
    private static readonly JsonEncodedText Session = JsonEncodedText.Encode("session");
    private static readonly JsonEncodedText Query = JsonEncodedText.Encode("query");
    private static readonly JsonEncodedText Items = JsonEncodedText.Encode("items");
    private static readonly JsonEncodedText RankingId = JsonEncodedText.Encode("rankingId");
    private static readonly JsonEncodedText Propensity = JsonEncodedText.Encode("propensity");

    // Entries handed over at once: large enough that the two threads seldom meet.
    private const int RunLength = 2048;

    private readonly IWorld _world;
    private readonly IMarketplaceAdapter _inner;
    private readonly JsonLines _items;
    private readonly JsonLines _users;
    private readonly JsonLines _sellers;
    private readonly JsonLines _features;
    private readonly JsonLines _rankings;
    private readonly JsonLines _events;
    private readonly JsonLines _truth;
    private readonly Channel<List<object>> _queue = Channel.CreateBounded<List<object>>(new BoundedChannelOptions(8) { SingleReader = true, SingleWriter = true });
    private readonly Task _writing;
    private List<object> _waiting = new(RunLength);

    /// <summary>Creates the folder and its files; existing ones are replaced.</summary>
    /// <param name="world">The world whose truth is written.</param>
    /// <param name="inner">Who answers the requests.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="isCompressed">Whether the lines are compressed with gzip.</param>
    public HistoryWriter(IWorld world, IMarketplaceAdapter inner, string folder, bool isCompressed = false)
    {
        _world = world;
        _inner = inner;
        Directory.CreateDirectory(folder);
        string ending = isCompressed ? ".jsonl.gz" : ".jsonl";
        _items = new JsonLines(Path.Combine(folder, "items" + ending));
        _users = new JsonLines(Path.Combine(folder, "users" + ending));
        _sellers = new JsonLines(Path.Combine(folder, "sellers" + ending));
        _features = new JsonLines(Path.Combine(folder, "features" + ending));
        _rankings = new JsonLines(Path.Combine(folder, "rankings" + ending));
        _events = new JsonLines(Path.Combine(folder, "events" + ending));
        _truth = new JsonLines(Path.Combine(folder, "truth" + ending));
        string head = string.Create(
            CultureInfo.InvariantCulture, $"# The {world.Configuration.World} world behind these files.\n# seed: {world.Seed}\n# endDate: {world.EndsAt:yyyy-MM-dd}\n");
        File.WriteAllText(Path.Combine(folder, "world.yaml"), head + world.Configuration.ToYaml());
        world.WriteTruth(folder);
        _writing = Task.Run(WriteAsync);
    }

    /// <inheritdoc/>
    public async ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        ShownList shown = await _inner.RankAsync(request, cancellationToken).ConfigureAwait(false);
        _waiting.Add(new Answered(request, shown));
        await HandOverAsync(cancellationToken).ConfigureAwait(false);
        return shown;
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changesInTimeOrder);
        for (int index = 0; index < changesInTimeOrder.Count; index++)
        {
            _waiting.Add(changesInTimeOrder[index]);
        }

        await HandOverAsync(cancellationToken).ConfigureAwait(false);
        await _inner.SendAsync(changesInTimeOrder, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what is left and closes the files.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        try
        {
            await _writing.ConfigureAwait(false);
            WriteAll(_waiting);
        }
        finally
        {
            JsonLines[] files = [_items, _users, _sellers, _features, _rankings, _events, _truth];
            foreach (JsonLines file in files)
            {
                await file.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private ValueTask HandOverAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count < RunLength)
        {
            return ValueTask.CompletedTask;
        }

        // Who cannot write any more tells so here, and not first when everything has been simulated.
        if (_writing.IsFaulted)
        {
            return new ValueTask(_writing);
        }

        List<object> run = _waiting;
        _waiting = new List<object>(RunLength + 64);
        return _queue.Writer.WriteAsync(run, cancellationToken);
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (List<object> run in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                WriteAll(run);
            }
        }
        catch (Exception exception)
        {
            _queue.Writer.TryComplete(exception);
            throw;
        }
    }

    private void WriteAll(List<object> run)
    {
        foreach (object entry in run)
        {
            if (entry is SimulatedChange change)
            {
                JsonLines file = FileOf(change);
                ChangeDocument.Write(file.Line, change);
                file.End();
                continue;
            }

            (SimulatedRequest request, ShownList shown) = (Answered)entry;
            WriteRanking(request, shown);
            if (shown.IsRandomised)
            {
                WriteTruth(request, shown);
            }
        }
    }

    private JsonLines FileOf(SimulatedChange change) => change switch
    {
        SimulatedChange.UserEvent => _events,
        SimulatedChange.UserPut => _users,
        SimulatedChange.SellerPut => _sellers,
        SimulatedChange.FeatureRow => _features,
        _ => _items,
    };

    private void WriteRanking(SimulatedRequest request, ShownList shown)
    {
        Utf8JsonWriter line = _rankings.Line;
        line.WriteStartObject();
        line.WriteString(Id, shown.RankingId);
        Timestamp.Write(line, At, request.At);
        line.WriteString("vertical"u8, request.Vertical);
        line.WriteString("surface"u8, request.Surface);
        line.WriteString(User, request.User);
        line.WriteString(Session, request.Session);
        if (request.Query is { } query)
        {
            line.WriteString(Query, query);
        }

        line.WriteStartObject("context"u8);
        if (shown.IsRandomised)
        {
            line.WriteString("slice"u8, "randomised"u8);
        }

        for (int pair = 0; pair < request.Context.Count; pair++)
        {
            line.WriteString(request.Context[pair].Key, request.Context[pair].Value);
        }

        line.WriteEndObject();
        line.WriteStartArray(Items);
        for (int place = 0; place < shown.Items.Count; place++)
        {
            ShownItem entry = shown.Items[place];
            line.WriteStartObject();
            line.WriteString(Id, entry.Id);
            if (!double.IsNaN(entry.Propensity))
            {
                line.WriteNumber(Propensity, (float)entry.Propensity);
            }

            line.WriteEndObject();
        }

        line.WriteEndArray();
        line.WriteEndObject();
        _rankings.End();
    }

    private void WriteTruth(SimulatedRequest request, ShownList shown)
    {
        Utf8JsonWriter line = _truth.Line;
        line.WriteStartObject();
        line.WriteString(RankingId, shown.RankingId);
        line.WriteStartArray("relevance"u8);
        for (int place = 0; place < shown.Items.Count; place++)
        {
            line.WriteNumberValue((float)_world.TrueRelevance(request, shown.Items[place].Id));
        }

        line.WriteEndArray();
        line.WriteEndObject();
        _truth.End();
    }

    private sealed record Answered(SimulatedRequest Request, ShownList Shown);
}
