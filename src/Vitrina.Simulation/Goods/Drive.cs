using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

/// <summary>One run of a world against an adapter.</summary>
internal sealed class Drive
{
    // Bounds the memory of one call when the whole catalogue is sent at the start.
    private const int BatchSize = 4096;

    // Below this many lists a tick is not worth the threads.
    private const int ParallelThreshold = 32;

    private readonly GoodsWorld _world;
    private readonly IMarketplaceAdapter _adapter;
    private readonly long _from;
    private readonly long _to;
    private readonly ChangeFeed _feed;
    private readonly ReportBuilder _report;
    private readonly PriorityQueue<SimulatedChange.UserEvent, (long At, long Order)> _pending = new();
    private readonly HashSet<long> _endedSessions = [];
    private readonly List<SimulatedChange> _batch = new(BatchSize);
    private readonly List<(SimulatedRequest Request, ShownList Shown)> _answered = [];
    private List<SimulatedRequest> _requests = [];
    private int _requestCursor;
    private int _nextDay;
    private long _order;

    public Drive(GoodsWorld world, IMarketplaceAdapter adapter, long from, long to)
    {
        _world = world;
        _adapter = adapter;
        _from = from;
        _to = to;
        _feed = new ChangeFeed(world);
        _report = new ReportBuilder(world, to);

        // A session may begin before midnight and go on after it.
        _nextDay = Math.Max(0, DayOf(from) - 1);
    }

    public async ValueTask<GoodsReport> RunAsync(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        _feed.SkipTo(_from);
        await SendUntilAsync(_from + 1, cancellationToken).ConfigureAwait(false);
        long tick = _world.Configuration.TickMinutes * TimeSpan.TicksPerMinute;
        for (long at = _from; at < _to; at += tick)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long end = Math.Min(at + tick, _to);
            PlanUntil(end);
            await AnswerAsync(end, cancellationToken).ConfigureAwait(false);
            React();
            await SendUntilAsync(end, cancellationToken).ConfigureAwait(false);
            progress?.Report((double)(end - _from) / (_to - _from));
        }

        return _report.Build();
    }

    private int DayOf(long at) => (int)((at - _world.Start.UtcTicks) / TimeSpan.TicksPerDay);

    private void PlanUntil(long end)
    {
        while (_nextDay <= DayOf(end - 1))
        {
            List<SimulatedRequest> day = _world.Planner.Plan(_nextDay++, _world.Threads);
            if (_requestCursor < _requests.Count)
            {
                day.AddRange(_requests.GetRange(_requestCursor, _requests.Count - _requestCursor));
                SessionPlanner.Sort(day);
            }

            _requests = day;
            _requestCursor = 0;
            SkipRequestsBefore(_from);

            // A session never reaches its third day: forgetting older ones bounds the memory.
            int oldest = _nextDay - 2;
            _endedSessions.RemoveWhere(session => SessionPlanner.DayOfSession(session) < oldest);
            _report.ForgetSessionsBefore(oldest);
        }
    }

    private void SkipRequestsBefore(long at)
    {
        while (_requestCursor < _requests.Count && _requests[_requestCursor].At.UtcTicks < at)
        {
            _requestCursor++;
        }
    }

    private async ValueTask AnswerAsync(long end, CancellationToken cancellationToken)
    {
        _answered.Clear();
        while (_requestCursor < _requests.Count && _requests[_requestCursor].At.UtcTicks < end)
        {
            SimulatedRequest request = _requests[_requestCursor++];
            if (_endedSessions.Contains(SessionPlanner.SessionKey(request)))
            {
                continue;
            }

            ShownList shown = await _adapter.RankAsync(request, cancellationToken).ConfigureAwait(false);
            _answered.Add((request, shown));
        }
    }

    private void React()
    {
        if (_answered.Count >= ParallelThreshold && _world.Threads > 1)
        {
            var reactions = new Reaction[_answered.Count];
            Parallel.For(0, reactions.Length, new ParallelOptions { MaxDegreeOfParallelism = _world.Threads }, index => reactions[index] = ReactTo(index));
            for (int index = 0; index < reactions.Length; index++)
            {
                Take(reactions[index], _answered[index].Shown);
            }

            return;
        }

        for (int index = 0; index < _answered.Count; index++)
        {
            Take(ReactTo(index), _answered[index].Shown);
        }
    }

    private Reaction ReactTo(int index)
    {
        (SimulatedRequest request, ShownList shown) = _answered[index];
        try
        {
            return _world.Behaviour.React(request, shown);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidOperationException($"Ranking {shown.RankingId} cannot be shown: {exception.Message}", exception);
        }
    }

    private void Take(Reaction reaction, ShownList shown)
    {
        _report.Add(reaction, shown);
        if (reaction.HasOrder)
        {
            _endedSessions.Add(SessionPlanner.SessionKey(reaction.Request));
        }

        foreach (SimulatedChange.UserEvent happened in reaction.Events)
        {
            _pending.Enqueue(happened, (happened.At.UtcTicks, _order++));
        }
    }

    private async ValueTask SendUntilAsync(long end, CancellationToken cancellationToken)
    {
        while (true)
        {
            long change = _feed.NextAt;
            long happened = _pending.TryPeek(out _, out (long At, long Order) priority) ? priority.At : long.MaxValue;
            if (Math.Min(change, happened) >= end)
            {
                break;
            }

            _batch.Add(change <= happened ? _feed.Next() : _pending.Dequeue());
            if (_batch.Count == BatchSize)
            {
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_batch.Count > 0)
        {
            await _adapter.SendAsync(_batch, cancellationToken).ConfigureAwait(false);
            _batch.Clear();
        }
    }
}
