using System.Globalization;
using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Factors;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Learning.Batches;

/// <summary>In which form a batch is written.</summary>
public enum BatchFormat
{
    /// <summary><c>user,position,candidate,score</c>, a line per answered candidate, with a header.</summary>
    Csv,

    /// <summary>A JSON object per user: <c>{"user", "coldStart", "answers": [{"id", "score", "reasons"}]}</c>.</summary>
    Jsonl,
}

/// <summary>What a batch answers.</summary>
public sealed record BatchOptions
{
    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The surface.</summary>
    public required string Surface { get; init; }

    /// <summary>How many candidates a user gets; default: the surface's size.</summary>
    public int? Size { get; init; }

    /// <summary>The journal sequence up to which everything is seen; default: the journal's end.</summary>
    public long? AsOf { get; init; }

    /// <summary>The moment of the answers; default: when the last entry was recorded, so that a batch that goes on later answers as of then.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Who is answered; null = every known user.</summary>
    public IReadOnlyList<string>? Users { get; init; }

    /// <summary>The form of the file.</summary>
    public BatchFormat Format { get; init; }

    /// <summary>True also writes why (JSON lines only).</summary>
    public bool WithReasons { get; init; }

    /// <summary>Threads; 0 = all.</summary>
    public int Threads { get; init; }
}

/// <summary>What a batch did.</summary>
/// <param name="AsOf">The journal sequence that was seen.</param>
/// <param name="At">The moment of the answers.</param>
/// <param name="Model">The model that scored, as name/version; null when the fallback did.</param>
/// <param name="Users">How many users the file answers.</param>
/// <param name="Resumed">How many of them an earlier run had answered.</param>
/// <param name="Seconds">Time of answering and writing, without reading the journal.</param>
public sealed record BatchResult(long AsOf, DateTimeOffset At, string? Model, int Users, int Resumed, double Seconds)
{
    /// <summary>Users per second of this run.</summary>
    public double UsersPerSecond => Seconds > 0 ? (Users - Resumed) / Seconds : 0;
}

/// <summary>Answers a surface for many users over the state that a journal adds up to, into a file that a killed run goes on with.</summary>
/// <remarks>The same stages as a served request, over the same state: the same answers for the same sequence and moment (tested).</remarks>
public sealed class BatchRecommendation
{
    private const int BlockSize = 8_192;
    private readonly BatchOptions _options;
    private readonly CompiledVertical _vertical;
    private readonly EngineState _state;
    private readonly IReadOnlyDictionary<string, ServingModel> _models;
    private readonly IReadOnlyDictionary<string, GroupFactors> _factors;
    private readonly long _nowMs;
    private readonly int[] _popular;

    private BatchRecommendation(BatchOptions options, CompiledVertical vertical, EngineState state, ModelFolder models, long nowMs)
    {
        (_options, _vertical, _state, _nowMs) = (options, vertical, state, nowMs);
        _models = SurfaceRanker.ModelsOf(vertical, options.Surface, models, state.ServingModels);
        _factors = SurfaceRanker.FactorsOf(vertical, options.Surface, models, state.ServingModels);
        _popular = vertical.Surfaces[options.Surface].RanksGroups ? [] : vertical.Popularity.Order(state.Live(vertical.Name), nowMs);
    }

    /// <summary>Reads the journal and prepares the answers.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="verticals">All verticals of the installation.</param>
    /// <param name="models">The registry.</param>
    /// <param name="options">What is answered.</param>
    /// <param name="progress">Receives the share of the journal that is read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static BatchRecommendation Open(
        IJournalStore journal, IReadOnlyList<CompiledVertical> verticals, ModelFolder models, BatchOptions options, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(verticals);
        ArgumentNullException.ThrowIfNull(options);
        var vertical = verticals.First(known => known.Name == options.Vertical);
        var state = new EngineState(verticals, withText: false);
        var until = Math.Min(options.AsOf ?? long.MaxValue, journal.LastSequence);
        var lastMs = 0L;
        foreach (var entry in journal.Read(journal.FirstSequence))
        {
            if (entry.Sequence > until)
            {
                break;
            }

            cancellationToken.ThrowIfCancellationRequested();
            state.Apply(entry);
            lastMs = entry.RecordedAtMs;
            if ((entry.Sequence & 0xFFFF) == 0)
            {
                progress?.Report((double)entry.Sequence / until);
            }
        }

        return new BatchRecommendation(options, vertical, state, models, options.At?.ToUnixTimeMilliseconds() ?? lastMs);
    }

    /// <summary>Bytes that people and what they did take in the state, by what they are for.</summary>
    public IReadOnlyList<(string Part, long Bytes)> BytesOfPeople() => _state.BytesOfPeople(_vertical.Name);

    /// <summary>Every known user, in the order in which they came.</summary>
    public IReadOnlyList<string> KnownUsers()
    {
        var aliases = _state.Catalog.LiveAliases();
        var users = new List<string>(_state.Catalog.UserCount);
        for (var ordinal = 0; ordinal < _state.Catalog.UserCount; ordinal++)
        {
            // Aliases are answered under their login, erased people not at all.
            if (!_state.Catalog.IsErased(ordinal) && _state.Catalog.UserNameOf(ordinal) is var name && _state.Catalog.FindUser(name, aliases) == ordinal)
            {
                users.Add(name);
            }
        }

        return users;
    }

    /// <summary>Answers everybody into a file.</summary>
    /// <param name="path">The file; <c>.gz</c> compresses.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="cancellationToken">Ends the run; the next one goes on.</param>
    public BatchResult Write(string path, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        var users = _options.Users ?? KnownUsers();
        var model = _models.Values.FirstOrDefault()?.Id;
        using var file = ResumableFile.Open(path, KeyOf(users, model));
        var (resumed, watch) = (file.Done, System.Diagnostics.Stopwatch.StartNew());
        var workers = _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount;
        var market = _state.Live(_vertical.Name);
        var rankers = Enumerable.Range(0, workers).Select(_ => SurfaceRanker.ForBatch(_vertical, _options.Surface, _models, _factors, _popular)).ToArray();
        var buffers = rankers.Select(_ => new BatchWriter(_options.Format)).ToArray();
        for (var first = file.Done; first < users.Count; first += BlockSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (begin, count) = (first, Math.Min(BlockSize, users.Count - first));
            Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, worker =>
            {
                var (from, to) = (begin + (int)((long)count * worker / workers), begin + (int)((long)count * (worker + 1) / workers));
                buffers[worker].Clear();
                for (var user = from; user < to; user++)
                {
                    Answer(users[user], rankers[worker], market, buffers[worker]);
                }
            });
            var part = new ByteWriter();
            part.WriteBytes(first == 0 ? buffers[0].Header : []);
            foreach (var buffer in buffers)
            {
                part.WriteBytes(buffer.Written);
            }

            file.Append(part.Written, count);
            progress?.Report((double)(first + count) / users.Count);
        }

        if (users.Count == 0)
        {
            file.Append(buffers[0].Header, 0);
        }

        file.Finish();
        return new BatchResult(_state.AsOf, DateTimeOffset.FromUnixTimeMilliseconds(_nowMs), model, users.Count, resumed, watch.Elapsed.TotalSeconds);
    }

    private void Answer(string user, SurfaceRanker ranker, Engine.Features.MarketView market, BatchWriter writer)
    {
        var request = new RankRequest { Vertical = _vertical.Name, Surface = _options.Surface, User = user, Size = _options.Size };
        var page = ranker.Rank(request, market, _state.Catalog, _state.Catalog.FindUser(user, _state.Catalog.LiveAliases()), _nowMs, _state.AsOf, _options.WithReasons);
        writer.Add(user, ranker.IsColdStart, page, _options.WithReasons);
    }

    // Whatever the answers depend on: a run goes on only with its own.
    private string KeyOf(IReadOnlyList<string> users, string? model)
    {
        var hash = 0UL;
        foreach (var user in users)
        {
            hash = Hash.Combine(hash, Hash.Of64(user));
        }

        var factors = string.Concat(_factors.Keys.Select(name => $" with {name}/{_state.ServingModels[name]}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_vertical.Name}/{_options.Surface} {_vertical.Version:x16} as of {_state.AsOf} at {_nowMs} by {model ?? "the fallback"}{factors}, {_options.Size} of {users.Count} users {hash:x16}, {_options.Format} {_options.WithReasons}");
    }
}
