using Vitrina.Engine.Models.Registry;
using Vitrina.Tests.Engine.Models.Linear;

namespace Vitrina.Tests.Engine.Models.Registry;

public sealed class PublishGatesTests
{
    private const string Serving = "goods-search/1";

    [Fact]
    public void A_good_version_passes_every_gate() => Assert.All(Check(Good), gate => Assert.True(gate.IsPassed, gate.Figure));

    [Fact]
    public void A_worse_version_is_refused_with_its_figure_interval_and_allowance()
    {
        var gate = Failing(Good with { Difference = -0.031, DifferenceLow = -0.044, DifferenceHigh = -0.018 });
        Assert.Equal(("ndcg", "ndcg@10 −0.031 [−0.044, −0.018] against goods-search/1, allowed −0.005"), (gate.Gate, gate.Figure));
    }

    [Fact]
    public void A_version_that_may_be_worse_is_refused_until_the_lists_say_more()
    {
        Assert.Equal("ndcg", Failing(Good with { Difference = 0.001, DifferenceLow = -0.02, DifferenceHigh = 0.022 }).Gate);
        Assert.Contains("rests on 40 later lists", Failing(Good with { Lists = 40 }).Figure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_miscalibrated_version_is_refused_with_its_error()
    {
        var gate = Failing(Good with { Ece = 0.081, EceByChance = 0.008, Rows = 9_000 });
        Assert.Equal(("calibration", "ece 0.0810 on 9000 rows, allowed 0.0300"), (gate.Gate, gate.Figure));
        Assert.All(Check(Good with { Ece = 0.04, EceByChance = 0.05 }), outcome => Assert.True(outcome.IsPassed));
        Assert.Equal("calibration", Failing(Good with { Ece = null }).Gate);
    }

    [Fact]
    public void A_feature_poor_version_is_refused_by_name_and_rate()
    {
        var gate = Failing(Good with { Features = [new EvaluatedFeature("rating", 0.62, 0.05, 0.3), new EvaluatedFeature("price", 0, 0, 0.2), new EvaluatedFeature("unused", 1, 0, 0)] });
        Assert.Equal("features", gate.Gate);
        Assert.StartsWith("1 of 2 used features are poor: rating missing in 0.620 of rows (0.050 in training)", gate.Figure, StringComparison.Ordinal);
        Assert.Equal("features", Failing(Good with { Features = [new EvaluatedFeature("rating", 1, null, 0.3)] }).Gate);
    }

    [Fact]
    public void A_slow_and_an_old_version_are_refused_with_their_figures()
    {
        Assert.Equal("scoring 500 candidates takes 50000 µs, allowed 20000", Failing(Good with { ScoreMicroseconds = 5_000, ScoredCandidates = 50 }).Figure);
        Assert.StartsWith("training data end 45.0 days before", Failing(Good with { To = Manifest.Data.To.AddDays(45) }).Figure, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_fitting_evaluation_nothing_passes()
    {
        Assert.Equal("evaluation", Assert.Single(PublishGates.Check(Manifest, null, Serving, new PublishOptions())).Gate);
        Assert.Contains("goods-search/9 serves now", Assert.Single(PublishGates.Check(Manifest, Good, "goods-search/9", new PublishOptions())).Figure, StringComparison.Ordinal);
    }

    private static ModelManifest Manifest { get; } = ModelFolderTests.Manifest(LogisticModelTests.RandomModel(seed: 1, features: 2), "2");

    private static ModelEvaluation Good { get; } = new()
    {
        Model = Manifest.Id,
        Baseline = Serving,
        Label = "click",
        From = Manifest.Data.To,
        To = Manifest.Data.To.AddDays(2),
        AsOf = 10,
        Lists = 1_000,
        Metric = "ndcg@10",
        Candidate = 0.45,
        Reference = 0.43,
        Difference = 0.02,
        DifferenceLow = 0.01,
        DifferenceHigh = 0.03,
        PValue = 0.001,
        Ece = 0.01,
        EceByChance = 0.008,
        Rows = 9_000,
        ScoreMicroseconds = 100,
        ScoredCandidates = 500,
        Features = [new EvaluatedFeature("price", 0.1, 0.1, 0.3)],
    };

    private static IReadOnlyList<GateOutcome> Check(ModelEvaluation evaluation) => PublishGates.Check(Manifest, evaluation, Serving, new PublishOptions());

    private static GateOutcome Failing(ModelEvaluation evaluation) => Assert.Single(Check(evaluation), gate => !gate.IsPassed);
}
