using Vitrina.Experimentation.Reports;

namespace Vitrina.Experimentation.Units;

/// <summary>Checks of an A/B test: whether it was one.</summary>
internal static class UnitChecks
{
    public static void Add(AnalysisReport report, UnitTable table, UnitOptions options, double mostDoubleUnits)
    {
        long[] counts = [.. table.Moments.Select(moments => moments.Count)];
        if (table.Arms.Count == 0)
        {
            report.Checks.Add(new Check("traffic", false, "The file has no rows.", IsFatal: true));
            return;
        }

        var (weights, mistake) = Weights(table, options);
        int[] empty = [.. Enumerable.Range(0, counts.Length).Where(arm => counts[arm] == 0 && (weights is null || weights[arm] > 0))];
        report.Checks.Add(empty.Length == 0
            ? new Check("traffic", true, "Every arm has traffic.")
            : new Check("traffic", false, $"Arm '{string.Join("', '", empty.Select(arm => table.Arms[arm]))}' has no traffic.", IsFatal: true));
        AddSampleRatio(report, table, counts, weights, mistake);
        AddDoubleUnits(report, table, options, counts, mostDoubleUnits);
    }

    private static (double[]? Weights, string? Mistake) Weights(UnitTable table, UnitOptions options)
    {
        if (options.Weights.Count == 0)
        {
            return ([.. table.Arms.Select(_ => 1.0 / table.Arms.Count)], null);
        }

        var sum = options.Weights.Sum(weight => weight.Weight);
        if (options.Weights.Any(weight => !(weight.Weight >= 0)) || Math.Abs(sum - 1) > 1e-6)
        {
            return (null, $"the weights {string.Join(", ", options.Weights.Select(weight => Words.Number(weight.Weight)))} sum to {Words.Number(sum)}, not to 1");
        }

        if (options.Weights.All(weight => weight.Arm.Length > 0))
        {
            var byName = options.Weights.ToDictionary(weight => weight.Arm, weight => weight.Weight);
            return ([.. table.Arms.Select(arm => byName.GetValueOrDefault(arm))], null);
        }

        return options.Weights.Count == table.Arms.Count
            ? ([.. options.Weights.Select(weight => weight.Weight)], null)
            : (null, options.Weights.Count > table.Arms.Count
                ? $"there are {options.Weights.Count} weights and only {table.Arms.Count} arms with traffic ({string.Join(", ", table.Arms)}): an arm has no traffic"
                : $"there are {options.Weights.Count} weights for {table.Arms.Count} arms ({string.Join(", ", table.Arms)})");
    }

    private static void AddSampleRatio(AnalysisReport report, UnitTable table, long[] counts, double[]? weights, string? mistake)
    {
        if (weights is null)
        {
            report.Checks.Add(new Check("srm", false, $"The sample ratio cannot be tested: {mistake}.", IsFatal: true));
            return;
        }

        var fixedTest = SampleRatio.Test(counts, weights);
        if (fixedTest.Mistake is not null)
        {
            report.Checks.Add(new Check("weights", false, $"Units came to an arm of weight 0 ({string.Join(", ", table.Arms.Where((_, arm) => weights[arm] == 0 && counts[arm] > 0))}).", IsFatal: true));
        }

        var isMismatch = fixedTest.PValue < SampleRatio.AlarmPValue;
        var shares = string.Join(", ", table.Arms.Select((arm, i) => $"{arm} {counts[i]:N0}"));
        report.Checks.Add(new Check("srm", !isMismatch, isMismatch
            ? $"Sample ratio mismatch (p {Words.Number(fixedTest.PValue)}): units came as {shares}; effects below may be an artefact of lost or added units.{Diagnosis(table, weights)}"
            : $"Units came in the planned shares ({shares}; p {Words.Number(fixedTest.PValue)}).")
        {
            Figures = new Dictionary<string, double>
            {
                ["chiSquare"] = fixedTest.ChiSquare, ["df"] = fixedTest.DegreesOfFreedom, ["pValue"] = fixedTest.PValue, ["log10PValue"] = fixedTest.LogPValue / Math.Log(10),
                ["isExact"] = fixedTest.IsExact ? 1 : 0, ["largestDeviation"] = LargestDeviation(counts, weights),
            },
        });
        AddSequentialRatio(report, table, counts, weights);
        var onRows = SampleRatio.Test(table.Rows, weights);
        if (table.RepeatedRows > 0)
        {
            report.Checks.Add(new Check("srmRows", null, $"On rows the ratio test gives p {Words.Number(onRows.PValue)}; rows per unit are an outcome, so this only describes.")
            {
                Figures = new Dictionary<string, double> { ["chiSquare"] = onRows.ChiSquare, ["df"] = onRows.DegreesOfFreedom, ["pValue"] = onRows.PValue },
            });
        }
    }

    // At every look of the file's order where there are stretches; otherwise now.
    private static void AddSequentialRatio(AnalysisReport report, UnitTable table, long[] counts, double[] weights)
    {
        int[] arms = [.. Enumerable.Range(0, counts.Length).Where(arm => weights[arm] > 0)];
        if (arms.Length < 2)
        {
            return;
        }

        double[] prior = [.. arms.Select(_ => 1.0)], planned = [.. arms.Select(arm => weights[arm])];
        var logFactor = SampleRatio.LogBayesFactor([.. arms.Select(arm => counts[arm])], planned, prior);
        var highest = logFactor;
        if (table.RepeatedRows == 0)
        {
            var running = new long[counts.Length];
            foreach (var stretch in table.Stretches)
            {
                for (var arm = 0; arm < running.Length; arm++)
                {
                    running[arm] += stretch[arm].Count;
                }

                highest = Math.Max(highest, SampleRatio.LogBayesFactor([.. arms.Select(arm => running[arm])], planned, prior));
            }
        }

        var p = Math.Exp(Math.Min(0, -highest));
        report.Checks.Add(new Check("srmSequential", p >= SampleRatio.AlarmPValue, p >= SampleRatio.AlarmPValue
            ? $"The sequential test sees no mismatch (p {Words.Number(p)}, valid at every look)."
            : $"The sequential test sees a sample ratio mismatch (p {Words.Number(p)}, valid at every look).")
        {
            Figures = new Dictionary<string, double> { ["bayesFactor"] = Math.Exp(logFactor), ["logBayesFactor"] = logFactor, ["pValue"] = p, ["pValueNow"] = Math.Exp(Math.Min(0, -logFactor)) },
        });
    }

    private static void AddDoubleUnits(AnalysisReport report, UnitTable table, UnitOptions options, long[] counts, double mostDoubleUnits)
    {
        if (options.RowsAreUnits)
        {
            report.Checks.Add(new Check("doubleExposure", null, "Rows were taken as units, so a unit in two arms would not be seen."));
            return;
        }

        var all = table.DoubleUnits + counts.Sum();
        var share = all == 0 ? 0 : table.DoubleUnits / (double)all;
        report.Checks.Add(new Check("doubleExposure", table.DoubleUnits == 0, table.DoubleUnits == 0
            ? "No unit was seen in two arms."
            : $"{table.DoubleUnits:N0} units ({Words.Percent(share).TrimStart('+')}) were seen in two arms and are left out.", IsFatal: share > mostDoubleUnits)
        {
            Figures = new Dictionary<string, double> { ["units"] = table.DoubleUnits, ["share"] = share, ["repeatedRows"] = table.RepeatedRows },
        });
    }

    // Slices whose own ratio is off, the worst first: where units were lost.
    private static string Diagnosis(UnitTable table, double[] weights)
    {
        var off = table.Slices.Select(slice => (slice.Key, Test: SampleRatio.Test(slice.Value, weights)))
            .Where(slice => slice.Test.PValue < SampleRatio.AlarmPValue).OrderBy(slice => slice.Test.LogPValue).Take(3).ToArray();
        return table.Slices.Count == 0 ? " Break it down with --slice (platform, hour, cluster)."
            : off.Length == 0 ? " No slice alone shows it: look for a loss common to all."
            : $" It shows in {string.Join(", ", off.Select(slice => $"'{slice.Key}' (p {Words.Number(slice.Test.PValue)})"))}.";
    }

    private static double LargestDeviation(long[] counts, double[] weights)
    {
        double total = counts.Sum();
        return total == 0 ? 0 : Enumerable.Range(0, counts.Length).Where(arm => weights[arm] > 0).Max(arm => Math.Abs(counts[arm] / total / weights[arm] - 1));
    }
}
