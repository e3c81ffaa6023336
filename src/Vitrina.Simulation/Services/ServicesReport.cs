using System.Globalization;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Services;

/// <summary>What came of a drive of a services world.</summary>
public sealed record ServicesReport : WorldReport
{
    /// <summary>Orders put.</summary>
    public required long OrderCount { get; init; }

    /// <summary>Orders that ended within the history.</summary>
    public required long ClosedCount { get; init; }

    /// <summary>Orders looked at in feeds.</summary>
    public required long ViewCount { get; init; }

    /// <summary>Responses.</summary>
    public required long ResponseCount { get; init; }

    /// <summary>Refusals.</summary>
    public required long RefusalCount { get; init; }

    /// <summary>Deals.</summary>
    public required long DealCount { get; init; }

    /// <summary>Places of lists at which stood an order that had ended, or that was none of the specialist's.</summary>
    public required long WrongAnswerCount { get; init; }

    /// <summary>Median time between an order's start and its end, hours.</summary>
    public required double MedianLifeHours { get; init; }

    /// <summary>Mean number of open orders at midnight.</summary>
    public required double OpenAtMidnight { get; init; }

    /// <summary>Share of the orders open at midnight whose need had not been listed a day before.</summary>
    public required double ReplacedShare { get; init; }

    /// <summary>Sessions of a specialist per day; those who are busy after a deal do not come.</summary>
    public required double SessionsPerSpecialistDay { get; init; }

    /// <inheritdoc/>
    public override string Summary() => string.Create(CultureInfo.InvariantCulture, $"{RankingCount:n0} rankings, {EventCount:n0} events, {OrderCount:n0} orders, {DealCount:n0} deals");

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, string Value)> Rows() =>
    [
        ("rankings", Count(RankingCount)),
        ("events", Count(EventCount)),
        ("orders", Count(OrderCount)),
        ("views per ranking", Ratio(ViewCount, RankingCount, "0.00")),
        ("responses per view", Percent(ResponseCount, ViewCount)),
        ("refusals per view", Percent(RefusalCount, ViewCount)),
        ("responses per order", Ratio(ResponseCount, OrderCount, "0.00")),
        ("deals", Count(DealCount)),
        ("orders with a deal", Percent(DealCount, ClosedCount)),
        ("median life of an order, hours", MedianLifeHours.ToString("0.00", CultureInfo.InvariantCulture)),
        ("open orders at midnight", OpenAtMidnight.ToString("#,0", CultureInfo.InvariantCulture)),
        ("replaced within a day", ReplacedShare.ToString("0.0 %", CultureInfo.InvariantCulture)),
        ("sessions per specialist and day", SessionsPerSpecialistDay.ToString("0.00", CultureInfo.InvariantCulture)),
        ("ended or foreign orders shown", Count(WrongAnswerCount)),
    ];
}

/// <summary>Counts a drive in bounded memory.</summary>
internal sealed class ReportBuilder(ServicesConfiguration configuration)
{
    // A histogram by minutes holds the lives: no order lives longer than the longest life.
    private readonly long[] _livesByMinute = new long[(int)Math.Ceiling(configuration.LifeMaxHours * 60) + 2];
    private long _orders;
    private long _closed;
    private long _sessions;
    private long _views;
    private long _responses;
    private long _refusals;
    private long _deals;
    private long _wrong;
    private long _openAtMidnight;
    private long _oldAtMidnight;
    private long _day;

    public void Created() => _orders++;

    public void Session() => _sessions++;

    public void Viewed() => _views++;

    public void Responded() => _responses++;

    public void Refused() => _refusals++;

    public void Shown(bool isOpen) => _wrong += isOpen ? 0 : 1;

    public void Closed(long lifeMs, bool hasDeal)
    {
        _closed++;
        _deals += hasDeal ? 1 : 0;
        _livesByMinute[Math.Min((int)(lifeMs / 60_000), _livesByMinute.Length - 1)]++;
    }

    /// <summary>Whether a day has begun since the last call.</summary>
    public bool IsNewDay(long at)
    {
        var isNew = at / DayPlan.DayMs > _day;
        _day = at / DayPlan.DayMs;
        return isNew;
    }

    public void OpenAtMidnight(bool isOld)
    {
        _openAtMidnight++;
        _oldAtMidnight += isOld ? 1 : 0;
    }

    public ServicesReport Build()
    {
        var report = new ServicesReport
        {
            RankingCount = _sessions,
            EventCount = _views + _responses + _refusals + _deals,
            OrderCount = _orders,
            ClosedCount = _closed,
            ViewCount = _views,
            ResponseCount = _responses,
            RefusalCount = _refusals,
            DealCount = _deals,
            WrongAnswerCount = _wrong,
            MedianLifeHours = MedianLifeHours(),
            OpenAtMidnight = _openAtMidnight / (double)Math.Max(1, configuration.Days - 1),
            ReplacedShare = _openAtMidnight > 0 ? 1 - _oldAtMidnight / (double)_openAtMidnight : double.NaN,
            SessionsPerSpecialistDay = _sessions / ((double)configuration.SpecialistCount * configuration.Days),
        };
        return report with { Calibration = Targets(report) };
    }

    private static CalibrationTarget[] Targets(ServicesReport report) =>
    [
        new("orders replaced within a day, share", report.ReplacedShare, 0.93, 0.97, "seed 003: 95 % a day"),
        new("median life of an order, hours", report.MedianLifeHours, 2.3, 2.7, "seed 003: 2.5 hours"),
        new("responses per order", Quotient(report.ResponseCount, report.OrderCount), 1, 3, "spec (e): specialists compete for 3 places"),
        new("orders with a deal, share", Quotient(report.DealCount, report.ClosedCount), 0.3, 0.45, "spec (e): 5,400 deals of 14,200 orders"),
        new("sessions per specialist and day", report.SessionsPerSpecialistDay, 2.7, 3.1, "spec (e): 3 a day"),
    ];

    private static double Quotient(double part, double whole) => whole > 0 ? part / whole : double.NaN;

    private double MedianLifeHours()
    {
        long seen = 0;
        for (var minute = 0; minute < _livesByMinute.Length; minute++)
        {
            seen += _livesByMinute[minute];
            if (2 * seen >= _closed && _closed > 0)
            {
                return (minute + 0.5) / 60;
            }
        }

        return double.NaN;
    }
}
