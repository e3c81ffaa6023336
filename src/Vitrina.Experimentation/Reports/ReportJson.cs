using System.Text.Json.Nodes;
using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Reports;

/// <summary>A report as a JSON document. NaN becomes null, infinities the words `"Infinity"` and `"-Infinity"`.</summary>
public static class ReportJson
{
    /// <summary>The document.</summary>
    public static JsonObject Of(AnalysisReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var document = new JsonObject
        {
            ["kind"] = report.Kind,
            ["source"] = report.Source,
            ["alpha"] = report.Alpha,
            ["seed"] = report.Seed,
            ["headline"] = new JsonObject
            {
                ["sentence"] = report.Headline.Sentence,
                ["metric"] = report.Headline.Metric,
                ["estimator"] = report.Headline.Estimator,
                ["reason"] = report.Headline.Reason,
                ["estimate"] = Of(report.Headline.Estimate),
            },
            ["checks"] = new JsonArray([.. report.Checks.Select(check => new JsonObject
            {
                ["name"] = check.Name,
                ["isPassed"] = check.IsPassed,
                ["message"] = check.Message,
                ["isFatal"] = check.IsFatal,
                ["figures"] = Of(check.Figures),
            })]),
            ["counts"] = Of(report.Counts),
            ["comparisons"] = new JsonArray([.. report.Comparisons.Select(Of)]),
        };
        if (report.Calendar.Count > 0)
        {
            document["calendar"] = new JsonObject([.. report.Calendar.Select(row => KeyValuePair.Create<string, JsonNode?>(row.Key, row.Value))]);
        }

        return document;
    }

    /// <summary>One estimate.</summary>
    public static JsonObject Of(Estimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        var document = new JsonObject
        {
            ["value"] = Number(estimate.Value),
            ["standardError"] = Number(estimate.StandardError),
            ["low"] = Number(estimate.Low),
            ["high"] = Number(estimate.High),
            ["df"] = Number(estimate.DegreesOfFreedom),
            ["statistic"] = Number(estimate.Statistic),
            ["pValue"] = Number(estimate.PValue),
            ["log10PValue"] = Number(estimate.LogPValue / Math.Log(10)),
            ["assumes"] = estimate.Assumes,
            ["noInference"] = estimate.NoInference,
        };
        if (estimate.Details.Count > 0)
        {
            document["details"] = Of(estimate.Details);
        }

        return document;
    }

    /// <summary>A number, or what stands for it.</summary>
    public static JsonNode? Number(double value)
        => double.IsNaN(value) ? null : double.IsInfinity(value) ? JsonValue.Create(value > 0 ? "Infinity" : "-Infinity") : JsonValue.Create(value);

    private static JsonObject Of(Comparison comparison) => new()
    {
        ["metric"] = comparison.Metric,
        ["type"] = comparison.Type,
        ["control"] = comparison.Control,
        ["treatment"] = comparison.Treatment,
        ["verdict"] = comparison.Verdict,
        ["minimalDetectable"] = Number(comparison.MinimalDetectable),
        ["minimalDetectableLift"] = Number(comparison.MinimalDetectableLift),
        ["estimates"] = new JsonObject([.. comparison.Estimates.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, Of(pair.Value)))]),
        ["figures"] = Of(comparison.Figures),
        ["curves"] = new JsonObject([.. comparison.Curves.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, new JsonArray([.. pair.Value.Select(Of)])))]),
    };

    private static JsonObject Of(CurvePoint point)
    {
        var document = new JsonObject { ["x"] = Number(point.X), ["value"] = Number(point.Value), ["low"] = Number(point.Low), ["high"] = Number(point.High) };
        if (point.Label.Length > 0)
        {
            document["label"] = point.Label;
        }

        return document;
    }

    private static JsonObject Of(IEnumerable<KeyValuePair<string, double>> figures)
        => new([.. figures.Select(pair => KeyValuePair.Create(pair.Key, Number(pair.Value)))]);
}
