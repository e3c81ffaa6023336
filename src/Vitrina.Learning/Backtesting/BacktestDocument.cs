using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Learning.Backtesting;

/// <summary>A backtest's report as JSON for machines, as text for a terminal and as one HTML page.</summary>
public static class BacktestDocument
{
    /// <summary>The JSON document: rows as in every bench, then the comparison, what mixing costs, slices, and the lists that differ most.</summary>
    public static JsonObject ToJson(BacktestReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var options = report.Options;
        var bench = new BenchReport { Bench = "backtest", Dataset = $"{options.Vertical}/{options.Surface}", Protocol = ProtocolOf(report), Seed = options.Seed, Rows = [.. report.Rows] };
        var document = JsonNode.Parse(bench.ToJson())!.AsObject();
        document["baseline"] = report.BaselineName;
        document["candidate"] = report.CandidateName;
        document["at"] = options.At == BacktestPlace.Page ? "page" : "l2";
        document["gain"] = options.Gain == Gain.Linear ? "linear" : "exponential";
        document["discount"] = options.Discount == Discount.Log2 ? "log2" : "mixed";
        document["from"] = report.From.ToString("O", CultureInfo.InvariantCulture);
        document["to"] = report.To.ToString("O", CultureInfo.InvariantCulture);
        document["asOf"] = report.AsOf;
        document["lists"] = report.ListCount;
        document["judged"] = report.JudgedCount;
        document["difference"] = Of(report.Difference);
        if (report.PageDifference is { } page)
        {
            document["page"] = Of(page);
            document["mixing"] = new JsonArray([.. report.Mixing.Select(cost => (JsonNode)new JsonObject
            {
                ["method"] = cost.Method,
                ["l2"] = Number(cost.L2),
                ["page"] = Number(cost.Page),
                ["eaten"] = Number(cost.Eaten.Interval.Mean),
                ["low"] = Number(cost.Eaten.Interval.Low),
                ["high"] = Number(cost.Eaten.Interval.High),
                ["p_value"] = Number(cost.Eaten.PValue),
            })]);
        }

        document["agreement"] = new JsonObject
        {
            ["kendall_tau"] = Number(report.Agreement.KendallTau),
            [$"overlap@{options.K}"] = Number(report.Agreement.Overlap),
            ["same_first"] = Number(report.Agreement.SameFirst),
        };
        document["slices"] = new JsonArray([.. report.Slices.Select(slice =>
        {
            var node = Of(slice.Comparison);
            node.Insert(0, "slice", slice.Slice);
            node.Insert(1, "value", slice.Value);
            return (JsonNode)node;
        })]);
        document["winners"] = Of(report.Winners);
        document["losers"] = Of(report.Losers);
        return document;
    }

    /// <summary>The report for a terminal.</summary>
    public static string ToText(BacktestReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        var bench = new BenchReport { Bench = "backtest", Dataset = "", Protocol = "", Seed = report.Options.Seed, Rows = [.. report.Rows] };
        text.AppendLine(ProtocolOf(report)).AppendLine().Append(bench.ToTable()).AppendLine();
        text.AppendLine(Sentence(report.Difference, report));
        foreach (var cost in report.Mixing)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"mixing, {cost.Method}: {report.Metric} {cost.L2:0.0000} by score, {cost.Page:0.0000} on the page: {Interval(cost.Eaten.Interval)}");
        }

        if (report.PageDifference is { } page)
        {
            text.Append("page: ").AppendLine(Sentence(page, report));
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"orders: Kendall tau {report.Agreement.KendallTau:0.000}, overlap@{report.Options.K} {report.Agreement.Overlap:0.000}, same first item {report.Agreement.SameFirst:0.000}").AppendLine();
        foreach (var slice in report.Slices)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {slice.Slice,-9} {slice.Value,-22} {slice.Comparison.Paired.Interval.Count,6} lists  {slice.Comparison.Baseline:0.0000} → {slice.Comparison.Candidate:0.0000}  {Interval(slice.Comparison.Paired.Interval)}");
        }

        Append(text, "Winners", report.Winners);
        Append(text, "Losers", report.Losers);
        return text.ToString();
    }

    /// <summary>The report as one page without outside parts.</summary>
    public static string ToHtml(BacktestReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Backtest</title><style>")
            .Append("body{font:15px system-ui;max-width:70rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}.hit{background:#d9f2d9;font-weight:600}</style></head><body>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Text(report.CandidateName)} against {Text(report.BaselineName)}</h1><p>{Text(ProtocolOf(report))}</p><p><b>{Text(Sentence(report.Difference, report))}</b></p>");
        if (report.PageDifference is { } onPage)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p>On the page: {Text(Sentence(onPage, report))}</p>");
        }

        var bench = new BenchReport { Bench = "backtest", Dataset = "", Protocol = "", Seed = report.Options.Seed, Rows = [.. report.Rows] };
        page.Append("<pre>").Append(Text(bench.ToTable())).Append("</pre><h2>Slices</h2><table><tr><th>slice</th><th>value</th><th>lists</th><th>baseline</th><th>candidate</th><th>difference</th></tr>");
        foreach (var slice in report.Slices)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(slice.Slice)}</td><td>{Text(slice.Value)}</td><td>{slice.Comparison.Paired.Interval.Count}</td><td>{slice.Comparison.Baseline:0.0000}</td><td>{slice.Comparison.Candidate:0.0000}</td><td>{Text(Interval(slice.Comparison.Paired.Interval))}</td></tr>");
        }

        page.Append("</table>");
        AppendHtml(page, "Winners", report.Winners);
        AppendHtml(page, "Losers", report.Losers);
        return page.Append("</body></html>\n").ToString();
    }

    private static string ProtocolOf(BacktestReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{report.Options.Vertical}/{report.Options.Surface}: {report.ListCount} lists from {report.From:yyyy-MM-dd HH:mm} to {report.To:yyyy-MM-dd HH:mm}, {report.JudgedCount} with a {Engine.Events.EventTypes.NameOf(report.Options.Label)}; {report.Metric} with {(report.Options.Gain == Gain.Linear ? "linear" : "exponential")} gain and {(report.Options.Discount == Discount.Log2 ? "log2" : "mixed natural (article variant)")} discount; judged items only");

    private static string Sentence(BacktestComparison comparison, BacktestReport report)
    {
        var verdict = comparison.Verdict switch
        {
            Verdict.Better => $"{report.CandidateName} is better than {report.BaselineName}",
            Verdict.Worse => $"{report.CandidateName} is worse than {report.BaselineName}",
            _ => $"{report.CandidateName} and {report.BaselineName} cannot be told apart",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{verdict}: {comparison.Metric} {Interval(comparison.Paired.Interval)}, p = {comparison.Paired.PValue:0.####}, {comparison.Paired.Wins} lists won, {comparison.Paired.Losses} lost");
    }

    private static string Interval(MeanInterval interval) => string.Create(CultureInfo.InvariantCulture, $"{interval.Mean:+0.0000;-0.0000;0.0000} [{interval.Low:+0.0000;-0.0000;0.0000}, {interval.High:+0.0000;-0.0000;0.0000}]");

    private static void Append(StringBuilder text, string title, IReadOnlyList<BacktestExample> examples)
    {
        foreach (var example in examples)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{title}: {example.Difference:+0.000;-0.000} {example.RankingId} {example.At:yyyy-MM-dd HH:mm} {example.Query}");
            for (var place = 0; place < example.Baseline.Count; place++)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {place + 1,3}. {Marked(example, example.Baseline[place]),-30} {Marked(example, example.Candidate[place])}");
            }
        }
    }

    private static void AppendHtml(StringBuilder page, string title, IReadOnlyList<BacktestExample> examples)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>{title}</h2>");
        foreach (var example in examples)
        {
            page.Append(CultureInfo.InvariantCulture, $"<h3>{example.Difference:+0.000;-0.000}: {Text(example.Query ?? "")} <small>{Text(example.RankingId)}</small></h3><table><tr><th></th><th>baseline</th><th>candidate</th></tr>");
            for (var place = 0; place < example.Baseline.Count; place++)
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>{place + 1}</td>{Cell(example, example.Baseline[place])}{Cell(example, example.Candidate[place])}</tr>");
            }

            page.Append("</table>");
        }
    }

    private static string Cell(BacktestExample example, string item) => $"<td{(example.Relevant.Contains(item) ? " class=\"hit\"" : "")}>{Text(item)}</td>";

    private static string Marked(BacktestExample example, string item) => example.Relevant.Contains(item) ? item + " *" : item;

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static JsonObject Of(BacktestComparison comparison) => new()
    {
        ["metric"] = comparison.Metric,
        ["lists"] = comparison.Paired.Interval.Count,
        ["baseline"] = Number(comparison.Baseline),
        ["candidate"] = Number(comparison.Candidate),
        ["mean"] = Number(comparison.Paired.Interval.Mean),
        ["low"] = Number(comparison.Paired.Interval.Low),
        ["high"] = Number(comparison.Paired.Interval.High),
        ["p_value"] = Number(comparison.Paired.PValue),
        ["bootstrap"] = new JsonArray(Number(comparison.Bootstrap.Low), Number(comparison.Bootstrap.High)),
        ["wins"] = comparison.Paired.Wins,
        ["losses"] = comparison.Paired.Losses,
        ["verdict"] = comparison.Verdict.ToString().ToLowerInvariant(),
    };

    private static JsonArray Of(IReadOnlyList<BacktestExample> examples) => new([.. examples.Select(example => (JsonNode)new JsonObject
    {
        ["rankingId"] = example.RankingId,
        ["at"] = example.At.ToString("O", CultureInfo.InvariantCulture),
        ["query"] = example.Query,
        ["difference"] = Number(example.Difference),
        ["baseline"] = new JsonArray([.. example.Baseline.Select(item => (JsonNode)item)]),
        ["candidate"] = new JsonArray([.. example.Candidate.Select(item => (JsonNode)item)]),
        ["relevant"] = new JsonArray([.. example.Relevant.Select(item => (JsonNode)item)]),
    })]);

    private static JsonNode? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;
}
