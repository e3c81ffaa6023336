using System.Text.Json;
using Vitrina.Engine.Experiments;

namespace Vitrina.Api.Experiments;

/// <summary>An experiment.</summary>
public sealed record ExperimentAnswer
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>How it compares its arms.</summary>
    public required ExperimentKind Kind { get; init; }

    /// <summary><c>designed</c>, <c>running</c> or <c>stopped</c>.</summary>
    public required ExperimentStatus Status { get; init; }

    /// <summary>The version of its design.</summary>
    public required int Version { get; init; }

    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The surface.</summary>
    public required string Surface { get; init; }

    /// <summary>The arms' names, the control first.</summary>
    public required IReadOnlyList<string> Arms { get; init; }

    /// <summary>Share of each arm's units that take part.</summary>
    public required double Traffic { get; init; }

    /// <summary>When it started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it is meant to end; for a switchback the end of its schedule.</summary>
    public DateTimeOffset? PlannedEnd { get; init; }

    /// <summary>When it stopped.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>The clusters of its schedule.</summary>
    public IReadOnlyList<string>? Clusters { get; init; }

    /// <summary>The periods of its schedule.</summary>
    public int? Periods { get; init; }

    /// <summary>What it estimated and what came true.</summary>
    public required IReadOnlyList<ConclusionAnswer> Conclusions { get; init; }

    /// <summary>Who did what, in order; only when one experiment is asked for.</summary>
    public IReadOnlyList<ExperimentChangeAnswer>? Audit { get; init; }

    /// <summary>The design; only when one experiment is asked for.</summary>
    public JsonElement? Design { get; init; }

    /// <summary>Describes an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="isWhole">True adds the audit trail and the design.</param>
    public static ExperimentAnswer Of(Experiment experiment, bool isWhole)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var declared = experiment.Declaration;
        using var design = JsonDocument.Parse(experiment.Document.Json);
        return new ExperimentAnswer
        {
            Name = experiment.Name,
            Kind = declared.Kind,
            Status = experiment.Status,
            Version = experiment.Version,
            Vertical = declared.Vertical,
            Surface = declared.Surface,
            Arms = [.. declared.Arms.Select(arm => arm.Name)],
            Traffic = declared.Traffic,
            StartedAt = Moment(experiment.StartedAtMs),
            StoppedAt = Moment(experiment.StoppedAtMs),
            PlannedEnd = experiment.Schedule is { } schedule ? Moment(schedule.ToMs)
                : experiment.StartedAtMs > 0 && declared.PlannedLength is { } length ? Moment(experiment.StartedAtMs) + length
                : null,
            Clusters = experiment.Schedule?.Clusters,
            Periods = experiment.Schedule?.PeriodCount,
            Conclusions = [.. experiment.Conclusions.Select(ConclusionAnswer.Of)],
            Audit = isWhole ? [.. experiment.Audit.Select(change => new ExperimentChangeAnswer(ApiJson.Moment(change.AtMs), change.Author, change.Action, change.Version, change.Changes))] : null,
            Design = isWhole ? design.RootElement.Clone() : null,
        };
    }

    private static DateTimeOffset? Moment(long unixMs) => unixMs == 0 ? null : ApiJson.Moment(unixMs);
}

/// <summary>One change of an experiment.</summary>
/// <param name="At">When.</param>
/// <param name="Author">Who.</param>
/// <param name="Action"><c>design</c>, <c>ramp</c>, <c>start</c>, <c>stop</c> or <c>conclude</c>.</param>
/// <param name="Version">The version after it.</param>
/// <param name="Changes">What changed, a line per field.</param>
public sealed record ExperimentChangeAnswer(DateTimeOffset At, string Author, string Action, int Version, IReadOnlyList<string> Changes);

/// <summary>What a test estimated for a metric, and what came true.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Estimate">The estimated relative effect.</param>
/// <param name="Low">The lower bound of its interval.</param>
/// <param name="High">The upper bound.</param>
/// <param name="Realised">The relative change after the launch.</param>
public sealed record ConclusionAnswer(string Metric, double? Estimate, double? Low, double? High, double? Realised)
{
    internal static ConclusionAnswer Of(Conclusion conclusion) => new(
        conclusion.Metric, ApiJson.Finite(conclusion.Estimate), ApiJson.Finite(conclusion.Low), ApiJson.Finite(conclusion.High), ApiJson.Finite(conclusion.Realised));
}

/// <summary>How well the estimates of past tests foretold what came true.</summary>
/// <param name="Tests">Conclusions with both an estimate and a realised change.</param>
/// <param name="MeanEstimate">The mean of their estimates.</param>
/// <param name="MeanRealised">The mean of their realised changes.</param>
/// <param name="MeanError">The mean of estimate minus realised: above 0, tests promise too much.</param>
/// <param name="Correlation">Pearson's correlation of the two; absent below three tests or without variation.</param>
/// <param name="Covered">Share of the given intervals that hold the realised change; absent when no interval was given.</param>
public sealed record CalibrationAnswer(int Tests, double? MeanEstimate, double? MeanRealised, double? MeanError, double? Correlation, double? Covered)
{
    /// <summary>The calibration over all conclusions of some experiments.</summary>
    public static CalibrationAnswer Of(IEnumerable<Experiment> experiments)
    {
        ArgumentNullException.ThrowIfNull(experiments);
        var pairs = experiments.SelectMany(experiment => experiment.Conclusions)
            .Where(conclusion => double.IsFinite(conclusion.Estimate) && double.IsFinite(conclusion.Realised)).ToList();
        if (pairs.Count == 0)
        {
            return new CalibrationAnswer(0, null, null, null, null, null);
        }

        var (estimate, realised) = (pairs.Average(pair => pair.Estimate), pairs.Average(pair => pair.Realised));
        var bounded = pairs.Where(pair => double.IsFinite(pair.Low) && double.IsFinite(pair.High)).ToList();
        var covariance = pairs.Sum(pair => (pair.Estimate - estimate) * (pair.Realised - realised));
        var scale = Math.Sqrt(pairs.Sum(pair => Math.Pow(pair.Estimate - estimate, 2)) * pairs.Sum(pair => Math.Pow(pair.Realised - realised, 2)));
        return new CalibrationAnswer(
            pairs.Count,
            estimate,
            realised,
            estimate - realised,
            pairs.Count >= 3 && scale > 0 ? covariance / scale : null,
            bounded.Count == 0 ? null : bounded.Average(pair => pair.Realised >= pair.Low && pair.Realised <= pair.High ? 1.0 : 0.0));
    }
}

/// <summary>All experiments.</summary>
/// <param name="Experiments">The experiments, by name.</param>
/// <param name="Calibration">How well past estimates foretold what came true.</param>
public sealed record ExperimentListAnswer(IReadOnlyList<ExperimentAnswer> Experiments, CalibrationAnswer Calibration);

/// <summary>An experiment that an answer belongs to.</summary>
public sealed record AssignmentAnswer
{
    /// <summary>The experiment.</summary>
    public required string Experiment { get; init; }

    /// <summary>The version of its design.</summary>
    public required int Version { get; init; }

    /// <summary>The arm; <c>interleaved</c> where two answered together.</summary>
    public required string Arm { get; init; }

    /// <summary>True when the answer counts as an exposure.</summary>
    public required bool Exposed { get; init; }

    /// <summary>True near a switch: left out of estimates.</summary>
    public bool? Burned { get; init; }

    /// <summary>The request's cluster.</summary>
    public string? Cluster { get; init; }

    /// <summary>The switchback's period, from 0.</summary>
    public int? Period { get; init; }

    /// <summary>Items of other clusters on the page.</summary>
    public int? ForeignItems { get; init; }

    /// <summary>The probability of the arm.</summary>
    public double? Propensity { get; init; }

    /// <summary>Which arm placed each item of an interleaved page, in order: an arm's name, or <c>both</c>.</summary>
    public IReadOnlyList<string>? Teams { get; init; }

    internal static IReadOnlyList<AssignmentAnswer> Of(IReadOnlyList<Vitrina.Engine.Events.RecordedAssignment> assignments, IReadOnlyList<Experiment> experiments) =>
        assignments.Count == 0 ? [] : [.. assignments.Select(assignment => Of(assignment, experiments))];

    private static AssignmentAnswer Of(Vitrina.Engine.Events.RecordedAssignment assignment, IReadOnlyList<Experiment> experiments)
    {
        var arms = experiments.FirstOrDefault(experiment => experiment.Name == assignment.Experiment)?.Declaration.Arms;
        return new AssignmentAnswer
        {
            Experiment = assignment.Experiment,
            Version = assignment.Version,
            Arm = assignment.Arm,
            Exposed = assignment.IsExposed,
            Burned = assignment.Period < 0 ? null : assignment.IsBurned,
            Cluster = assignment.Cluster,
            Period = assignment.Period < 0 ? null : assignment.Period,
            ForeignItems = assignment.Cluster is null ? null : assignment.ForeignItems,
            Propensity = Math.Round(assignment.Propensity, 6),
            Teams = assignment.Teams.Count == 0 ? null : [.. assignment.Teams.Select(team => team == 0 || arms is null || team > arms.Count ? "both" : arms[team - 1].Name)],
        };
    }
}
