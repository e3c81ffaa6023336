using Vitrina.Experimentation.Reports;
using Vitrina.Experimentation.Tables;

namespace Vitrina.Experimentation.Interleaving;

/// <summary>The analysis of an interleaving experiment.</summary>
public static class InterleavingAnalysis
{
    /// <summary>Analyses a file with columns `creditA`, `creditB` and optionally `unit`, one row per request.</summary>
    /// <exception cref="TableException">The file is not what it should be; says line and field.</exception>
    public static AnalysisReport Run(string path, double alpha)
    {
        var source = CsvSource.Open(path);
        int a = source.Require("creditA"), b = source.Require("creditB"), unit = source.Find("unit");
        List<double> creditA = [], creditB = [];
        List<int> units = [];
        var names = new NameTable();
        source.Read(() => (row, _) =>
        {
            creditA.Add(row.Number(a));
            creditB.Add(row.Number(b));
            if (unit >= 0)
            {
                units.Add(names.NumberOf(row[unit]));
            }
        }, threads: 1);
        var preference = Preference.Of([.. creditA], [.. creditB], [.. units], alpha);
        var report = new AnalysisReport { Kind = "interleaving", Source = source.Name, Alpha = alpha };
        var comparison = new Comparison { Metric = "credit", Type = "preference", Control = "A", Treatment = "B" };
        comparison.Figures["wins"] = preference.Wins;
        comparison.Figures["losses"] = preference.Losses;
        comparison.Figures["ties"] = preference.Ties;
        comparison.Figures["delta"] = preference.Delta;
        comparison.Figures["eValue"] = preference.EValue;
        comparison.Estimates["signTest"] = preference.SignTest;
        comparison.Estimates["pairedT"] = preference.PairedT;
        report.Comparisons.Add(comparison);
        report.Counts["requests"] = creditA.Count;
        var name = unit >= 0 ? "pairedT" : "signTest";
        var chosen = comparison.Estimates[name];
        comparison.Verdict = !chosen.IsInference ? chosen.NoInference!
            : $"B wins {preference.Wins}, A wins {preference.Losses}, {preference.Ties} ties: preference for B {Words.Percent(preference.Delta)} (p {Words.PValue(chosen)}); a direction, not a size";
        report.Headline = new Headline("credit", name, chosen, unit >= 0 ? "people have several requests, so the unit is the person" : "requests are the units", char.ToUpperInvariant(comparison.Verdict[0]) + comparison.Verdict[1..] + ".");
        return report;
    }
}
