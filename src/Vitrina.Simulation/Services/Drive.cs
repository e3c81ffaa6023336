using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Services;

/// <summary>One run of a world against an adapter, which answers in the place of the arms.</summary>
internal sealed class Drive
{
    // Bounds the memory of one call.
    private const int BatchSize = 4096;

    private readonly ServicesWorld _world;
    private readonly IMarketplaceAdapter _adapter;
    private readonly ReportBuilder _report;
    private readonly List<SimulatedChange> _batch = new(BatchSize);
    private readonly CityRun[] _cities;
    private readonly ChangeWriter[] _writers;
    private readonly RequestWriter _requests;
    private readonly PriorityQueue<int, (long At, int City)> _next = new();
    private readonly int[] _list;
    private readonly long _tick;
    private long _tickEnd;

    public Drive(ServicesWorld world, IMarketplaceAdapter adapter)
    {
        (_world, _adapter) = (world, adapter);
        var configuration = world.Configuration;
        _tick = configuration.TickMinutes * 60_000L;
        _report = new ReportBuilder(configuration);
        _requests = new RequestWriter(world);
        _cities = new CityRun[configuration.CityCount];
        _writers = new ChangeWriter[configuration.CityCount];
        _list = new int[configuration.ListSize];
        for (var city = 0; city < _cities.Length; city++)
        {
            _writers[city] = new ChangeWriter(world, city, _batch, _report);
            _cities[city] = new CityRun(configuration, world.People, world.Seed, (city, world.StartsAt.DayOfWeek), _writers[city]);
        }
    }

    public async ValueTask<ServicesReport> RunAsync(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        await RegisterAsync(cancellationToken).ConfigureAwait(false);
        for (var city = 0; city < _cities.Length; city++)
        {
            Queue(city);
        }

        var end = _world.Configuration.Days * DayPlan.DayMs;
        while (_next.TryDequeue(out var city, out var priority))
        {
            var at = priority.At;
            if (at >= _tickEnd || _batch.Count >= BatchSize)
            {
                await FlushAsync(cancellationToken).ConfigureAwait(false);
                progress?.Report((double)at / end);
            }

            if (at >= _tickEnd)
            {
                _tickEnd = _tick == 0 ? 0 : (at / _tick + 1) * _tick;
            }

            if (_report.IsNewDay(at))
            {
                CountReplaced(at);
            }

            if (_cities[city].Advance(at, ServicesPolicies.AllA, out var session))
            {
                await AnswerAsync(city, session, cancellationToken).ConfigureAwait(false);
            }

            Queue(city);
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return _report.Build();
    }

    private void Queue(int city)
    {
        if (_cities[city].NextAt is < long.MaxValue and var at)
        {
            _next.Enqueue(city, (at, city));
        }
    }

    // All specialists are there from the start.
    private async ValueTask RegisterAsync(CancellationToken cancellationToken)
    {
        for (var specialist = 0; specialist < _world.Configuration.SpecialistCount; specialist++)
        {
            _batch.Add(_requests.Register(specialist));
            if (_batch.Count == BatchSize)
            {
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask AnswerAsync(int city, CitySession session, CancellationToken cancellationToken)
    {
        if (_tick == 0)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var request = _requests.Request(session);
        var shown = await _adapter.RankAsync(request, cancellationToken).ConfigureAwait(false);
        var count = Math.Min(shown.Items.Count, _list.Length);
        for (var place = 0; place < count; place++)
        {
            _list[place] = _writers[city].Find(shown, place, session.Specialist);
            _report.Shown(_list[place] >= 0);
        }

        _writers[city].Show(request, shown);
        _cities[city].Look(session, _list.AsSpan(0, count));
    }

    private void CountReplaced(long at)
    {
        foreach (var city in _cities)
        {
            for (var market = 0; market < _world.Configuration.CategoryCount; market++)
            {
                foreach (var order in city.Open.Of(market))
                {
                    _report.OpenAtMidnight(city.Open.FirstListedAt[order] <= at - DayPlan.DayMs);
                }
            }
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
}
