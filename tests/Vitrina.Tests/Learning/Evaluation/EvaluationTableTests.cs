using System.Text.Json;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Tests.Learning.Evaluation;

public class EvaluationTableTests
{
    [Fact]
    public void The_document_follows_the_bench_contract()
    {
        using JsonDocument document = JsonDocument.Parse(Report().ToJson());
        JsonElement root = document.RootElement;
        Assert.Equal(["bench", "dataset", "protocol", "seed", "machine", "rows"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal("sessions", root.GetProperty("bench").GetString());
        Assert.Equal(17, root.GetProperty("seed").GetInt32());
        Assert.True(root.GetProperty("machine").GetProperty("processors").GetInt32() > 0);
        Assert.Contains(".NET", root.GetProperty("machine").GetProperty("dotnet").GetString(), StringComparison.Ordinal);
        JsonElement[] rows = [.. root.GetProperty("rows").EnumerateArray()];
        Assert.Equal(["last-touched", "vitrina", "peer"], rows.Select(r => r.GetProperty("method").GetString()));
        Assert.Equal(["method", "mrr", "mrr_lo", "mrr_hi", "mrr_diff_last_touched", "seconds", "auc", "exact"], rows[1].EnumerateObject().Select(p => p.Name));
        Assert.Equal(0.75, rows[1].GetProperty("mrr").GetDouble());
        Assert.Equal([0.25, 0.25], rows[1].GetProperty("mrr_diff_last_touched").EnumerateArray().Select(e => e.GetDouble()));
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("auc").ValueKind);
        Assert.Equal("not installed", rows[2].GetProperty("skipped").GetString());
        Assert.False(rows[0].TryGetProperty("mrr_diff_last_touched", out _));
    }

    [Fact]
    public void The_table_shows_a_line_per_method_with_intervals_behind_the_figures()
    {
        string[] lines = Report().ToTable().TrimEnd().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("method", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("mrr_lo", lines[0], StringComparison.Ordinal);
        Assert.Contains("0.7500 [", lines[2], StringComparison.Ordinal);
        Assert.Contains("[0.2500, 0.2500]", lines[2], StringComparison.Ordinal);
        Assert.EndsWith("skipped: not installed", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_values_and_seed_print_the_same_document() => Assert.Equal(Report().ToJson(), Report().ToJson());

    private static BenchReport Report()
    {
        EvaluationTable table = new(seed: 17, ["last-touched"], resamples: 200);
        table.AddLists("last-touched", "mrr", [0.25, 0.5, 0.75, 0.25, 0.5, 0.75, double.NaN]);
        table.AddLists("vitrina", "mrr", [0.5, 0.75, 1, 0.5, 0.75, 1, double.NaN]);
        table.AddFigure("vitrina", "seconds", 1.5);
        table.AddFigure("vitrina", "auc", double.NaN);
        table.AddFigure("vitrina", "exact", true);
        table.Skip("peer", "not installed");
        return table.ToReport("sessions", "clicks.tsv", "time split");
    }
}
