using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Services;

/// <summary>What comes from outside on one day of one city: new orders and sessions, in time order. It does not depend on what is shown.</summary>
internal sealed class DayPlan
{
    public const long DayMs = 86_400_000;

    // Four in the morning in Moscow; the history is in UTC.
    private const double QuietHour = 1;
    private const int NumberBits = 20;
    private const int DayBits = 12;

    private readonly ServicesConfiguration _configuration;
    private readonly People _people;
    private readonly ulong _seed;
    private readonly int _firstMarket;
    private readonly DayOfWeek _firstWeekday;
    private long[] _times = new long[256];
    private long[] _keys = new long[256];
    private int _count;
    private int _cursor;

    public DayPlan(ServicesConfiguration configuration, People people, ulong seed, int firstMarket, DayOfWeek firstWeekday)
    {
        (_configuration, _people, _seed, _firstMarket, _firstWeekday) = (configuration, people, seed, firstMarket, firstWeekday);
    }

    /// <summary>When the next arrival of the day is; the largest number when there is none.</summary>
    public long NextAt => _cursor < _count ? _times[_cursor] : long.MaxValue;

    /// <summary>Takes the next arrival: an order by its key, from 0 up, or a session by the complement of its key.</summary>
    public long Take() => _keys[_cursor++];

    /// <summary>The market of an order that came from outside, or the specialist of a session.</summary>
    public static int EntityOf(long key) => (int)(key >> (NumberBits + DayBits));

    /// <summary>Plans a day of the history, from 0.</summary>
    public void Fill(int day)
    {
        (_count, _cursor) = (0, 0);
        var worldDay = _configuration.FirstDay + day;
        var weekday = (DayOfWeek)(((int)_firstWeekday + day) % 7);
        var volume = _configuration.OrdersPerDay * (weekday is DayOfWeek.Saturday or DayOfWeek.Sunday ? _configuration.WeekendOrders : 1);
        for (var market = _firstMarket; market < _firstMarket + _configuration.CategoryCount; market++)
        {
            var stream = Streams.Open(_seed, StreamPurpose.MarketDay, Pack(market, worldDay, 0));
            Add(ref stream, stream.NextPoisson(volume * _people.Volume[market]), _configuration.OrderWave, market, day, isSession: false);
        }

        var first = _firstMarket * _configuration.SpecialistsPerMarket;
        for (var specialist = first; specialist < first + _configuration.CategoryCount * _configuration.SpecialistsPerMarket; specialist++)
        {
            var stream = Streams.Open(_seed, StreamPurpose.SpecialistDay, Pack(specialist, worldDay, 0));
            Add(ref stream, stream.NextPoisson(_configuration.SessionsPerDay), _configuration.SessionWave, specialist, day, isSession: true);
        }

        Array.Sort(_times, _keys, 0, _count);
    }

    private void Add(ref RandomStream stream, int count, double wave, int entity, int day, bool isSession)
    {
        if (_count + count > _times.Length)
        {
            var size = Math.Max(_count + count, _times.Length * 2);
            Array.Resize(ref _times, size);
            Array.Resize(ref _keys, size);
        }

        for (var number = 0; number < count; number++)
        {
            var key = Pack(entity, _configuration.FirstDay + day, number);
            _times[_count] = day * DayMs + (long)(DrawHour(ref stream, wave) / 24 * DayMs);
            _keys[_count++] = isSession ? ~key : key;
        }
    }

    // Accepts an hour in proportion to 1 - wave cos(hours since the quiet one).
    private static double DrawHour(ref RandomStream stream, double wave)
    {
        while (true)
        {
            var hour = 24 * stream.NextDouble();
            if (wave <= 0 || stream.NextDouble() * (1 + wave) < 1 - wave * Cosine((hour - QuietHour) / 24))
            {
                return hour;
            }
        }
    }

    // A parabola's arc for each half turn: within 0.06 of the cosine, and the same on every machine.
    private static double Cosine(double turns)
    {
        var phase = turns - Math.Floor(turns) + 0.25;
        phase -= Math.Floor(phase);
        return phase < 0.5 ? 16 * phase * (0.5 - phase) : -16 * (phase - 0.5) * (1 - phase);
    }

    private static long Pack(int entity, int day, int number) => ((((long)entity << DayBits) | (uint)day) << NumberBits) | (uint)number;
}
