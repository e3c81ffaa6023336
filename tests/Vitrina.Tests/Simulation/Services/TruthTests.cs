using Vitrina.Simulation.Services;

namespace Vitrina.Tests.Simulation.Services;

public class TruthTests(ITestOutputHelper output)
{
    // Figures and standard deviations over 24 replications: the experiment prototype's table. Two standard errors of the difference of both means.
    [Fact]
    public void The_reference_preset_has_the_prototypes_truth_and_its_naive_test()
    {
        var truth = ServicesTruth.Measure(Markets.Preset("reference"), 1, FullRun.Or(12, 24), 2, null, TestContext.Current.CancellationToken);
        AssertWithin("effect", 0.089, 0.018 / Math.Sqrt(24), truth.Effect);
        AssertWithin("naive", 0.180, 0.076 / Math.Sqrt(24), truth.NaiveEffect);
        AssertWithin("control", -0.032, 0, truth.Control);
        Assert.True(truth.NaiveEffect.Mean / truth.Effect.Mean > 1.5);
        Assert.InRange(truth.DealsAllA.Mean, 4800, 6000);
    }

    [Theory]
    [InlineData("abundant", 0.339, 0.645)]
    [InlineData("scarce", 0.011, 0.030)]
    public void The_other_regimes_have_the_prototypes_truth(string preset, double effect, double naive)
    {
        Assert.SkipUnless(FullRun.IsOn, "long: VITRINA_FULL=1");
        var truth = ServicesTruth.Measure(Markets.Preset(preset), 1, 24, 2, null, TestContext.Current.CancellationToken);
        AssertWithin("effect", effect, truth.Effect.Deviation / Math.Sqrt(12), truth.Effect);
        AssertWithin("naive", naive, truth.NaiveEffect.Deviation / Math.Sqrt(12), truth.NaiveEffect);
    }

    [Fact]
    public void Lyfts_toy_is_exact_and_the_sampled_world_agrees()
    {
        var configuration = Markets.Preset("lyft-toy");
        var toy = LyftToy.TryOf(configuration)!;
        Assert.Equal((0.75, 1.0, 0.25, 0.75), (toy.AllA, toy.AllB, toy.SplitA, toy.SplitB));
        Assert.Equal((1 / 3.0, 2.0), (toy.GlobalEffect, toy.SplitEffect), (left, right) => Math.Abs(left.Item1 - right.Item1) < 1e-12 && Math.Abs(left.Item2 - right.Item2) < 1e-12);
        Assert.Null(LyftToy.TryOf(Markets.Small));

        var world = new ServicesMarketplace(configuration with { Days = 400, OrdersPerDay = 4 }, 5);
        var (a, b) = (Share(world, ServicesPolicies.AllA, null), Share(world, ServicesPolicies.AllB, null));
        ServicesPolicy split = (_, specialist, _) => specialist == 0 ? Arm.A : Arm.B;
        var (splitA, splitB) = (Share(world, split, Arm.A), Share(world, split, Arm.B));
        output.WriteLine($"all-A {a:0.000}, all-B {b:0.000}, split {splitA:0.000} and {splitB:0.000}");
        Assert.Equal(0.75, a, 0.03);
        Assert.Equal(1, b, 0.01);
        Assert.Equal(0.25, splitA, 0.03);
        Assert.Equal(0.75, splitB, 0.03);
    }

    private static double Share(ServicesMarketplace world, ServicesPolicy policy, Arm? arm)
    {
        var outcome = world.Run(policy, null, TestContext.Current.CancellationToken);
        var deals = arm is { } one ? outcome.DealsByArm[(int)one].Sum() : Markets.Deals(outcome);
        return deals / (double)ServicesOutcome.Total(outcome.Orders(Attribution.Close));
    }

    private void AssertWithin(string name, double published, double error, ReplicatedFigure here)
    {
        output.WriteLine($"{name}: {here.Mean:0.0000} (standard error {here.Error:0.0000}), published {published}");
        Assert.InRange(here.Mean - published, -2 * Math.Sqrt(error * error + here.Error * here.Error), 2 * Math.Sqrt(error * error + here.Error * here.Error));
    }
}
