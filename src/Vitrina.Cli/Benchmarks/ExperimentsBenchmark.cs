using System.Diagnostics;
using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Switchbacks;
using Vitrina.Experimentation.Units;
using Vitrina.Learning.Evaluation;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Services;

namespace Vitrina.Cli.Benchmarks;

/// <summary>
/// <c>vitrina bench experiments</c>: what each design says in a services world whose truth is known, and how often each method rejects when there is nothing to find.
/// </summary>
internal sealed class ExperimentsBenchmark(ServicesConfiguration configuration, ulong seed, int replications)
{
    private static readonly int[] s_periodHours = [2, 6, 24, 48];

    // Deals by order creation, by winning response, by close.
    private static readonly Attribution[] s_attributions = [Attribution.Creation, Attribution.Response, Attribution.Close];

    public static BenchReport Run(string? worldConfig, string? preset, ulong seed, bool isQuick, CancellationToken cancellationToken)
    {
        var kind = WorldKind.Find("services")!;
        var configuration = (ServicesConfiguration)WorldChoice.Parameters(kind, worldConfig, preset);
        var (replications, runs) = isQuick ? (8, 1000) : (24, 5000);
        var bench = new ExperimentsBenchmark(configuration, seed, replications);
        var report = new BenchReport
        {
            Bench = "experiments",
            Dataset = worldConfig ?? $"services world, preset {preset ?? WorldKind.DefaultPreset}",
            Protocol = $"{replications} worlds by seed, relative effects on deals; truth: the same worlds all-B against all-A; A/A: {runs} runs at 5 % on synthetic units and panels",
            Seed = seed,
        };
        foreach (var row in bench.Designs(cancellationToken).Concat(LyftRows()).Concat(NullRuns.Rows(seed, runs, cancellationToken)))
        {
            report.Rows.Add(row);
        }

        return report;
    }

    // Lyft's toy is enumerated, whatever world is benched: exact, not simulated.
    private static IEnumerable<BenchRow> LyftRows()
    {
        var toy = LyftToy.TryOf((ServicesConfiguration)WorldChoice.Parameters(WorldKind.Find("services")!, null, "lyft-toy"));
        yield return toy is null
            ? new BenchRow("lyft-toy") { Skipped = "the shipped preset is no toy any more" }
            : new BenchRow("lyft-toy-global").With("estimate", toy.GlobalEffect).With("truth", 1 / 3.0).With("bias", toy.GlobalEffect - 1 / 3.0).With("runs", 1);
        if (toy is not null)
        {
            yield return new BenchRow("lyft-toy-split").With("estimate", toy.SplitEffect).With("truth", 1 / 3.0).With("bias", toy.SplitEffect - 1 / 3.0).With("runs", 1);
        }
    }

    private List<BenchRow> Designs(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var outcomes = new Replication[replications];
        Parallel.For(0, replications, new ParallelOptions { CancellationToken = cancellationToken }, r => outcomes[r] = Replicate(r));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double[] truths = [.. outcomes.Select(outcome => outcome.Truth)];
        var (truth, truthError) = MeanAndError(truths);
        var rows = new List<BenchRow> { new BenchRow("truth").With("estimate", truth).With("truth", truth).With("bias", 0).With("sd", truthError * Math.Sqrt(replications)).With("runs", replications).With("seconds", seconds) };
        foreach (var method in outcomes[0].Estimates.Keys)
        {
            rows.Add(Row(method, [.. outcomes.Select(outcome => outcome.Estimates[method])], truths));
        }

        var naive = rows.First(row => row.Method == "naive-ab");
        naive.With("control_depression", outcomes.Average(outcome => outcome.ControlChange)).With("times_truth", outcomes.Average(outcome => outcome.Estimates["naive-ab"].Value) / truth);
        AddBest(rows, outcomes, truths);
        return rows;
    }

    private BenchRow Row(string method, Estimate[] estimates, double[] truths)
    {
        double[] values = [.. estimates.Select(estimate => estimate.Value)], gaps = [.. values.Zip(truths, (value, truth) => value - truth)];
        var (mean, error) = MeanAndError(values);
        var (bias, biasError) = MeanAndError(gaps);
        return new BenchRow(method).With("estimate", mean).With("truth", truths.Average()).With("bias", bias).With("bias_se", biasError).With("sd", error * Math.Sqrt(values.Length))
            .With("coverage", estimates.Zip(truths).Count(pair => pair.First.Low <= pair.Second && pair.Second <= pair.First.High) / (double)replications)
            .With("runs", replications);
    }

    // Periods of at least four lives of an order, both sides of a switch trimmed, deals by the order's creation.
    private void AddBest(List<BenchRow> rows, Replication[] outcomes, double[] truths)
    {
        var life = (int)Math.Ceiling(configuration.LifeMaxHours);
        var hours = s_periodHours.FirstOrDefault(period => period >= 4 * life);
        var name = $"switchback-{hours}h creation both-{life}h";
        rows.Add(hours > 0 && outcomes[0].Estimates.ContainsKey(name)
            ? Row("vitrina", [.. outcomes.Select(outcome => outcome.Estimates[name])], truths).With("design", name)
            : new BenchRow("vitrina") { Skipped = $"no benched period is four lives ({life} h) of an order long" });
    }

    private Replication Replicate(int number)
    {
        var world = new ServicesMarketplace(configuration, seed + (ulong)number);
        var (allA, allB) = (world.Run(ServicesPolicies.AllA), world.Run(ServicesPolicies.AllB));
        double dealsA = ServicesOutcome.Total(allA.Deals(Attribution.Close)), dealsB = ServicesOutcome.Total(allB.Deals(Attribution.Close));
        var result = new Replication(dealsA > 0 ? dealsB / dealsA - 1 : double.NaN);
        AddBySpecialist(result, world.Run(ServicesPolicies.BySpecialist(seed + (ulong)number)), dealsA, number);
        AddByMarket(result, world, number);
        foreach (var hours in s_periodHours.Where(hours => allA.HourCount >= 4 * hours))
        {
            AddSwitchback(result, world, hours, number);
        }

        return result;
    }

    private void AddBySpecialist(Replication result, ServicesOutcome outcome, double dealsAllA, int number)
    {
        var arms = new[] { new CoMoments(1), new CoMoments(1) };
        var policy = ServicesPolicies.BySpecialist(seed + (ulong)number);
        for (var specialist = 0; specialist < configuration.SpecialistCount; specialist++)
        {
            arms[(int)policy(0, specialist, 0)].Add([outcome.DealsByArm[0][specialist] + outcome.DealsByArm[1][specialist]]);
        }

        var (control, treatment) = (ArmMoments.Of(arms[0], 0), ArmMoments.Of(arms[1], 0));
        result.Estimates["naive-ab"] = ArmComparison.Lift(control, treatment, Level.Default);
        result.ControlChange = control.Mean / (dealsAllA / configuration.SpecialistCount) - 1;
    }

    private void AddByMarket(Replication result, ServicesMarketplace world, int number)
    {
        var policy = ServicesPolicies.ByMarket(seed + (ulong)number, configuration.MarketCount);
        var outcome = world.Run(policy);
        var arms = new[] { new CoMoments(1), new CoMoments(1) };
        for (var market = 0; market < outcome.MarketCount; market++)
        {
            arms[(int)policy(market, 0, 0)].Add([Sum(outcome, Attribution.Close, market, 0, outcome.HourCount)]);
        }

        result.Estimates["cluster-ab"] = ArmComparison.Lift(ArmMoments.Of(arms[0], 0), ArmMoments.Of(arms[1], 0), Level.Default);
    }

    private void AddSwitchback(Replication result, ServicesMarketplace world, int hours, int number)
    {
        var policy = ServicesPolicies.Switchback(seed * 31 + (ulong)number, hours);
        var outcome = world.Run(policy);
        var periods = outcome.HourCount / hours;
        byte[][] arms = [.. Enumerable.Range(0, outcome.MarketCount).Select(market => Enumerable.Range(0, periods).Select(period => (byte)policy(market, FirstOf(market), period * hours + 0.5)).ToArray())];
        var cells = SwitchbackCells.Of(arms);
        var life = (int)Math.Ceiling(configuration.LifeMaxHours);
        foreach (var attribution in s_attributions)
        {
            foreach (var (trim, burnIn, burnOut) in ((string, int, int)[])[("none", 0, 0), ($"in-{life}h", life, 0), ($"out-{life}h", 0, life), ($"both-{life}h", life, life)])
            {
                if (burnIn + burnOut >= hours)
                {
                    continue;
                }

                double[] deals = [.. Enumerable.Range(0, cells.Count).Select(i => Sum(outcome, attribution, cells.Cluster[i], cells.Period[i] * hours + burnIn, (cells.Period[i] + 1) * hours - burnOut))];
                result.Estimates[$"switchback-{hours}h {attribution.ToString().ToLowerInvariant()} {trim}"] = SwitchbackLift.Of(cells, deals, Level.Default);
            }
        }
    }

    private int FirstOf(int market) => market * configuration.SpecialistsPerMarket;

    private static double Sum(ServicesOutcome outcome, Attribution attribution, int market, int from, int to)
    {
        double sum = 0;
        foreach (var deals in outcome.Deals(attribution).Slice(market * outcome.HourCount + from, to - from))
        {
            sum += deals;
        }

        return sum;
    }

    private static (double Mean, double Error) MeanAndError(double[] values)
    {
        var moments = new CoMoments(1);
        foreach (var value in values)
        {
            moments.Add([value]);
        }

        return (moments.Mean(0), Math.Sqrt(moments.Variance(0) / moments.Count));
    }

    private sealed class Replication(double truth)
    {
        public double Truth { get; } = truth;

        public double ControlChange { get; set; }

        public OrderedDictionary<string, Estimate> Estimates { get; } = new(StringComparer.Ordinal);
    }
}
