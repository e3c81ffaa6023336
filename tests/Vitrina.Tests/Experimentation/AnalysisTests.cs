using System.Globalization;
using System.IO.Compression;
using System.Text;
using Vitrina.Experimentation.OffPolicy;
using Vitrina.Experimentation.Reports;
using Vitrina.Experimentation.Switchbacks;
using Vitrina.Experimentation.Tables;
using Vitrina.Experimentation.Units;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Experimentation;

/// <summary>Files into reports: names, headlines, words for what allows no inference, mistakes with their place.</summary>
public sealed class AnalysisTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vitrina-analysis-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Units_give_the_same_estimates_plain_and_compressed_with_any_threads_and_split_rows()
    {
        var text = Units(3000);
        var options = new UnitOptions { Metrics = [new("orders", "orders"), new("rate", "orders", "sessions")], Covariate = "before" };
        var whole = Welch(Analyse(text, options with { Threads = 1 }));
        Assert.Equal(whole, Welch(Analyse(text, options with { Threads = 3 })), Near);
        Assert.Equal(whole, Welch(Analyse(text, options with { RowsAreUnits = true })), Near);
        Assert.Equal(whole, Welch(Analyse(text, options, isCompressed: true)), Near);
        // Each row as two rows of the same unit: sums per unit are the same.
        var split = string.Join('\n', text.Split('\n').SelectMany((line, i) => i == 0 || line.Length == 0 ? [line] : (string[])[line, string.Join(',', line.Split(',').Select((field, column) => column < 2 ? field : "0"))]));
        Assert.Equal(whole, Welch(Analyse(split, options)), Near);
        string[] names = ["welch", "welchRelative", "fieller", "cuped", "cupedRelative", "alwaysValid", "alwaysValidRelative", "msprt", "bayesian"];
        Assert.All(names, name => Assert.Contains(name, Analyse(text, options).Comparisons[0].Estimates.Keys));
    }

    // 20 periods of six hours in two rows each: the rule gives two lags; an arm that acts for twelve hours reaches two periods, and one more.
    [Theory]
    [InlineData(0, 2)]
    [InlineData(6, 2)]
    [InlineData(12, 3)]
    public void Lags_reach_beyond_what_the_burn_in_leaves_out(double burnIn, double lags)
    {
        var random = RandomStream.For(6, "lags");
        var text = new StringBuilder("cluster,period,arm,start,deals\n");
        foreach (var cluster in new[] { "a", "b", "c" })
        {
            for (var row = 0; row < 40; row++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{cluster},{row / 2},{(row / 8 % 2 == 0 ? "A" : "B")},{3 * row},{random.NextPoisson(20)}\n");
            }
        }

        var path = Path.Combine(_folder, "cells.csv");
        File.WriteAllText(path, text.ToString());
        var table = CellTable.Read(path, ["deals"]);
        Assert.Equal(6, table.PeriodHours);
        var report = SwitchbackAnalysis.Run(table, new SwitchbackOptions { Metrics = [new("deals", "deals")], BurnInHours = burnIn }, "lags");
        Assert.Equal(lags, report.Comparisons[0].Figures["neweyWestLags"]);
        Assert.All(["nw", "dk"], name => Assert.True(double.IsFinite(report.Comparisons[0].Estimates[$"clusterEffects.{name}"].StandardError)));
    }

    [Fact]
    public void A_guardrail_holds_only_when_the_whole_interval_is_on_the_good_side_of_its_margin()
    {
        var text = new StringBuilder("unit,arm,clicked\n");
        for (var i = 0; i < 4000; i++)
        {
            // 50 % in A, 48 % in B: a loss of 4 % with a one-sided reach of about 5 %.
            var isClicked = i % 2 == 0 ? i % 4 == 0 : i % 100 < 96 && i % 4 == 1;
            text.Append(CultureInfo.InvariantCulture, $"u{i},{(i % 2 == 0 ? "A" : "B")},{(isClicked ? 1 : 0)}\n");
        }

        AnalysisReport With(double margin) => Analyse(text.ToString(), new UnitOptions { Metrics = [new("clicked", "clicked")], Guardrails = [new("clicked", margin)] });
        var strict = With(-0.01);
        var check = Assert.Single(strict.Checks, check => check.Name == "guardrail clicked");
        Assert.False(check.IsPassed);
        Assert.Contains("not shown to hold", check.Message, StringComparison.Ordinal);
        Assert.Contains("not shown to hold", strict.Headline!.Sentence, StringComparison.Ordinal);
        Assert.True(Assert.Single(With(-0.2).Checks, check => check.Name == "guardrail clicked").IsPassed);
        Assert.True(Assert.Single(With(0.2).Checks, check => check.Name == "guardrail clicked").IsPassed);
        var figures = strict.Comparisons[0].Figures;
        Assert.InRange(0.5, figures["controlWilsonLow"], figures["controlWilsonHigh"]);
    }

    [Fact]
    public void A_broken_ratio_heads_the_report_and_names_its_slice()
    {
        var text = new StringBuilder("unit,arm,orders,platform\n");
        for (var i = 0; i < 4000; i++)
        {
            // The treatment loses half of its units on one platform.
            var isLost = i % 2 == 1 && i % 3 == 0 && i % 4 == 1;
            text.Append(isLost ? "" : string.Create(CultureInfo.InvariantCulture, $"u{i},{(i % 2 == 0 ? "A" : "B")},{i % 5},{(i % 3 == 0 ? "ios" : "web")}\n"));
        }

        var report = Analyse(text.ToString(), new UnitOptions { Metrics = [new("orders", "orders")], Slice = "platform" });
        Assert.StartsWith("Sample ratio mismatch", report.Headline.Sentence, StringComparison.Ordinal);
        Assert.Contains("'ios'", report.Headline.Sentence, StringComparison.Ordinal);
        Assert.False(report.Checks.First(check => check.Name == "srm").IsPassed);
    }

    [Theory]
    [InlineData("A=0.5,B=0.6", "sum to 1.1")]
    [InlineData("A=0.3,B=0.3,C=0.4", "Arm 'C' has no traffic")]
    [InlineData("A=1,B=0", "weight 0")]
    public void What_allows_no_inference_is_said(string weights, string words)
    {
        var report = Analyse(Units(200), new UnitOptions { Weights = [.. weights.Split(',').Select(weight => (weight[..1], double.Parse(weight[2..], CultureInfo.InvariantCulture)))] });
        Assert.StartsWith("No inference, because", report.Headline.Sentence, StringComparison.Ordinal);
        Assert.Contains(words, string.Join(' ', report.Checks.Select(check => check.Message)), StringComparison.Ordinal);
        Assert.NotNull(report.Headline.Estimate.NoInference);
    }

    [Fact]
    public void Units_in_two_arms_are_left_out_counted_and_in_numbers_forbid_inference()
    {
        var few = Analyse(Units(1000) + "u2,B,1,1,1\n", new UnitOptions());
        Assert.Equal(1, few.Checks.First(check => check.Name == "doubleExposure").Figures["units"]);
        Assert.NotEmpty(few.Headline.Estimate.Assumes);
        var many = Analyse("unit,arm,x\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"u{i},A,{i}\nu{i},B,{i % 3}\n")), new UnitOptions());
        Assert.StartsWith("No inference, because", many.Headline.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Null_results_come_with_what_could_have_been_found_and_zero_variance_with_words()
    {
        var report = Analyse(Units(400), new UnitOptions { Metrics = [new("orders", "orders")] });
        Assert.True(report.Headline.Estimate.PValue > .05);
        Assert.Contains("80 % power", report.Headline.Sentence, StringComparison.Ordinal);
        var flat = Analyse("unit,arm,x\na,A,1\nb,A,1\nc,B,1\nd,B,1\n", new UnitOptions());
        Assert.Contains("zero variance", flat.Headline.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("\"pValue\":0,", ReportJson.Of(flat).ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unit,arm,x\na,A,1\nb,B\n", "line 3", "x")]
    [InlineData("unit,arm,x\na,A,1\nb,B,one\n", "line 3", "'one' is not a number")]
    [InlineData("unit,arm,x\na,A,1\nb,B,\n", "line 3", "missing")]
    [InlineData("unit,group,x\na,A,1\n", "line 1", "'arm'")]
    [InlineData("unit,arm,x\na,A,\"1\n", "line 2", "quote")]
    [InlineData("", "file is empty", "header")]
    public void Mistakes_name_file_line_and_field(string text, string place, string what)
    {
        var message = Assert.Throws<TableException>(() => Analyse(text, new UnitOptions())).Message;
        Assert.StartsWith("input.csv", message, StringComparison.Ordinal);
        Assert.Contains(place, message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Looks_in_file_order_give_the_running_interval()
    {
        var report = Analyse(Units(6000), new UnitOptions { Metrics = [new("orders", "orders")], IsSequential = true });
        var running = report.Comparisons[0].Curves["running"];
        Assert.True(running.Count > 5);
        Assert.Equal(report.Comparisons[0].Estimates["alwaysValid"].Low, running[^1].Low, 9);
        Assert.Equal("alwaysValid", report.Headline.Estimator);
    }

    [Fact]
    public void Cells_give_the_article_and_every_honest_estimate()
    {
        var report = AnalyseCells(Cells(), new SwitchbackOptions { Metrics = [new("deals", "deals"), new("rate", "deals", "views")] });
        var deals = report.Comparisons[0];
        Assert.Equal(.451335467, deals.Figures["clusterDifferenceStandardError"], 9);
        Assert.Equal(.579601156, deals.Estimates["twoWayEffects.cr2"].StandardError, 9);
        Assert.Equal(.0001375, deals.Estimates["randomisationPermuted"].PValue, 9);
        Assert.Equal("randomisationPermuted", report.Headline.Estimator);
        Assert.Contains(".", report.Headline.Reason + ".", StringComparison.Ordinal);
        Assert.Equal("010101", report.Calendar["c0"]);
        Assert.Contains("<svg", ReportHtml.Of(report), StringComparison.Ordinal);
        Assert.DoesNotContain("http", ReportHtml.Of(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_that_allow_no_inference_say_so()
    {
        Says("cluster,period,arm,deals\na,0,A,1\na,1,A,2\nb,0,B,3\nb,1,B,4\n", "never switched");
        Says("cluster,period,arm,deals\na,0,A,1\na,1,B,2\na,2,A,3\na,3,B,4\n", "one cluster");
        Says("cluster,period,arm,deals\na,0,A,1\na,1,A,2\n", "no traffic");
        Says(Cells() + "c0,0,A,10,100\n", "stand more than once");
        Says(string.Join('\n', Cells().Split('\n').Select((line, i) => i == 0 || line.Length == 0 ? line : string.Join(',', line.Split(',')[..3]) + ",7,7")), "no inference");
        var gap = AnalyseCells(string.Join('\n', Cells().Split('\n').Where(line => !line.Contains(",3,", StringComparison.Ordinal) || !line.StartsWith('c') || line.Split(',')[1] != "3")), new SwitchbackOptions { Metrics = [new("deals", "deals")] });
        Assert.Contains(gap.Checks, check => check.Message.Contains("No inference from period 3, because it is empty", StringComparison.Ordinal));

        void Says(string text, string words)
        {
            var report = AnalyseCells(text, new SwitchbackOptions { Metrics = [new("deals", "deals")] });
            var all = report.Headline.Sentence + string.Join(' ', report.Checks.Select(check => check.Message));
            Assert.StartsWith("No inference, because", report.Headline.Sentence, StringComparison.Ordinal);
            Assert.Contains(words, all, StringComparison.OrdinalIgnoreCase);
            Assert.True(double.IsNaN(report.Headline.Estimate.PValue));
        }
    }

    [Fact]
    public void Rows_against_the_schedule_are_found_and_clock_skew_is_named()
    {
        string? Planned(string cluster, string period) => Cells().Split('\n').FirstOrDefault(line => line.StartsWith($"{cluster},{period},", StringComparison.Ordinal))?.Split(',')[2];
        var skewed = Cells().Replace("c0,1,B,", "c0,1,A,", StringComparison.Ordinal);
        var report = AnalyseCells(skewed, new SwitchbackOptions { Metrics = [new("deals", "deals")], ScheduledArm = Planned });
        var check = report.Checks.First(check => check.Name == "schedule");
        Assert.False(check.IsPassed);
        Assert.Equal(1, check.Figures["skewed"]);
        Assert.Contains("clocks are skewed", check.Message, StringComparison.Ordinal);
        Assert.True(AnalyseCells(Cells(), new SwitchbackOptions { Metrics = [new("deals", "deals")], ScheduledArm = Planned }).Checks.First(found => found.Name == "schedule").IsPassed);
    }

    [Fact]
    public void Attributions_that_disagree_are_a_carry_over_alarm()
    {
        var stream = RandomStream.For(4, 4);
        var text = new StringBuilder("cluster,period,arm,created,closed\n");
        for (var c = 0; c < 12; c++)
        {
            for (var t = 0; t < 20; t++)
            {
                var arm = stream.NextInt(2);
                text.Append(CultureInfo.InvariantCulture, $"c{c},{t},{"AB"[arm]},{100 + stream.NextGaussian()},{100 + 10 * arm + stream.NextGaussian()}\n");
            }
        }

        var report = AnalyseCells(text.ToString(), new SwitchbackOptions { Metrics = [new("created", "created")], Attributions = [("creation", "created"), ("close", "closed")] }, "created", "closed");
        Assert.False(report.Checks.First(check => check.Name == "attributions").IsPassed);
        Assert.Equal(2, report.Comparisons[0].Curves["attributions"].Count);
    }

    [Fact]
    public void Logs_are_read_with_actions_and_refused_without_propensities()
    {
        var report = OffPolicyAnalysis.Run(OffPolicyAnalysis.Read(Written("action,reward,propensity,evaluation_0,evaluation_1,evaluation_2,prediction_0,prediction_1,prediction_2\n0,1,.5,.2,.3,.5,.5,.4,.6\n1,0,.3,.2,.3,.5,.5,.4,.6\n2,1,.2,.2,.3,.5,.5,.4,.6\n0,0,.5,.2,.3,.5,.5,.4,.6\n1,1,.3,.2,.3,.5,.5,.4,.6\n2,0,.2,.2,.3,.5,.5,.4,.6\n")), new OffPolicyOptions { Clip = 2 }, .05, "x");
        Assert.Equal(.47, report.Comparisons[0].Estimates["dr"].Value, 9);
        Assert.Equal(.5, report.Comparisons[0].Estimates["replay"].Value, 9);
        Assert.Equal("snDr", report.Headline.Estimator);
        var none = OffPolicyAnalysis.Run(OffPolicyAnalysis.Read(Written("reward,evaluation\n1,.5\n0,.5\n")), new(), .05, "x");
        Assert.Contains("no propensities", none.Headline.Sentence, StringComparison.Ordinal);
    }

    private AnalysisReport Analyse(string text, UnitOptions options, bool isCompressed = false) => UnitAnalysis.Run(UnitTable.Read(Written(text, isCompressed), options), options, "input.csv");

    private AnalysisReport AnalyseCells(string text, SwitchbackOptions options, params string[] columns)
        => SwitchbackAnalysis.Run(CellTable.Read(Written(text), columns), options, "input.csv");

    private string Written(string text, bool isCompressed = false)
    {
        var path = Path.Combine(_folder, isCompressed ? "input.csv.gz" : "input.csv");
        using var file = File.Create(path);
        using Stream stream = isCompressed ? new GZipStream(file, CompressionLevel.Fastest) : file;
        stream.Write(Encoding.UTF8.GetBytes(text));
        return path;
    }

    private static double[] Welch(AnalysisReport report) => [.. report.Comparisons.SelectMany(comparison => comparison.Estimates.Values).SelectMany(estimate => (double[])[estimate.Value, estimate.PValue]).Where(double.IsFinite)];

    private static bool Near(double a, double b) => Math.Abs(a - b) <= 1e-9 * Math.Max(1, Math.Abs(a));

    private static string Units(int count)
    {
        var stream = RandomStream.For(9, 1);
        var text = new StringBuilder("unit,arm,orders,sessions,before\n");
        for (var i = 0; i < count; i++)
        {
            var rate = stream.NextGamma(2);
            text.Append(CultureInfo.InvariantCulture, $"u{i},{"AB"[i % 2]},{stream.NextPoisson(rate)},{1 + stream.NextPoisson(3)},{stream.NextPoisson(rate)}\n");
        }

        return text.ToString();
    }

    // Section C8 of the experiments reference.
    private static string Cells()
    {
        int[][] values = [[10, 12, 11, 14, 9, 13], [20, 25, 22, 21, 27, 24], [5, 6, 8, 5, 7, 9], [30, 33, 35, 29, 31, 36]];
        string[] arms = ["ABABAB", "ABBABA", "AABABB", "ABBAAB"];
        return "cluster,period,arm,deals,views\n" + string.Concat(from c in Enumerable.Range(0, 4) from t in Enumerable.Range(0, 6) select $"c{c},{t},{arms[c][t]},{values[c][t]},{values[c][t] * 10 + t}\n");
    }
}
