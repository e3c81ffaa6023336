using System.Globalization;
using System.Net;
using System.Text;

namespace Vitrina.Experimentation.Reports;

/// <summary>A report as one HTML page that needs nothing else: styles and plots are in it.</summary>
public static class ReportHtml
{
    /// <summary>The styles of every page, for pages of other reports too.</summary>
    public const string Style = """
        :root{--ink:#1b1f24;--soft:#5b6570;--line:#e3e7eb;--back:#f6f7f9;--card:#fff;--good:#1a7f4b;--bad:#c0392b;--mark:#2457d6;--other:#d97a1c}
        *{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{max-width:1080px;margin:0 auto;padding:32px 20px 64px}h1{font-size:20px;margin:0 0 4px}h2{font-size:17px;margin:0 0 8px}h3{font-size:13px;margin:18px 0 6px;color:var(--soft);font-weight:600}
        .meta{color:var(--soft);font-size:13px;margin-bottom:20px}.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 22px;margin-bottom:18px}
        .headline{border-left:5px solid var(--mark)}.headline.bad{border-left-color:var(--bad)}.headline p{font-size:18px;margin:0 0 8px}p.why{color:var(--soft);font-size:13px;margin:0}
        table{border-collapse:collapse;width:100%;font-size:13px}th{text-align:left;color:var(--soft);font-weight:600}th,td{padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
        td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.ok{color:var(--good);font-weight:600}.no{color:var(--bad);font-weight:600}.skip{color:var(--soft)}
        .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:14px}svg{width:100%;max-width:700px;height:auto;display:block}svg.wide{max-width:none}svg text{font:11px system-ui,sans-serif;fill:var(--soft)}details summary{cursor:pointer;color:var(--soft);font-size:13px;margin-top:10px}.assume{color:var(--soft);font-size:12px}
        """;

    /// <summary>The page.</summary>
    public static string Of(AnalysisReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var html = new StringBuilder();
        var isBad = !report.Headline.Estimate.IsInference || report.Checks.Any(check => check.IsPassed == false);
        html.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Text(report.Source)}</title><style>{Style}</style></head><body><main>");
        html.Append(CultureInfo.InvariantCulture, $"<h1>{Text(TitleOf(report.Kind))}</h1><div class=\"meta\">{Text(report.Source)} · {Words.Number(100 * (1 - report.Alpha))} % intervals{string.Concat(report.Counts.Select(count => $" · {Text(count.Key)} {Words.Number(count.Value)}"))}</div>");
        html.Append(CultureInfo.InvariantCulture, $"<section class=\"card headline{(isBad ? " bad" : "")}\"><p>{Text(report.Headline.Sentence)}</p><p class=\"why\">By <b>{Text(report.Headline.Estimator)}</b>: {Text(report.Headline.Reason)}.{(report.Headline.Estimate.Assumes.Length > 0 ? $" Assumed: {Text(report.Headline.Estimate.Assumes)}." : "")}</p></section>");
        AddChecks(html, report);
        foreach (var comparison in report.Comparisons)
        {
            AddComparison(html, comparison);
        }

        if (report.Calendar.Count > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<section class=\"card\"><h2>Calendar</h2>{Charts.Calendar(report.Calendar)}</section>");
        }

        return html.Append("</main></body></html>").ToString();
    }

    private static string TitleOf(string kind) => kind switch
    {
        "ab" => "A/B test",
        "switchback" => "Switchback",
        "ope" => "Off-policy evaluation",
        _ => "Interleaving",
    };

    private static void AddChecks(StringBuilder html, AnalysisReport report)
    {
        if (report.Checks.Count == 0)
        {
            return;
        }

        html.Append("<section class=\"card\"><h2>Checks</h2><table>");
        foreach (var check in report.Checks)
        {
            var (style, word) = check.IsPassed switch { true => ("ok", "passed"), false => ("no", "failed"), _ => ("skip", "–") };
            html.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"{style}\">{word}</td><td>{Text(check.Name)}</td><td>{Text(check.Message)}</td></tr>");
        }

        html.Append("</table></section>");
    }

    private static void AddComparison(StringBuilder html, Comparison comparison)
    {
        html.Append(CultureInfo.InvariantCulture, $"<section class=\"card\"><h2>{Text(comparison.Metric)}{(comparison.Treatment.Length > 0 ? $": {Text(comparison.Treatment)} against {Text(comparison.Control)}" : "")}</h2><p>{Text(comparison.Verdict)}.</p>");
        if (double.IsFinite(comparison.MinimalDetectable))
        {
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"why\">Smallest effect found with 80 % power: {Words.Number(comparison.MinimalDetectable)} ({Words.Percent(comparison.MinimalDetectableLift).TrimStart('+')} of the control).</p>");
        }

        html.Append(CultureInfo.InvariantCulture, $"<h3>Effect with intervals</h3>{Charts.Forest(comparison)}<div class=\"plots\">");
        foreach (var (name, points) in comparison.Curves.Where(curve => curve.Value.Count > 1))
        {
            html.Append(CultureInfo.InvariantCulture, $"<div><h3>{Text(Charts.TitleOf(name))}</h3>{Charts.Curve(points)}</div>");
        }

        html.Append("</div><details><summary>All estimates and what they assume</summary><table><tr><th>estimator</th><th>value</th><th>standard error</th><th>interval</th><th>df</th><th>p</th><th>assumes</th></tr>");
        foreach (var (name, estimate) in comparison.Estimates)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(name)}</td><td class=\"n\">{Words.Number(estimate.Value)}</td><td class=\"n\">{Words.Number(estimate.StandardError)}</td><td class=\"n\">{Words.Interval(estimate)}</td><td class=\"n\">{Words.Number(estimate.DegreesOfFreedom)}</td><td class=\"n\">{Words.PValue(estimate)}</td><td class=\"assume\">{Text(estimate.NoInference ?? estimate.Assumes)}</td></tr>");
        }

        html.Append("</table><table>");
        foreach (var (name, value) in comparison.Figures)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(name)}</td><td class=\"n\">{Words.Number(value)}</td></tr>");
        }

        html.Append("</table></details></section>");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
