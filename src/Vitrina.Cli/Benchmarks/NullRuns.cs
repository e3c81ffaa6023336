using System.Diagnostics;
using Vitrina.Experimentation.Interleaving;
using Vitrina.Experimentation.OffPolicy;
using Vitrina.Experimentation.Schedules;
using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Switchbacks;
using Vitrina.Experimentation.Units;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks;

/// <summary>A/A runs: every method on data without an effect, and how often it says that there is one at 5 %.</summary>
/// <remarks>
/// Units: orders and sessions with personal rates and a correlated covariate; a third of them without history where the name says so. Panels: cluster level + a shock of each period common to all clusters + noise
/// that lasts from period to period (AR 0.5), balanced independent schedules unless the name says `common`.
/// </remarks>
internal static class NullRuns
{
    private const int UnitsPerArm = 250;
    private const int Clusters = 12;
    private const int Periods = 14;
    private const int Redraws = 199;
    private const double Alpha = 0.05;
    private static readonly IReadOnlyList<SequentialLook> s_looks = GroupSequential.Boundaries([0.2, 0.4, 0.6, 0.8, 1], Alpha);

    // What the product never offers as a headline, and why it stands here.
    private static readonly Dictionary<string, string> s_notOffered = new(StringComparer.Ordinal)
    {
        ["aa pooled-se common"] = "no: the article's standard error under a common schedule, shown failing",
        ["aa peeking welch"] = "no: a fixed-horizon test that is looked at five times, shown failing",
        ["aa alwaysValid five looks"] = "valid, at most 5 %: looks may go on without end",
        ["aa msprt five looks"] = "valid, at most 5 %: looks may go on without end",
        ["aa srmSequential five looks"] = "valid, at most 5 %: looks may go on without end",
        ["aa interleaving.signTest"] = "valid, at most 5 %: exact and discrete",
        ["aa twoWayEffects.ols"] = "no: takes cells for independent",
        ["aa twoWayEffects.cr0"] = "no: few clusters",
        ["aa twoWayEffects.cr3"] = "valid, on the wide side",
        ["aa twoWayEffects.nw"] = "no: few periods a cluster",
        ["aa clusterEffects.dk common"] = "no: few periods",
        ["aa switchback alwaysValid every period"] = "valid, at most 5 %: looks may go on without end",
        ["aa switchback alwaysValidSigns every period"] = "valid, at most 5 %: looks may go on without end",
        ["aa eBh eight metrics"] = "valid, at most 5 %: however the metrics depend on each other",
    };

    public static IEnumerable<BenchRow> Rows(ulong seed, int runs, CancellationToken cancellationToken)
    {
        var (started, counts) = (Stopwatch.GetTimestamp(), new OrderedDictionary<string, int>(StringComparer.Ordinal));
        foreach (var (name, part) in ((string, Func<ulong, ulong, Rejections>)[])[("units", Units), ("panels", Panels), ("logs", Logs), ("histories", Histories), ("families", Families), ("lists", Lists)])
        {
            var all = new Rejections[runs];
            Parallel.For(0, runs, new ParallelOptions { CancellationToken = cancellationToken }, run => all[run] = part(RandomStream.For(seed, name).NextUInt64(), (ulong)run));
            foreach (var (method, _) in all[0].All)
            {
                counts[method] = all.Count(rejections => rejections.All.First(entry => entry.Method == method).Rejects);
            }
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        foreach (var (method, rejected) in counts)
        {
            yield return new BenchRow("aa " + method).With("estimate", rejected / (double)runs).With("truth", Alpha).With("rejection_rate", rejected / (double)runs).With("runs", runs)
                .With("offered", s_notOffered.GetValueOrDefault("aa " + method, "valid")).With("seconds", seconds / counts.Count);
        }
    }

    private static Rejections Units(ulong seed, ulong run)
    {
        var stream = RandomStream.For(seed, run);
        var arms = new[] { new CoMoments(3), new CoMoments(3) };
        var values = new[] { new List<double>(), new List<double>() };
        bool isPeeked = false, isAlways = false, isMixture = false, isGroup = false;
        for (var look = 1; look <= 5; look++)
        {
            for (var i = 0; i < UnitsPerArm / 5 * 2; i++)
            {
                var rate = 0.5 + stream.NextGamma(2);
                double sessions = 1 + stream.NextPoisson(2 * rate), orders = stream.NextPoisson(0.3 * sessions), before = stream.NextPoisson(2 * rate);
                arms[i & 1].Add([orders, sessions, before]);
                values[i & 1].Add(sessions * (0.5 + stream.NextDouble()));
            }

            var (control, treatment) = (ArmMoments.Of(arms[0], 0), ArmMoments.Of(arms[1], 0));
            var difference = ArmComparison.Difference(control, treatment, Level.Default);
            isPeeked |= difference.PValue < Alpha;
            isAlways |= Sequential.AlwaysValid(difference.Value, difference.StandardError, control.Count + treatment.Count, 2 * UnitsPerArm, Level.Default).PValue < Alpha;
            isMixture |= Sequential.Msprt(difference.Value, control.Variance + treatment.Variance, control.Count, (control.Variance + treatment.Variance) / (2 * UnitsPerArm), Level.Default).PValue < Alpha;
            isGroup |= Math.Abs(difference.Statistic) > s_looks[look - 1].Boundary;
        }

        return Judge(arms, values, ref stream)
            .Add("peeking welch", isPeeked).Add("alwaysValid five looks", isAlways).Add("msprt five looks", isMixture).Add("groupSequential five looks", isGroup);
    }

    private static Rejections Judge(CoMoments[] arms, List<double>[] values, ref RandomStream stream)
    {
        var result = new Rejections();
        var (control, treatment) = (ArmMoments.Of(arms[0], 0, 2), ArmMoments.Of(arms[1], 0, 2));
        var (ratio0, ratio1) = (ArmMoments.OfRatio(arms[0], 0, 1, 2), ArmMoments.OfRatio(arms[1], 0, 1, 2));
        var theta = ArmComparison.Theta(control, treatment);
        var lift = ArmComparison.Lift(control, treatment, Level.Default);
        result.Add("welch", ArmComparison.Difference(control, treatment, Level.Default)).Add("welchRelative", lift);
        result.Add("fieller", ArmComparison.Fieller(control, treatment, Level.Default) is var fieller && (fieller.Low > 1 || fieller.High < 1));
        result.Add("ratioDelta", ArmComparison.NormalDifference(ratio0, ratio1, Level.Default)).Add("ratioWelch", ArmComparison.Difference(ratio0, ratio1, Level.Default)).Add("ratioWelchRelative", ArmComparison.Lift(ratio0, ratio1, Level.Default));
        result.Add("cuped", ArmComparison.Adjusted(control, treatment, theta, Level.Default)).Add("cupedRelative", ArmComparison.AdjustedLift(control, treatment, theta, Level.Default));
        result.Add("cupedInteracted", ArmComparison.Interacted(control, treatment, Level.Default));
        result.Add("cuped ratio", ArmComparison.Adjusted(ratio0, ratio1, ArmComparison.ThetaWithin(ratio0, ratio1), Level.Default));
        result.Add("bayesian", Bayesian.Posterior(lift).Details["chanceToWin"] is < Alpha / 2 or > 1 - Alpha / 2);
        result.Add("quantile", Quantiles.Difference(Quantiles.Of([.. values[0]], [], 0.5), Quantiles.Of([.. values[1]], [], 0.5), Level.Default));
        var counts = new long[2];
        var isSequential = false;
        for (var look = 0; look < 5; look++)
        {
            for (var i = 0; i < 400; i++)
            {
                counts[stream.NextInt(2)]++;
            }

            isSequential |= SampleRatio.LogBayesFactor(counts, [0.5, 0.5], [1, 1]) > Math.Log(1 / Alpha);
        }

        return result.Add("srm", SampleRatio.Test(counts, [0.5, 0.5]).PValue < Alpha).Add("srmSequential five looks", isSequential);
    }

    private static Rejections Panels(ulong seed, ulong run)
    {
        var result = new Rejections();
        var design = new ScheduleDesign { Kind = ScheduleKind.Balanced, PeriodCount = Periods, Clusters = [.. Enumerable.Range(0, Clusters).Select(cluster => $"{cluster}")] };
        var cells = Draw(design, seed + run);
        var values = Panel(seed, run, Clusters);
        var effects = FixedEffects.TwoWay;
        result.Add("within", WithinClusters.Estimate(cells, values, Level.Default)).Add("withinLift", SwitchbackLift.Of(cells, values, Level.Default)).Add("withinLogLift", SwitchbackLift.OfLogarithms(cells, values, null, Level.Default));
        result.Add("clusterEffects.cr2", PanelRegression.Fit(cells, values, FixedEffects.Cluster)!.ByCr2(Level.Default));
        var fit = PanelRegression.Fit(cells, values, effects)!;
        result.Add("twoWayEffects.cr2", fit.ByCr2(Level.Default));
        var (jackknife, freedom) = fit.Cr3();
        result.Add("twoWayEffects.cr3", FromT(fit, jackknife, freedom)).Add("twoWayEffects.cr0", FromT(fit, fit.Cr0(), Clusters - 1)).Add("twoWayEffects.ols", FromT(fit, fit.Ols(), cells.Count - fit.Rank)).Add("twoWayEffects.nw", FromT(fit, fit.NeweyWest(2), cells.Count - fit.Rank));
        var randomised = RandomisationTest.FromDesign(cells, values, design, seed ^ run, Redraws);
        result.Add("randomisation", randomised.PValue <= Alpha).Add("randomisation studentised", randomised.Details["pStudentised"] <= Alpha);
        result.Add("randomisationPermuted", RandomisationTest.Permuted(cells, values, seed ^ run, Redraws).PValue <= Alpha);
        result.Add("wildCluster", WildClusterBootstrap.Test(cells, values, FixedEffects.Cluster, isWebb: false, seed ^ run, Redraws).PValue <= Alpha);
        result.Add("wildClusterWebb", WildClusterBootstrap.Test(cells, values, FixedEffects.Cluster, isWebb: true, seed ^ run, Redraws).PValue <= Alpha);
        result.Add("carryOver.test1", CarryOver.Test(cells, values, 1, Level.Default)).Add("placebo", CarryOver.Placebo(cells, values, Level.Default));
        Watched(result, cells, values, design);
        return Common(result, design, seed, run);
    }

    // A switchback that is looked at after every period.
    private static void Watched(Rejections result, SwitchbackCells cells, double[] values, ScheduleDesign design)
    {
        bool isAlways = false, isBySigns = false;
        for (var period = 2; period <= Periods; period++)
        {
            var (seen, columns) = cells.Where(i => cells.Period[i] < period, values);
            isAlways |= CompletedPeriods.AlwaysValid(seen, columns[0], design, Level.Default).PValue < Alpha;
            isBySigns |= CompletedPeriods.BySigns(seen, columns[0], Level.Default).PValue < Alpha;
        }

        result.Add("switchback alwaysValid every period", isAlways).Add("switchback alwaysValidSigns every period", isBySigns);
    }

    // 20 clusters under one schedule: the period is the only unit left.
    private static Rejections Common(Rejections result, ScheduleDesign independent, ulong seed, ulong run)
    {
        var design = independent with { IsCommon = true, Clusters = [.. Enumerable.Range(0, 20).Select(cluster => $"{cluster}")] };
        var cells = Draw(design, seed + run);
        var stream = RandomStream.For(seed, run, 7);
        double[] shocks = [.. Enumerable.Range(0, Periods).Select(_ => stream.NextGaussian())];
        double[] values = [.. Enumerable.Range(0, cells.Count).Select(i => shocks[cells.Period[i]] + stream.NextGaussian())];
        result.Add("pooled-se common", WithinClusters.Estimate(cells, values, Level.Default));
        result.Add("randomisation common", RandomisationTest.FromDesign(cells, values, design, seed ^ run, Redraws).PValue <= Alpha);
        double[] means = [.. Enumerable.Range(0, Periods).Select(period => Enumerable.Range(0, cells.Count).Where(i => cells.Period[i] == period).Average(i => values[i]))];
        var one = SwitchbackCells.Of([cells.Arm[..Periods]]);
        var fit = PanelRegression.Fit(one, means, FixedEffects.None)!;
        var byCluster = PanelRegression.Fit(cells, values, FixedEffects.Cluster)!;
        result.Add("clusterEffects.dk common", FromT(byCluster, byCluster.DriscollKraay(2), Periods - 1));
        return result.Add("periodAsUnit common", FromT(fit, fit.Ols(), Periods - 2));
    }

    private static Estimate FromT(PanelRegression fit, double error, double freedom) => Estimate.FromT(fit.Value, error, freedom, Level.Default, "");

    private static SwitchbackCells Draw(ScheduleDesign design, ulong seed) => SwitchbackCells.Of(ScheduleGenerator.Draw(design, seed).Arms);

    private static double[] Panel(ulong seed, ulong run, int clusters)
    {
        var stream = RandomStream.For(seed, run, 3);
        double[] shocks = [.. Enumerable.Range(0, Periods).Select(_ => stream.NextGaussian())];
        var values = new double[clusters * Periods];
        for (var cluster = 0; cluster < clusters; cluster++)
        {
            double level = 30 + 5 * stream.NextGaussian(), noise = stream.NextGaussian();
            for (var period = 0; period < Periods; period++)
            {
                noise = 0.5 * noise + Math.Sqrt(0.75) * stream.NextGaussian();
                values[cluster * Periods + period] = level + shocks[period] + noise;
            }
        }

        return values;
    }

    // A log of 1,000 decisions with a known value, ten actions; intervals that miss it count as rejections. Interleaving: two equal rankers.
    private static Rejections Logs(ulong seed, ulong run)
    {
        const int Rows = 1000, Actions = 10;
        var stream = RandomStream.For(seed, run, 5);
        double[] logging = [.. Enumerable.Range(1, Actions).Select(action => 1.0 / Actions)], evaluated = [.. Enumerable.Range(1, Actions).Select(action => action / 55.0)], reward = [.. Enumerable.Range(1, Actions).Select(action => 0.1 + 0.03 * action)];
        var log = new OffPolicyLog { Reward = new double[Rows], Propensity = new double[Rows], EvaluationPropensity = new double[Rows], Prediction = new double[Rows], ExpectedPrediction = new double[Rows] };
        for (var i = 0; i < Rows; i++)
        {
            var action = stream.NextInt(Actions);
            (log.Propensity[i], log.EvaluationPropensity[i], log.Reward[i]) = (logging[action], evaluated[action], stream.NextBool(reward[action]) ? 1 : 0);
            (log.Prediction[i], log.ExpectedPrediction[i]) = (0.25 + 0.01 * action, evaluated.Select((share, a) => share * (0.25 + 0.01 * a)).Sum());
        }

        var truth = evaluated.Zip(reward, (share, mean) => share * mean).Sum();
        var all = OffPolicyEstimators.All(log, new OffPolicyOptions(), Alpha);
        var result = new Rejections();
        foreach (var name in (string[])["ips", "snips", "dr", "snDr"])
        {
            result.Add("ope." + name, truth < all[name].Low || truth > all[name].High);
        }

        double[] creditA = [.. Enumerable.Range(0, 400).Select(_ => (double)stream.NextPoisson(0.4))], creditB = [.. Enumerable.Range(0, 400).Select(_ => (double)stream.NextPoisson(0.4))];
        var preference = Preference.Of(creditA, creditB, [.. Enumerable.Range(0, 400).Select(i => i / 2)]);
        return result.Add("interleaving.pairedT", preference.PairedT).Add("interleaving.signTest", preference.SignTest);
    }

    // A third of the units are new: they order less, and have no covariate.
    private static Rejections Histories(ulong seed, ulong run)
    {
        var stream = RandomStream.For(seed, run, 9);
        var (arms, all) = (new[] { new CoMoments(3), new CoMoments(3) }, new CoMoments(3));
        for (var i = 0; i < 2 * UnitsPerArm; i++)
        {
            var isNew = stream.NextBool(1 / 3.0);
            var rate = (isNew ? 0.5 : 1) * (0.5 + stream.NextGamma(2));
            double[] row = [stream.NextPoisson(rate), isNew ? 0 : stream.NextPoisson(2 * rate), isNew ? 1 : 0];
            arms[i & 1].Add(row);
            all.Add(row);
        }

        var (ofCovariate, ofIndicator) = ArmComparison.Thetas(all, 0, 1, 2)!.Value;
        ArmMoments Adjusted(CoMoments moments) => ArmMoments.Of(moments, 0, (1, ofCovariate), (2, ofIndicator));
        return new Rejections()
            .Add("logLift", ArmComparison.LogLift(ArmMoments.Of(arms[0], 0), ArmMoments.Of(arms[1], 0), Level.Default))
            .Add("cupedHistory", ArmComparison.Adjusted(Adjusted(arms[0]), Adjusted(arms[1]), 1, Level.Default))
            .Add("cupedHistoryRelative", ArmComparison.AdjustedLift(Adjusted(arms[0]), Adjusted(arms[1]), 1, Level.Default));
    }

    // Eight independent metrics, none of which moves: any finding is a false one.
    private static Rejections Families(ulong seed, ulong run)
    {
        const int Metrics = 8;
        var stream = RandomStream.For(seed, run, 11);
        var arms = new[] { new CoMoments(Metrics), new CoMoments(Metrics) };
        var row = new double[Metrics];
        for (var i = 0; i < 2 * UnitsPerArm; i++)
        {
            for (var metric = 0; metric < Metrics; metric++)
            {
                row[metric] = stream.NextGamma(2);
            }

            arms[i & 1].Add(row);
        }

        var differences = Enumerable.Range(0, Metrics).Select(metric => ArmComparison.Difference(ArmMoments.Of(arms[0], metric), ArmMoments.Of(arms[1], metric), Level.Default)).ToArray();
        double[] pValues = [.. differences.Select(difference => difference.PValue)];
        double[] eValues = [.. differences.Select(difference => Sequential.AlwaysValid(difference.Value, difference.StandardError, 2 * UnitsPerArm, 2 * UnitsPerArm, Level.Default).Details["eValue"])];
        bool Finds(double[] adjusted) => adjusted.Any(p => p < Alpha);
        return new Rejections().Add("holm eight metrics", Finds(MultipleTesting.Holm(pValues))).Add("bh eight metrics", Finds(MultipleTesting.BenjaminiHochberg(pValues))).Add("eBh eight metrics", Finds(MultipleTesting.EBenjaminiHochberg(eValues)));
    }

    // 800 lists of two places, five actions; the second place's reward depends on the first action, which the reward model does not know.
    private static Rejections Lists(ulong seed, ulong run)
    {
        const int Count = 800, Actions = 5;
        var stream = RandomStream.For(seed, run, 13);
        double[] evaluated = [.. Enumerable.Range(1, Actions).Select(action => action / 15.0)];
        double Reward(int place, int first, int own) => place == 0 ? 0.1 + 0.1 * own : 0.2 + 0.1 * own - 0.02 * first;
        double Model(int own) => 0.2 + 0.05 * own;
        var expected = evaluated.Select((share, own) => share * Model(own)).Sum();
        var log = new OffPolicyLog
        {
            Reward = new double[2 * Count],
            Propensity = new double[2 * Count],
            EvaluationPropensity = new double[2 * Count],
            Prediction = new double[2 * Count],
            ExpectedPrediction = new double[2 * Count],
            Position = new int[2 * Count],
            List = new int[2 * Count],
        };
        for (var (row, first) = (0, 0); row < 2 * Count; row++)
        {
            var (place, own) = (row % 2, stream.NextInt(Actions));
            first = place == 0 ? own : first;
            (log.Position[row], log.List[row], log.Propensity[row], log.EvaluationPropensity[row]) = (place + 1, row / 2, 1.0 / Actions, evaluated[own]);
            (log.Reward[row], log.Prediction[row], log.ExpectedPrediction[row]) = (stream.NextBool(Reward(place, first, own)) ? 1 : 0, Model(own), expected);
        }

        var truth = evaluated.SelectMany((share, first) => evaluated.Select((other, own) => share * other * (Reward(0, first, first) + Reward(1, first, own)))).Sum();
        var all = SlateEstimators.All(log, new OffPolicyOptions(), Alpha);
        var result = new Rejections();
        foreach (var name in (string[])["slateIps", "slateCascade", "slateCascadeDr"])
        {
            result.Add("ope." + name, truth < all[name].Low || truth > all[name].High);
        }

        return result;
    }

    private sealed class Rejections
    {
        public List<(string Method, bool Rejects)> All { get; } = [];

        public Rejections Add(string method, Estimate estimate) => Add(method, estimate.PValue < Alpha);

        public Rejections Add(string method, bool rejects)
        {
            All.Add((method, rejects));
            return this;
        }
    }
}
