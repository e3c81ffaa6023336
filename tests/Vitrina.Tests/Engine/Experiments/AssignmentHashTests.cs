using System.Diagnostics;
using System.Globalization;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Verticals;
using Vitrina.Tests.Architecture;

namespace Vitrina.Tests.Engine.Experiments;

public class AssignmentHashTests
{
    // GrowthBook, packages/sdk-js/test/cases.json, key "hash".
    [Theory]
    [InlineData("", "a", 1, 0.22)]
    [InlineData("", "b", 1, 0.077)]
    [InlineData("b", "a", 1, 0.946)]
    [InlineData("ef", "d", 1, 0.652)]
    [InlineData("seed", "a", 2, 0.0505)]
    [InlineData("seed", "b", 2, 0.2696)]
    [InlineData("foo", "ab", 2, 0.2575)]
    [InlineData("foo", "def", 2, 0.2019)]
    [InlineData("89123klj", "8952klfjas09ujkasdf", 2, 0.124)]
    [InlineData("90850943850283058242805", "123", 2, 0.7516)]
    public void Fnv_hashes_give_GrowthBooks_published_values(string seed, string value, int version, double expected) =>
        Assert.Equal(expected, AssignmentHash.Position(version == 1 ? AssignmentHashKind.FnvV1 : AssignmentHashKind.FnvV2, seed, value));

    [Fact]
    public void Ranges_shrink_from_each_arms_own_start_as_GrowthBooks_do()
    {
        AssertRanges([0.5, 0.5], 0.5, [(0, 0.25), (0.5, 0.75)]);
        AssertRanges([0.2, 0.3, 0.5], 0.2, [(0, 0.04), (0.2, 0.26), (0.5, 0.6)]);
        Assert.Equal(-1, new ArmRanges([0.5, 0.5], 0.5).ArmAt(0.25));
        Assert.Equal(1, new ArmRanges([0.5, 0.5], 0.5).ArmAt(0.5));
        Assert.Equal(9, new ArmRanges([.. Enumerable.Repeat(0.1, 10)], 1).ArmAt(Math.BitDecrement(1.0)));
    }

    private static void AssertRanges(double[] weights, double traffic, (double From, double To)[] expected)
    {
        var ranges = new ArmRanges(weights, traffic);
        for (var arm = 0; arm < weights.Length; arm++)
        {
            Assert.Equal(expected[arm].From, ranges[arm].From, 12);
            Assert.Equal(expected[arm].To, ranges[arm].To, 12);
        }
    }

    [Fact]
    public void Assignment_is_uniform_and_independent_across_salts()
    {
        const int Units = 1_000_000;
        const int Buckets = 20;
        var counts = new int[Buckets, Buckets];
        for (var unit = 0; unit < Units; unit++)
        {
            var id = unit.ToString(CultureInfo.InvariantCulture);
            counts[(int)(AssignmentHash.Position(AssignmentHashKind.Wide, "ranker-1", id) * Buckets), (int)(AssignmentHash.Position(AssignmentHashKind.Wide, "ranker-2", id) * Buckets)]++;
        }

        // All 400 cells at once: uniform in each salt, and no salt knows the other. 99.99 % quantile of chi-square with 399 degrees: 511.6.
        var expected = (double)Units / (Buckets * Buckets);
        var chiSquare = counts.Cast<int>().Sum(count => (count - expected) * (count - expected) / expected);
        TestContext.Current.TestOutputHelper?.WriteLine($"chi-square {chiSquare:0.0} with 399 degrees of freedom");
        Assert.InRange(chiSquare, 300, 511.6);
    }

    [Fact]
    public void A_ramp_moves_nobody_between_arms()
    {
        int[] last = [.. Enumerable.Repeat(-1, 20_000)];
        foreach (var traffic in new[] { 0.001, 0.01, 0.1, 0.5, 0.9, 1 })
        {
            var experiment = Running($"traffic: {traffic.ToString(CultureInfo.InvariantCulture)}");
            for (var unit = 0; unit < last.Length; unit++)
            {
                var arm = experiment.ArmOf($"u{unit}");
                Assert.True(last[unit] == -1 || last[unit] == arm, $"u{unit} was in {last[unit]}, is in {arm}");
                last[unit] = arm;
            }

            Assert.InRange(last.Count(arm => arm >= 0) / 20_000.0, traffic * 0.7, (traffic * 1.3) + 0.001);
        }

        Assert.DoesNotContain(-1, last);
    }

    [Fact]
    public void Parts_of_a_layer_exclude_each_other_and_leave_nobody_out()
    {
        var (first, second) = (Running("layer: {name: search, from: 0, to: 0.4}"), Running("layer: {name: search, from: 0.4, to: 1}", "other"));
        for (var unit = 0; unit < 20_000; unit++)
        {
            Assert.True(first.ArmOf($"u{unit}") >= 0 ^ second.ArmOf($"u{unit}") >= 0);
        }
    }

    [Fact]
    public void Assignments_of_version_1_stay_as_they_are()
    {
        var file = Path.Combine(SourceTree.Root, "tests", "Vitrina.Tests", "Engine", "Experiments", "assignments-v1.tsv");
        foreach (var line in File.ReadLines(file).Where(line => !line.StartsWith('#')))
        {
            var (kind, salt, unit, position) = line.Split('\t') is [var a, var b, var c, var d] ? (Enum.Parse<AssignmentHashKind>(a), b, c, double.Parse(d, CultureInfo.InvariantCulture)) : default;
            Assert.Equal(position, AssignmentHash.Position(kind, salt, unit));
        }
    }

    [Fact]
    public void An_assignment_allocates_nothing_and_takes_well_below_a_microsecond()
    {
        const int Rounds = 200_000;
        var experiment = Running("layer: {name: search, from: 0, to: 0.9}");
        string[] units = [.. Enumerable.Range(0, 1024).Select(unit => $"user-{unit:x8}")];
        var sum = 0;
        for (var warm = 0; warm < Rounds; warm++)
        {
            sum += experiment.ArmOf(units[warm & 1023]);
        }

        var (bytes, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        for (var round = 0; round < Rounds; round++)
        {
            sum += experiment.ArmOf(units[round & 1023]);
        }

        var took = Stopwatch.GetElapsedTime(started).TotalNanoseconds / Rounds;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - bytes);
        TestContext.Current.TestOutputHelper?.WriteLine($"{took:0} ns per assignment with a layer ({sum})");
        Assert.InRange(took, 0, 2_000);
    }

    private static RunningExperiment Running(string more, string name = "ranker-1")
    {
        var errors = new ErrorList();
        var document = ExperimentDocument.Parse(
            $"name: {name}\nkind: ab\nvertical: goods\nsurface: search\narms: [{{name: a, weight: 0.3}}, {{name: b, weight: 0.7}}]\nmetrics: {{primary: ctr}}\n{more}\n", "e.yaml", errors);
        Assert.Empty(errors);
        return new RunningExperiment(new Experiment { Document = document!, Version = 1, Audit = [], Status = ExperimentStatus.Running });
    }
}
