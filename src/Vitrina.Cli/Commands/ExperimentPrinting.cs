using Vitrina.Experimentation.Reports;

namespace Vitrina.Cli.Commands;

/// <summary>Reports of experiments in the terminal.</summary>
internal static class ExperimentPrinting
{
    public static void Print(Terminal terminal, AnalysisReport report)
    {
        terminal.Say(report.Headline.Sentence);
        terminal.Say($"By {report.Headline.Estimator}: {report.Headline.Reason}.");
        terminal.Say("");
        terminal.Table(["check", "", "found"], report.Checks.Select(check => (IReadOnlyList<string>)[check.Name, check.IsPassed switch { true => "ok", false => "FAILED", _ => "–" }, check.Message]));
        foreach (var comparison in report.Comparisons)
        {
            terminal.Say($"{comparison.Metric} ({comparison.Type}){(comparison.Treatment.Length > 0 ? $": {comparison.Treatment} against {comparison.Control}" : "")}");
            terminal.Say($"  {comparison.Verdict}");
            if (double.IsFinite(comparison.MinimalDetectable))
            {
                terminal.Say($"  smallest detectable with 80 % power: {Words.Number(comparison.MinimalDetectable)} ({Words.Percent(comparison.MinimalDetectableLift).TrimStart('+')})");
            }

            terminal.Say("  " + string.Join(", ", comparison.Figures.Select(figure => $"{figure.Key} {Words.Number(figure.Value)}")));
            terminal.Table(["estimator", "value", "se", "interval", "df", "p"], comparison.Estimates.Select(pair => (IReadOnlyList<string>)(pair.Value.IsInference
                ? [pair.Key, Words.Number(pair.Value.Value), Words.Number(pair.Value.StandardError), Words.Interval(pair.Value), Words.Number(pair.Value.DegreesOfFreedom), Words.PValue(pair.Value)]
                : [pair.Key, Words.Number(pair.Value.Value), "", pair.Value.NoInference!, "", ""])));
        }
    }
}
