using Vitrina.Engine.Models.Registry;
using Vitrina.Learning;
using Vitrina.Learning.Backtesting;
using Vitrina.Learning.Evaluation;
using Vitrina.Tests.Engine;

namespace Vitrina.Tests.Learning.Backtesting;

public sealed class BacktestTests
{
    private const double Truth = -ClickedLists.Steepness;

    [Fact]
    public async Task A_better_order_is_called_better_a_worse_one_worse_and_an_equal_one_neither()
    {
        await using var lists = await ClickedLists.MakeAsync();
        lists.Save("1", Truth);
        lists.Save("2", -Truth);
        lists.Save("3", 3 * Truth);
        var better = lists.Compare(new Contender.Shown(), lists.Model("1"));
        Assert.Equal(Verdict.Better, better.Difference.Verdict);
        Assert.InRange(better.Difference.Paired.PValue, 0, 0.002);
        Assert.Equal(ClickedLists.Lists / 2, better.ListCount);
        Assert.Equal(Verdict.Worse, lists.Compare(lists.Model("1"), lists.Model("2")).Difference.Verdict);
        var equal = lists.Compare(lists.Model("1"), lists.Model("3"));
        Assert.Equal((Verdict.Undecided, 1.0, 0, 0), (equal.Difference.Verdict, equal.Difference.Paired.PValue, equal.Difference.Paired.Wins, equal.Difference.Paired.Losses));
        Assert.Equal(1, equal.Agreement.KendallTau);
        Assert.Equal(-1, lists.Compare(lists.Model("1"), lists.Model("2")).Agreement.KendallTau, 1e-9);
    }

    [Fact]
    public async Task The_report_holds_every_figure_slice_winner_and_loser()
    {
        await using var lists = await ClickedLists.MakeAsync();
        lists.Save("1", Truth);
        var report = lists.Compare(new Contender.Popular(), lists.Model("1"), new BacktestOptions { Vertical = "goods", Surface = "search", K = 5, From = TestEngine.Start, Examples = 2 });
        Assert.Equal(ClickedLists.Lists, report.ListCount);
        Assert.Equal(["popularity", "goods-search/1"], report.Rows.Select(row => row.Method));
        string[] keys = ["ndcg@5", "ndcg@5_lo", "map", "mrr", "recall@5", "auc", "log_loss", "ece", "calibration_slope", "ndcg@5_diff_popularity"];
        Assert.All(keys, key => Assert.Contains(key, report.Rows[1].Metrics.Keys));

        // The model's log-odds are the truth.
        Assert.Equal(1, ((BenchValue.Number)report.Rows[1].Metrics["calibration_slope"]).Value, 0.2);
        Assert.InRange(((BenchValue.Number)report.Rows[1].Metrics["ece"]).Value, 0, 0.04);
        Assert.Contains(report.Slices, slice => (slice.Slice, slice.Value) == ("user", "new"));
        Assert.Contains(report.Slices, slice => (slice.Slice, slice.Value) == ("query", "frequent"));
        Assert.Contains(report.Slices, slice => slice.Slice == "price");
        Assert.Contains(report.Slices, slice => (slice.Slice, slice.Value) == ("item", "warm"));
        Assert.True(report.Winners[0].Difference >= report.Winners[1].Difference && report.Winners[1].Difference > 0);
        Assert.All(report.Winners, winner => Assert.Equal((5, 5), (winner.Baseline.Count, winner.Candidate.Count)));
        var json = BacktestDocument.ToJson(report);
        Assert.Equal(("linear", "log2", "better"), ((string)json["gain"]!, (string)json["discount"]!, (string)json["difference"]!["verdict"]!));
        Assert.Contains("goods-search/1 is better than popularity", BacktestDocument.ToText(report), StringComparison.Ordinal);
        Assert.Contains("<table>", BacktestDocument.ToHtml(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_the_page_one_sees_what_mixing_eats()
    {
        // The cheapest items are of one seller, of whom a page shows three.
        await using var lists = await ClickedLists.MakeAsync(seller: i => ClickedLists.PriceOf(i) < 250 ? "one" : $"s{i}");
        lists.Save("1", Truth);
        var report = lists.Compare(new Contender.Shown(), lists.Model("1"), new BacktestOptions { Vertical = "goods", Surface = "search", At = BacktestPlace.Page });
        var cost = report.Mixing.Single(cost => cost.Method == "goods-search/1");
        Assert.True(cost.Eaten.Interval.High < 0, $"mixing: {cost.L2} by score, {cost.Page} on the page");
        Assert.Equal(cost.Page, report.PageDifference!.Candidate, 1e-12);
    }

    [Fact]
    public async Task A_span_without_lists_says_so()
    {
        await using var lists = await ClickedLists.MakeAsync();
        lists.Save("1", Truth);
        var error = Assert.Throws<NothingToLearnException>(() => lists.Compare(new Contender.Shown(), lists.Model("1"), new BacktestOptions { Vertical = "goods", Surface = "search", From = TestEngine.Start.AddYears(1) }));
        Assert.Contains("400 lists in all", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gates_let_a_good_version_serve_and_refuse_worse_miscalibrated_and_feature_poor_ones_with_figures()
    {
        await using var lists = await ClickedLists.MakeAsync(losesOldPrice: true);
        await PublishAsync(lists, lists.Save("1", Truth));
        var manifest = lists.Engine.Runtime.Models.Find("goods-search", "1")!;
        Assert.InRange(manifest.Calibration!.Ece!.Value, 0, 0.08);
        Assert.True(manifest.Features[0].Importance > 0);

        var worse = await RefusedAsync(lists, lists.Save("2", -Truth));
        Assert.Matches(@"ndcg: ndcg@10 −0\.\d{3} \[−0\.\d{3}, −0\.\d{3}\] against goods-search/1, allowed −0\.005", worse.Message);
        var miscalibrated = await RefusedAsync(lists, lists.Save("3", Truth, scale: 0.05), CalibrationMethod.None);
        Assert.Equal("calibration", Assert.Single(miscalibrated.Gates, gate => !gate.IsPassed).Gate);
        Assert.Matches(@"calibration: ece 0\.[1-9]\d{3} on \d+ rows, allowed 0\.0600", miscalibrated.Message);
        var poor = await RefusedAsync(lists, lists.Save("4", Truth, "attribute.oldPrice"));
        Assert.Contains("features: 1 of 1 used features are poor: attribute.oldPrice missing in 1.000 of rows (0.000 in training)", poor.Message, StringComparison.Ordinal);
        Assert.Equal("1", lists.Engine.Runtime.Snapshot.Figures.ServingModels["goods-search"]);

        // The same order with a calibration of its own is not worse, whatever its raw score: it may serve.
        await PublishAsync(lists, lists.Save("5", Truth, scale: 0.05));
        Assert.Equal("5", lists.Engine.Runtime.Snapshot.Figures.ServingModels["goods-search"]);
    }

    [Fact]
    public async Task Logged_shadow_scores_are_compared_with_what_served_and_with_what_followed()
    {
        await using var lists = await ClickedLists.MakeAsync();
        var runtime = lists.Engine.Runtime;
        await PublishAsync(lists, lists.Save("1", Truth));
        lists.Save("2", -Truth);
        await runtime.Stages.ShadowAsync("goods-search", "2", "test", Cancellation);
        for (var i = 0; i < 20; i++)
        {
            var answer = await lists.Engine.SearchAsync("чайник", size: 10);
            await lists.Engine.TakeAsync(lists.Engine.Event($"shadow{i}", Vitrina.Engine.Events.EventType.Click, answer.Sections[0].Items[0].Id, rankingId: answer.RankingId));
        }

        // Records become durable a moment after their answer, in order: an event behind them says that they are.
        var last = await lists.Engine.SearchAsync("чайник");
        await lists.Engine.TakeAsync(lists.Engine.Event("behind", Vitrina.Engine.Events.EventType.View, "i00"));
        var record = runtime.FindRanking(last.RankingId, Cancellation)!;
        Assert.NotNull(runtime.FindShadowScores(record, Cancellation));
        var report = lists.Compare(new Contender.Logged("goods-search/2", true), new Contender.Logged("goods-search/2", false));
        Assert.Equal((21, 20), (report.ListCount, report.JudgedCount));
        Assert.Equal(Verdict.Worse, report.Difference.Verdict);
        Assert.Equal(1, report.Difference.Baseline, 1e-9);
        var agreement = ShadowAgreement.Of(new Vitrina.Engine.DataDirectory(lists.Engine.Root).Features, "goods-search/2")!;
        Assert.Equal((21, 0.0), (agreement.Lists, agreement.SameFirst));
        Assert.True(agreement.KendallTau < -0.9);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static void Evaluate(ClickedLists lists, ModelManifest manifest, CalibrationMethod method) => CandidateEvaluation.Run(
        lists.Engine.Runtime.Journal, lists.Engine.Verticals, new Vitrina.Engine.DataDirectory(lists.Engine.Root), manifest, method, cancellationToken: Cancellation);

    private static async Task PublishAsync(ClickedLists lists, ModelManifest manifest)
    {
        Evaluate(lists, manifest, CalibrationMethod.Auto);
        var change = await lists.Engine.Runtime.Stages.PublishAsync(manifest.Name, manifest.Version, "test", null, Cancellation);
        Assert.All(change.Gates, gate => Assert.True(gate.IsPassed, gate.Figure));
    }

    private static Task<Vitrina.Engine.ModelRefusedException> RefusedAsync(ClickedLists lists, ModelManifest manifest, CalibrationMethod method = CalibrationMethod.Auto)
    {
        Evaluate(lists, manifest, method);
        return Assert.ThrowsAsync<Vitrina.Engine.ModelRefusedException>(() => lists.Engine.Runtime.Stages.PublishAsync(manifest.Name, manifest.Version, "test", null, Cancellation));
    }
}
