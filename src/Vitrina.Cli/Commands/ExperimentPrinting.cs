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
        foreach (var check in report.Checks)
        {
            terminal.Say($"  {check.IsPassed switch { true => "ok    ", false => "FAILED", _ => "–     " }}  {check.Name}: {check.Message}");
        }

        foreach (var comparison in report.Comparisons)
        {
            terminal.Say("");
            terminal.Say($"{comparison.Metric} ({comparison.Type}){(comparison.Treatment.Length > 0 ? $": {comparison.Treatment} against {comparison.Control}" : "")}");
            terminal.Say($"  {comparison.Verdict}");
            if (double.IsFinite(comparison.MinimalDetectable))
            {
                terminal.Say($"  smallest detectable with 80 % power: {Words.Number(comparison.MinimalDetectable)} ({Words.Percent(comparison.MinimalDetectableLift).TrimStart('+')})");
            }

            terminal.Say("  " + string.Join(", ", comparison.Figures.Select(figure => $"{figure.Key} {Words.Number(figure.Value)}")));
            PrintEstimates(terminal, comparison);
        }
    }

    // Lines of fixed columns: a table would break intervals where the output is no terminal.
    private static void PrintEstimates(Terminal terminal, Comparison comparison)
    {
        var width = comparison.Estimates.Keys.Max(name => name.Length);
        terminal.Say($"  {"estimator".PadRight(width)}  {"value",12}  {"se",10}  {"df",8}  {"p",8}  interval");
        foreach (var (name, estimate) in comparison.Estimates)
        {
            terminal.Say(estimate.IsInference
                ? $"  {name.PadRight(width)}  {Words.Number(estimate.Value),12}  {Words.Number(estimate.StandardError),10}  {Words.Number(estimate.DegreesOfFreedom),8}  {Words.PValue(estimate),8}  {Words.Interval(estimate)}"
                : $"  {name.PadRight(width)}  {Words.Number(estimate.Value),12}  {estimate.NoInference}");
        }

        terminal.Say("");
    }
}
