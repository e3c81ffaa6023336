using Vitrina.Experimentation.Schedules;
using Vitrina.Experimentation.Units;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>What a switchback analysis is asked.</summary>
public sealed record SwitchbackOptions
{
    /// <summary>The metrics, primary first; empty: every numeric column.</summary>
    public IReadOnlyList<UnitMetric> Metrics { get; init; } = [];

    /// <summary>The control; null: `A`, `control`, `0`, else the first arm by name.</summary>
    public string? Control { get; init; }

    /// <summary>Hours left out behind each switch; needs a start.</summary>
    public double BurnInHours { get; init; }

    /// <summary>Hours left out before each switch; needs a start.</summary>
    public double BurnOutHours { get; init; }

    /// <summary>The same deals counted by different moments: name and column, such as creation, response, close.</summary>
    public IReadOnlyList<(string Name, string Column)> Attributions { get; init; } = [];

    /// <summary>A column that the arm cannot change (arrivals): tested as a ratio check; null for none.</summary>
    public string? Arrivals { get; init; }

    /// <summary>The stored arm of a cluster and period; null without a schedule.</summary>
    public Func<string, string, string?>? ScheduledArm { get; init; }

    /// <summary>The stored schedule with its design; null without one.</summary>
    public SwitchbackSchedule? Schedule { get; init; }

    /// <summary>Lags of the carry-over curve.</summary>
    public int Lags { get; init; } = 2;

    /// <summary>Redraws of the randomisation test.</summary>
    public int Draws { get; init; } = RandomisationTest.DefaultDraws;

    /// <summary>Seed of redraws and bootstraps.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>1 − confidence.</summary>
    public double Alpha { get; init; } = 0.05;
}
