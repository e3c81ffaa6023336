using System.Globalization;
using Vitrina.Engine;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Verticals;
using Vitrina.Experimentation.Schedules;
using ScheduleKind = Vitrina.Experimentation.Schedules.ScheduleKind;

namespace Vitrina.Api.Experiments;

/// <summary>Draws a switchback's schedule from its design, and reads a stored one as the analysis wants it.</summary>
public static class DrawnSchedule
{
    private const int MostClusters = 10_000;
    private const int MostCells = 2_000_000;

    /// <summary>Draws the schedule of an experiment that starts now.</summary>
    /// <exception cref="ExperimentRefusedException">No cluster is known, or the design cannot be drawn.</exception>
    internal static StoredSchedule Draw(EngineRuntime runtime, ExperimentDeclaration declared)
    {
        var schedule = declared.Schedule!;
        var vertical = runtime.Snapshot.Verticals[declared.Vertical];
        var clusters = ClustersOf(declared, vertical);
        if ((long)clusters.Count * schedule.Periods > MostCells || clusters.Count > MostClusters)
        {
            throw Refused("clusters", string.Create(CultureInfo.InvariantCulture, $"are {clusters.Count}; at most {MostClusters} clusters and {MostCells} cells are scheduled"));
        }

        if (schedule.TimeZones.Keys.FirstOrDefault(cluster => !clusters.Contains(cluster, StringComparer.Ordinal)) is { } unknown)
        {
            throw Refused($"schedule.timeZones.{unknown}", "is no cluster of the experiment", NearestName.Find(unknown, clusters));
        }

        var zones = clusters.Select(cluster => schedule.TimeZones.GetValueOrDefault(cluster) ?? schedule.TimeZone ?? vertical.Vertical.Declaration.TimeZone).ToList();
        var firstDay = schedule.FirstDay is { } day
            ? DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture)
            : DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(runtime.Time.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(zones[0])).DateTime).AddDays(1);
        var names = zones.Distinct(StringComparer.Ordinal).ToList();
        var calendars = names.Select(zone => new PeriodCalendar(TimeZoneInfo.FindSystemTimeZoneById(zone), firstDay.ToDateTime(TimeOnly.MinValue), schedule.Period)).ToList();
        var drawn = Draw(declared, clusters, [.. Enumerable.Range(0, schedule.Periods).Select(period => calendars[0].StratumOf(period))]);
        return StoredSchedule.Of(
            [.. calendars.Select(calendar => Enumerable.Range(0, schedule.Periods + 1).Select(period => calendar.StartOf(period).ToUnixTimeMilliseconds()).ToArray())],
            clusters.Select((cluster, row) => (cluster, names.IndexOf(zones[row]), drawn.Arms[row])));
    }

    private static SwitchbackSchedule Draw(ExperimentDeclaration declared, IReadOnlyList<string> clusters, IReadOnlyList<int> strata)
    {
        var design = DesignOf(declared, clusters, strata);
        if (design.FindMistake() is { } mistake)
        {
            throw Refused("schedule", mistake);
        }

        try
        {
            return ScheduleGenerator.Draw(design, SeedOf(declared));
        }
        catch (ArgumentException exception)
        {
            throw Refused("schedule", exception.Message.Split(" (Parameter", 2)[0]);
        }
    }

    /// <summary>The stored schedule of a started switchback with the design that it was drawn from: the analysis redraws from it.</summary>
    public static SwitchbackSchedule? Read(Experiment experiment, string verticalTimeZone)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        if (experiment.Schedule is not { } stored || experiment.Declaration.Schedule is not { } schedule)
        {
            return null;
        }

        var zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZones.GetValueOrDefault(stored.Clusters[0]) ?? schedule.TimeZone ?? verticalTimeZone);
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(stored.BoundsOf(stored.Clusters[0], 0).FromMs), zone).DateTime;
        var calendar = new PeriodCalendar(zone, local, schedule.Period);
        var design = DesignOf(experiment.Declaration, stored.Clusters, [.. Enumerable.Range(0, stored.PeriodCount).Select(period => calendar.StratumOf(period))]);
        return new SwitchbackSchedule(design, SeedOf(experiment.Declaration), [.. stored.Clusters.Select(cluster =>
            Enumerable.Range(0, stored.PeriodCount).Select(period => (byte)stored.ArmOf(cluster, period)).ToArray())]);
    }

    private static ScheduleDesign DesignOf(ExperimentDeclaration declared, IReadOnlyList<string> clusters, IReadOnlyList<int> strata)
    {
        var schedule = declared.Schedule!;
        var kind = Enum.Parse<ScheduleKind>(schedule.Kind.ToString());
        return new ScheduleDesign
        {
            Kind = kind,
            PeriodCount = schedule.Periods,
            Clusters = clusters,
            TreatedShare = declared.Arms[1].Weight,
            CarryOverPeriods = kind == ScheduleKind.Minimax ? schedule.CarryOver : 0,
            IsCommon = schedule.Common,
            MaxPeriodImbalance = schedule.MaxImbalance,
            Strata = kind == ScheduleKind.Stratified ? strata : [],
        };
    }

    private static ulong SeedOf(ExperimentDeclaration declared) => Kernels.Hashing.Hash.Combine((ulong)declared.Schedule!.Seed, Kernels.Hashing.Hash.Of64(declared.Salt ?? declared.Name));

    // Named, else those of the map, else those in which something can be had now: sorted, so that the order of the catalogue changes no coin.
    private static List<string> ClustersOf(ExperimentDeclaration declared, VerticalSnapshot vertical)
    {
        var clusters = declared.Clusters!;
        IEnumerable<string> names = clusters.Values ?? clusters.Map?.Values ?? Seen(new ClusterTraits(clusters), vertical);
        List<string> found = [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return found.Count > 0 ? found : throw Refused("clusters.values", $"is missing, and no item tells a cluster by '{clusters.ItemsBy ?? clusters.By}'; name the clusters that take part");
    }

    private static IEnumerable<string> Seen(ClusterTraits traits, VerticalSnapshot vertical)
    {
        var items = vertical.Market.Items;
        for (var ordinal = 0; ordinal < items.Count; ordinal++)
        {
            if (items[ordinal] is { IsActive: true, IsDeleted: false } item && item.Vertical == vertical.Vertical.Name && traits.Of(item, vertical.Market.Keywords) is { } cluster)
            {
                yield return cluster;
            }
        }
    }

    private static ExperimentRefusedException Refused(string field, string message, string? nearest = null) => new(new FieldError(field, message, nearest, "invalid_design"));
}
