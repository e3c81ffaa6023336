using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Jobs;

/// <summary>One run of a jobs world against an adapter. Hires and closed vacancies change what can happen later in the same run.</summary>
internal sealed class JobDrive
{
    // Bounds the memory of one call when the whole market is sent at the start.
    private const int BatchSize = 4096;

    private readonly JobsWorld _world;
    private readonly IMarketplaceAdapter _adapter;
    private readonly JobBehaviour _behaviour;
    private readonly JobFeed _feed;
    private readonly JobMarketState _state;
    private readonly JobsReportBuilder _report;
    private readonly PriorityQueue<Pending, (long At, long Order)> _pending = new();
    private readonly List<SimulatedChange> _batch = new(BatchSize);
    private readonly List<(JobsRequest Request, ShownList Shown)> _answered = [];
    private List<JobsRequest> _requests = [];
    private int _requestCursor;
    private int _nextDay;
    private long _order;

    public JobDrive(JobsWorld world, IMarketplaceAdapter adapter)
    {
        _world = world;
        _adapter = adapter;
        _behaviour = new JobBehaviour(world);
        _feed = new JobFeed(world);
        _state = new JobMarketState(world.Market);
        _report = new JobsReportBuilder(world, _state);
    }

    public async ValueTask<JobsReport> RunAsync(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var (start, stop) = (_world.Start.UtcTicks, _world.End.UtcTicks);
        await SendUntilAsync(start + 1, cancellationToken).ConfigureAwait(false);
        var tick = _world.Configuration.TickMinutes * TimeSpan.TicksPerMinute;
        for (var at = start; at < stop; at += tick)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var end = Math.Min(at + tick, stop);
            PlanUntil(end);
            await AnswerAsync(end, cancellationToken).ConfigureAwait(false);
            React();
            await SendUntilAsync(end, cancellationToken).ConfigureAwait(false);
            progress?.Report((double)(end - start) / (stop - start));
        }

        return _report.Build();
    }

    private void PlanUntil(long end)
    {
        while (_nextDay <= (int)((end - 1 - _world.Start.UtcTicks) / TimeSpan.TicksPerDay))
        {
            var day = _world.Planner.Plan(_nextDay++);
            if (_requestCursor < _requests.Count)
            {
                // A session may begin before midnight and go on after it.
                day.AddRange(_requests.GetRange(_requestCursor, _requests.Count - _requestCursor));
                JobPlanner.Sort(day);
            }

            _requests = day;
            _requestCursor = 0;
        }
    }

    private async ValueTask AnswerAsync(long end, CancellationToken cancellationToken)
    {
        _answered.Clear();
        while (_requestCursor < _requests.Count && _requests[_requestCursor].At.UtcTicks < end)
        {
            var request = _requests[_requestCursor++];
            var seeks = request.Side == JobSide.Employer
                ? _state.HasOpenings(request.Seeker)
                : !_state.HasFoundWork(request.Seeker, request.At.UtcTicks);
            if (seeks)
            {
                _answered.Add((request, await _adapter.RankAsync(request, cancellationToken).ConfigureAwait(false)));
            }
        }
    }

    private void React()
    {
        foreach (var (request, shown) in _answered)
        {
            JobReaction reaction;
            try
            {
                reaction = _behaviour.React(request, shown, _state);
            }
            catch (ArgumentException exception)
            {
                throw new InvalidOperationException($"Ranking {shown.RankingId} cannot be shown: {exception.Message}", exception);
            }

            _report.Add(reaction, shown);
            foreach (var happened in reaction.Events)
            {
                Enqueue(new Pending(happened.At.UtcTicks, happened));
            }

            foreach (var (contact, deal) in reaction.Deals)
            {
                Enqueue(new Pending(deal.At.UtcTicks, deal, contact));
            }
        }
    }

    private void Enqueue(Pending pending) => _pending.Enqueue(pending, (pending.At, _order++));

    private async ValueTask SendUntilAsync(long end, CancellationToken cancellationToken)
    {
        while (true)
        {
            var happened = _pending.TryPeek(out _, out var priority) ? priority.At : long.MaxValue;
            if (Math.Min(_feed.NextAt, happened) >= end)
            {
                break;
            }

            if (_feed.NextAt <= happened)
            {
                if (_feed.Next(_state) is { } change)
                {
                    _batch.Add(change);
                }
            }
            else
            {
                Happen(_pending.Dequeue());
            }

            if (_batch.Count >= BatchSize)
            {
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Happen(Pending pending)
    {
        if (pending.Event is not { } happened)
        {
            Withdraw(JobSide.Employer, pending.Resume, pending.At);
            return;
        }

        if (pending.Contact is { } contact)
        {
            if (!_state.TryHire(contact.Resume, contact.Vacancy, pending.At))
            {
                return;
            }

        }

        _report.Add(happened);
        _batch.Add(happened);
        if (pending.Contact is { } hired)
        {
            AfterHire(hired, pending.At);
        }
    }

    /// <summary>The hired person may withdraw the resume; a vacancy without openings closes at once.</summary>
    private void AfterHire(JobContact contact, long at)
    {
        var stream = JobStreams.Open(_world.Seed, JobPurpose.ResumeLife, contact.Resume, 1);
        var withdraws = stream.NextBool(_world.Configuration.WithdrawShare);
        var withdrawnAt = at + (long)(stream.NextExponential(_world.Configuration.WithdrawMeanDays) * TimeSpan.TicksPerDay);
        if (withdraws)
        {
            Enqueue(new Pending(withdrawnAt, null, null, contact.Resume));
        }

        if (!_state.HasOpenings(contact.Vacancy))
        {
            Withdraw(JobSide.Person, contact.Vacancy, at);
        }
    }

    private void Withdraw(JobSide side, int posting, long at)
    {
        if (_state.Unlist(side, posting))
        {
            // Ended, not deleted: answers and deals may still come.
            var moment = new DateTimeOffset(at - at % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
            _batch.Add(new SimulatedChange.ItemPatch { At = moment, Id = _world.PostingsShownTo(side).Id[posting], ExpiresAt = moment });
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_batch.Count > 0)
        {
            await _adapter.SendAsync(_batch, cancellationToken).ConfigureAwait(false);
            _batch.Clear();
        }
    }

    /// <summary>Something that will happen: an event, a deal if both are still free, or the end of a resume.</summary>
    private readonly record struct Pending(long At, SimulatedChange.UserEvent? Event, JobContact? Contact = null, int Resume = -1);
}
