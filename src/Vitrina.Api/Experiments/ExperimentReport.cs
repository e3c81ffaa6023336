using System.Globalization;
using Vitrina.Engine;
using Vitrina.Engine.Experiments;
using Vitrina.Experimentation.Interleaving;
using Vitrina.Experimentation.Reports;
using Vitrina.Experimentation.Switchbacks;
using Vitrina.Experimentation.Units;

namespace Vitrina.Api.Experiments;

/// <summary>The report of an experiment that runs or ran: its rows out of the journal, analysed as its design says.</summary>
/// <remarks>The rows go through a temporary file, the form in which the analysis reads them; it is removed afterwards.</remarks>
public static class ExperimentReport
{
    // A group of rows that only few share is no evidence of anything.
    private const double MostForeign = 0.05;
    private const double SampleRatioAlarm = 0.001;

    /// <summary>Makes the report.</summary>
    /// <param name="experiment">An experiment that was started.</param>
    /// <param name="runtime">The engine that has it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static AnalysisReport Of(Experiment experiment, EngineRuntime runtime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(runtime);
        var history = ExperimentHistory.Of(runtime, experiment.Declaration.Vertical);
        var nowMs = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return experiment.Declaration.Kind switch
        {
            ExperimentKind.Ab => Units(experiment, ExposureTable.Read(experiment, history, cancellationToken), history),
            ExperimentKind.Interleaving => Credits(experiment, DraftCredits.Read(experiment, history, cancellationToken)),
            _ => Cells(experiment, MarketCells.Read(experiment, history, nowMs, cancellationToken), history),
        };
    }

    private static AnalysisReport Units(Experiment experiment, ExposureTable table, ExperimentHistory history)
    {
        var declared = experiment.Declaration;
        var isPerson = declared.Unit is UnitKind.User or UnitKind.Visitor;
        var primary = declared.Metrics.Primary[0];
        var options = new UnitOptions
        {
            Metrics = [.. table.Metrics.Select(name => new UnitMetric(name, $"{name}_num", isPerson && history.Vertical.Metrics[name].Per == "user" ? null : $"{name}_den"))],
            Weights = [.. declared.Arms.Select(arm => (arm.Name, arm.Weight))],
            Control = declared.Arms[0].Name,
            Covariate = table.HasCovariates ? $"{primary}_num_pre" : null,
            CovariateDenominator = table.HasCovariates && history.Vertical.Metrics[primary].Per != "user" ? $"{primary}_den_pre" : null,

            // While it runs people look at it every day: only the always-valid interval allows that.
            IsSequential = experiment.Status == ExperimentStatus.Running,
            Threads = 1,
        };
        var report = Through(table.WriteCsv, path => UnitAnalysis.Run(UnitTable.Read(path, options), options, experiment.Name));
        AddAssigned(report, declared, table);
        report.Checks.Add(new Check("doubleExposure", table.DoubleUnits == 0, table.DoubleUnits == 0
            ? "No unit was exposed to two arms."
            : $"{table.DoubleUnits} units were exposed to two arms and are left out; {table.UnitCount} remain."));
        foreach (var (arm, count) in table.Exposures)
        {
            report.Counts[$"exposures {arm}"] = count;
        }

        return report;
    }

    // Whether the hash gave each arm its share is seen on all who were assigned; the exposed ones may differ by what the arms do.
    private static void AddAssigned(AnalysisReport report, ExperimentDeclaration declared, ExposureTable table)
    {
        long[] counts = [.. declared.Arms.Select(arm => (long)table.AssignedUnits.GetValueOrDefault(arm.Name))];
        var test = SampleRatio.Test(counts, declared.Weights());
        var isPassed = test.Mistake is null && test.PValue >= SampleRatioAlarm;
        report.Checks.Add(new Check("assignedRatio", isPassed, string.Create(
            CultureInfo.InvariantCulture, $"{string.Join(", ", declared.Arms.Select((arm, i) => $"{arm.Name} {counts[i]}"))} units were assigned, exposed or not: p {test.PValue:0.####} against the planned shares."))
        {
            Figures = new Dictionary<string, double> { ["pValue"] = test.PValue, ["chiSquare"] = test.ChiSquare },
        });
    }

    private static AnalysisReport Cells(Experiment experiment, MarketCells cells, ExperimentHistory history)
    {
        var declared = experiment.Declaration;
        var primary = declared.Metrics.Primary[0];
        string[] arms = [declared.Arms[0].Name, declared.Arms[1].Name];
        var metrics = cells.Metrics.Select(name => new UnitMetric(name, $"{name}_num", $"{name}_den"));
        var options = new SwitchbackOptions
        {
            // What a switchback is run for is the whole market's number; the ratios stand below it.
            Metrics = [new UnitMetric($"{primary} total", $"{primary}_num"), .. metrics],
            Control = arms[0],
            BurnInHours = declared.Schedule!.BurnIn.TotalHours,
            BurnOutHours = declared.Schedule.BurnOut.TotalHours,
            Attributions = [("creation", $"{primary}_num_creation"), ("response", $"{primary}_num_response"), ("close", $"{primary}_num")],
            ScheduledArm = (cluster, period) => int.TryParse(period, CultureInfo.InvariantCulture, out var number) && experiment.Schedule!.Knows(cluster) && number < experiment.Schedule.PeriodCount
                ? arms[experiment.Schedule.ArmOf(cluster, number)] : null,
            Schedule = DrawnSchedule.Read(experiment, history.Vertical.TimeZone),
        };
        string[] columns = [.. options.Metrics.SelectMany(metric => new[] { metric.Numerator, metric.Denominator }).OfType<string>(), .. options.Attributions.Select(attribution => attribution.Column)];
        var report = Through(cells.WriteCsv, path => SwitchbackAnalysis.Run(CellTable.Read(path, columns), options, experiment.Name));
        AddExposures(report, cells);
        return report;
    }

    private static void AddExposures(AnalysisReport report, MarketCells cells)
    {
        var (requests, otherArm) = cells.Agreement;
        report.Checks.Add(new Check("scheduleExposure", otherArm == 0, otherArm == 0
            ? $"All {requests} requests of the cells were answered by the scheduled arm."
            : $"{otherArm} of {requests} requests were answered by another arm than the scheduled one."));
        var (items, foreign) = cells.Contamination;
        var share = items == 0 ? 0 : (double)foreign / items;
        report.Checks.Add(new Check("foreignItems", share <= MostForeign, string.Create(CultureInfo.InvariantCulture, $"{foreign} of {items} shown items ({share:0.0%}) belong to other clusters than the request."))
        {
            Figures = new Dictionary<string, double> { ["share"] = share },
        });
        report.Counts["requests"] = requests;
        report.Counts["requests outside the schedule"] = cells.OutsideRequests;
    }

    private static AnalysisReport Credits(Experiment experiment, DraftCredits credits)
    {
        var report = Through(credits.WriteCsv, path => InterleavingAnalysis.Run(path, 0.05));
        report.Counts["pages"] = credits.PageCount;
        report.Checks.Add(new Check("teams", null, $"A is '{experiment.Declaration.Arms[0].Name}', B is '{experiment.Declaration.Arms[1].Name}'; pages on which both agree are left out."));
        return report;
    }

    private static AnalysisReport Through(Action<TextWriter> write, Func<string, AnalysisReport> analyse)
    {
        var folder = Directory.CreateTempSubdirectory("vitrina-report-");
        try
        {
            var path = Path.Combine(folder.FullName, "rows.csv");
            using (var csv = new StreamWriter(path) { NewLine = "\n" })
            {
                write(csv);
            }

            return analyse(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
