using System.Globalization;
using Vitrina.Learning.Evaluation;
using Vitrina.Simulation.Services;

namespace Vitrina.Cli.Demos;

/// <summary>The truth of a services world as rows: everybody under A, everybody under B, and what a test by specialists says.</summary>
internal static class ServicesTruthTable
{
    public static BenchReport Of(ServicesConfiguration configuration, ulong seed, int replications, IProgress<double>? progress)
    {
        var truth = ServicesTruth.Measure(configuration, seed, replications, Environment.ProcessorCount, progress);
        var report = new BenchReport
        {
            Bench = "truth",
            Dataset = string.Create(CultureInfo.InvariantCulture, $"services world, seeds {seed} to {seed + (ulong)replications - 1}"),
            Protocol = "deals by close; estimate: effect of B on deals, mean over the worlds, with 2 standard errors; control: arm A's deals per specialist against all-A",
            Seed = seed,
        };
        report.Rows.Add(new BenchRow("all-a").With("deals", truth.DealsAllA.Mean));
        report.Rows.Add(Interval(new BenchRow("all-b").With("deals", truth.DealsAllB.Mean), "estimate", truth.Effect));
        var test = Interval(new BenchRow("specialist-a/b"), "estimate", truth.NaiveEffect)
            .With("truth", truth.Effect.Mean).With("bias", truth.NaiveEffect.Mean - truth.Effect.Mean).With("sd", truth.NaiveEffect.Deviation).With("runs", replications);
        report.Rows.Add(Interval(test, "control", truth.Control));
        return report;
    }

    private static BenchRow Interval(BenchRow row, string key, ReplicatedFigure figure)
    {
        row.With(key, figure.Mean);
        return double.IsNaN(figure.Error) ? row : row.With(key + "_lo", figure.Mean - 2 * figure.Error).With(key + "_hi", figure.Mean + 2 * figure.Error);
    }
}
