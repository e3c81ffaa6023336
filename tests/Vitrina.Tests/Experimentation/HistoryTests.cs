using System.Globalization;
using System.Text;
using Vitrina.Experimentation.Tables;
using Vitrina.Experimentation.Units;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Experimentation;

/// <summary>Units without history beside CUPED: an empty covariate is 0 with an indicator.</summary>
public sealed class HistoryTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    // The oracle: least squares of the outcome on covariate and indicator over all units, by deflation, then Welch on what is left.
    [Fact]
    public void The_indicator_is_least_squares_on_covariate_and_indicator()
    {
        var rows = Rows();
        File.WriteAllText(_path, Text(rows));
        var found = Assert.Single(Run(new UnitOptions { Metrics = [new("y", "y")], Covariate = "x" }).Comparisons);
        double[] y = [.. rows.Select(row => row.Y)], x = [.. rows.Select(row => row.X ?? 0)], h = [.. rows.Select(row => row.X is null ? 1.0 : 0)];
        // Frisch and Waugh: the slope on x is that on what h leaves of it.
        var ofX = Slope(y, Left(x, h));
        var ofH = Slope(y, Left(h, x));
        double[] left = [.. y.Select((value, i) => value - ofX * x[i] - ofH * h[i])];
        double[] a = [.. left.Where((_, i) => rows[i].Arm == "A")], b = [.. left.Where((_, i) => rows[i].Arm == "B")];
        var estimate = found.Estimates["cupedHistory"];
        Assert.Equal(ofX, estimate.Details["theta"], 9);
        Assert.Equal(ofH, estimate.Details["thetaNoHistory"], 9);
        Assert.Equal(b.Average() - a.Average(), estimate.Value, 9);
        Assert.Equal(Math.Sqrt(Variance(a) / a.Length + Variance(b) / b.Length), estimate.StandardError, 9);
        Assert.True(estimate.StandardError < .6 * found.Estimates["cuped"].StandardError, "a zero that is no measurement spoils the slope");
        Assert.Equal(h.Average(), found.Figures["withoutHistory"], 12);
        Assert.Equal(estimate.Value / a.Length, found.Estimates["cupedHistoryRelative"].Value * y.Where((_, i) => rows[i].Arm == "A").Average() / a.Length, 9);
    }

    [Fact]
    public void Rows_of_a_unit_share_its_history_and_whole_rows_and_split_ones_agree()
    {
        var rows = Rows();
        File.WriteAllText(_path, Text(rows));
        var options = new UnitOptions { Metrics = [new("y", "y")], Covariate = "x" };
        var whole = Run(options).Comparisons[0].Estimates["cupedHistory"].Value;
        Assert.Equal(whole, Run(options with { RowsAreUnits = true }).Comparisons[0].Estimates["cupedHistory"].Value, 9);
        Assert.Equal(whole, Run(options with { Metrics = [] }).Comparisons[0].Estimates["cupedHistory"].Value, 9);
        // A second row per unit, without a covariate of its own: what the first says stands.
        File.WriteAllText(_path, Text(rows) + string.Concat(rows.Select((row, i) => $"u{i},{row.Arm},0,\n")));
        Assert.Equal(whole, Run(options).Comparisons[0].Estimates["cupedHistory"].Value, 9);
    }

    [Fact]
    public void Full_histories_need_no_indicator_and_a_metric_must_be_there()
    {
        var rows = Rows();
        File.WriteAllText(_path, Text([.. rows.Select(row => row with { X = row.X ?? 1 })]));
        var report = Run(new UnitOptions { Metrics = [new("y", "y")], Covariate = "x" });
        Assert.DoesNotContain("cupedHistory", report.Comparisons[0].Estimates.Keys);
        Assert.Equal("cuped", report.Headline!.Estimator);
        File.WriteAllText(_path, Text(rows));
        Assert.Equal("cupedHistory", Run(new UnitOptions { Metrics = [new("y", "y")], Covariate = "x" }).Headline!.Estimator);
        Assert.Throws<TableException>(() => Run(new UnitOptions { Metrics = [new("y", "y"), new("x", "x")], Covariate = "x" }));
        Assert.Throws<TableException>(() => Run(new UnitOptions { Metrics = [new("x", "x")] }));
    }

    private Vitrina.Experimentation.Reports.AnalysisReport Run(UnitOptions options) => UnitAnalysis.Run(UnitTable.Read(_path, options), options, "test");

    // New units have another level than their zero says.
    private static (string Arm, double Y, double? X)[] Rows()
    {
        var stream = RandomStream.For(12, 1);
        var rows = new (string, double, double?)[400];
        for (var i = 0; i < rows.Length; i++)
        {
            var x = 10 + 3 * stream.NextGaussian();
            var isNew = stream.NextBool(.3);
            rows[i] = (i % 2 == 0 ? "A" : "B", (isNew ? 12 : x) + .5 * (i % 2) + stream.NextGaussian(), isNew ? null : x);
        }

        return rows;
    }

    private static string Text((string Arm, double Y, double? X)[] rows)
    {
        var text = new StringBuilder("unit,arm,y,x\n");
        for (var i = 0; i < rows.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"u{i},{rows[i].Arm},{rows[i].Y:R},{rows[i].X:R}\n");
        }

        return text.ToString();
    }

    private static double[] Left(double[] of, double[] by)
    {
        var slope = Slope(of, by);
        return [.. of.Zip(by, (value, other) => value - slope * (other - by.Average()))];
    }

    private static double Slope(double[] y, double[] x)
    {
        double yMean = y.Average(), xMean = x.Average();
        return y.Zip(x, (a, b) => (a - yMean) * (b - xMean)).Sum() / x.Sum(b => (b - xMean) * (b - xMean));
    }

    private static double Variance(double[] values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
    }
}
