using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Linear;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Ranking.Recording;

namespace Vitrina.Tests.Engine;

public sealed class ModelStagesTests
{
    private const string Model = "goods-search";
    private static readonly string Yaml = TestEngine.GoodsYaml.Replace("    explore: {temperature: 0.1, top: 10}", "    #", StringComparison.Ordinal);

    [Fact]
    public async Task A_rollback_takes_effect_without_a_restart_and_a_second_one_goes_further_back()
    {
        await using var engine = await OpenAsync();
        foreach (var (version, weight) in new[] { ("1", 1), ("2", -1), ("3", 1) })
        {
            Save(engine, version, weight);
            await engine.Runtime.Stages.PublishAsync(Model, version, "anna", "test", Cancellation);
            Assert.Equal(weight > 0 ? "i9" : "i0", await FirstAsync(engine));
        }

        var back = await engine.Runtime.Stages.RollbackAsync(Model, null, "anna", null, Cancellation);
        Assert.Equal(("2", "3"), (back.Version, back.Previous));
        Assert.Equal("i0", await FirstAsync(engine));
        Assert.Equal((ModelStage.Serving, ModelStage.Archived), (StageOf(engine, "2"), StageOf(engine, "3")));
        Assert.True(engine.Runtime.Models.Find(Model, "3")!.IsRolledBack);
        Assert.Equal("1", (await engine.Runtime.Stages.RollbackAsync(Model, null, "anna", "still worse", Cancellation)).Version);
        Assert.Equal("i9", await FirstAsync(engine));
        Assert.Equal("nothing_to_roll_back_to", (await RefusedAsync(engine.Runtime.Stages.RollbackAsync(Model, null, "anna", null, Cancellation))).Code);
        Assert.Equal("3", (await engine.Runtime.Stages.RollbackAsync(Model, "3", "anna", null, Cancellation)).Version);
        var reasons = engine.Runtime.Journal.Read(1).Where(entry => entry.Kind == EntryKind.ModelPublished).Select(entry => ControlEntry.Read(entry.Payload.Span).Reason);
        Assert.Equal(["test", "test", "test", "rollback", "still worse", "rollback"], reasons);
    }

    [Fact]
    public async Task Gates_stop_what_was_not_evaluated_and_a_reason_overrides_them_on_the_record()
    {
        await using var engine = await OpenAsync();
        Save(engine, "1", 1);
        var refused = await RefusedAsync(engine.Runtime.Stages.PublishAsync(Model, "1", "anna", null, Cancellation));
        Assert.Equal(("gate_failed", "evaluation"), (refused.Code, Assert.Single(refused.Gates).Gate));
        Assert.Empty(engine.Runtime.Snapshot.Figures.ServingModels);
        await engine.Runtime.Stages.PublishAsync(Model, "1", "anna", "the checker was down", Cancellation);
        var publication = Assert.Single(engine.Runtime.Models.Find(Model, "1")!.Publications!);
        Assert.Equal(("anna", "the checker was down"), (publication.Author, publication.Reason));
    }

    [Fact]
    public async Task Unknown_and_misfitting_versions_are_refused_by_code()
    {
        await using var engine = await OpenAsync();
        Assert.Equal("unknown_model", (await RefusedAsync(engine.Runtime.Stages.PublishAsync(Model, "7", "anna", "x", Cancellation))).Code);
        Assert.Equal("nothing_serves", (await RefusedAsync(engine.Runtime.Stages.RollbackAsync(Model, null, "anna", null, Cancellation))).Code);
        Save(engine, "1", 1, "no.such.feature");
        var refused = await RefusedAsync(engine.Runtime.Stages.PublishAsync(Model, "1", "anna", "x", Cancellation));
        Assert.Equal("model_mismatch", refused.Code);
        Assert.Contains("no.such.feature", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_in_shadow_changes_no_list_and_its_scores_are_logged_beside_what_served()
    {
        var root = TestEngine.NewFolder();
        string id;
        float[] scores;
        await using (var engine = await OpenAsync(root))
        {
            Save(engine, "1", 1);
            Save(engine, "2", -2);
            await engine.Runtime.Stages.PublishAsync(Model, "1", "anna", "test", Cancellation);
            var before = await engine.SearchAsync("чайник");
            await engine.Runtime.Stages.ShadowAsync(Model, "2", "anna", Cancellation);
            var answer = await engine.SearchAsync("чайник");
            Assert.Equal(before.Sections[0].Items.Select(item => (item.Id, item.Score)), answer.Sections[0].Items.Select(item => (item.Id, item.Score)));
            Assert.Equal("goods-search/1", answer.Model);
            (id, scores) = (answer.RankingId, [.. answer.Sections[0].Items.Select(item => item.Score)]);
            await engine.TakeAsync(engine.Event("behind", EventType.View, "i0"));
            var record = engine.Runtime.FindRanking(id, Cancellation) ?? throw new InvalidOperationException("no record");
            var block = engine.Runtime.FindShadowScores(record, Cancellation)!;
            Assert.Equal("goods-search/2", ShadowScores.ModelOf(block));
            Assert.Equal(scores, ShadowScores.ServedOf(block)[..scores.Length].ToArray());
            Assert.All(scores.Zip(ShadowScores.Of(block).ToArray()), pair => Assert.Equal(-2 * pair.First, pair.Second, 1e-4));
            Assert.Equal((1L, 0L), (engine.Runtime.Status().ShadowScored, engine.Runtime.Status().ShadowFailed));
            Assert.Equal("already_serving", (await RefusedAsync(engine.Runtime.Stages.ShadowAsync(Model, "1", "anna", Cancellation))).Code);
        }

        // It stands in the journal and in the checkpoint: a restart goes on with it.
        await using var again = TestEngine.Open(root, Yaml);
        Assert.Equal("2", again.Runtime.Snapshot.Figures.ShadowModels[Model]);
        await again.Runtime.Stages.ShadowAsync(Model, null, "anna", Cancellation);
        Assert.Empty(again.Runtime.Snapshot.Figures.ShadowModels);
        Assert.Equal(ModelStage.Candidate, StageOf(again, "2"));
    }

    [Fact]
    public async Task Publishing_what_shadowed_ends_the_shadow_and_archiving_spares_what_serves()
    {
        await using var engine = await OpenAsync();
        Save(engine, "1", 1);
        Save(engine, "2", -1);
        await engine.Runtime.Stages.PublishAsync(Model, "1", "anna", "test", Cancellation);
        await engine.Runtime.Stages.ShadowAsync(Model, "2", "anna", Cancellation);
        Assert.Equal(ModelStage.Shadow, StageOf(engine, "2"));
        await engine.Runtime.Stages.PublishAsync(Model, "2", "anna", "test", Cancellation);
        Assert.Empty(engine.Runtime.Snapshot.Figures.ShadowModels);
        Assert.Equal("serves", (await RefusedAsync(engine.Runtime.Stages.ArchiveAsync(Model, "2", "anna", Cancellation))).Code);
        await engine.Runtime.Stages.ArchiveAsync(Model, "1", "anna", Cancellation);
        Assert.Equal((ModelStage.Archived, ModelStage.Serving), (StageOf(engine, "1"), StageOf(engine, "2")));
    }

    [Fact]
    public async Task In_shadow_mode_the_callers_list_is_recorded_as_shown_and_the_answer_is_a_counter_list()
    {
        await using var engine = await OpenAsync();
        Save(engine, "1", 1);
        await engine.Runtime.Stages.PublishAsync(Model, "1", "anna", "test", Cancellation);
        string[] shown = ["i2", "stranger", "i9", "i5"];
        var answer = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "search", User = "u1", Query = "чайник", Items = shown, IsShadow = true });
        Assert.True(answer.IsShadow);
        Assert.Null(answer.Cursor);
        Assert.Equal([("i9", 1, 3), ("i5", 2, 4), ("i2", 3, 1)], answer.Sections[0].Items.Select(item => (item.Id, item.Position, item.ShownPosition)));
        Assert.True(engine.Runtime.Signer.TryRead(answer.Sections[0].Items[0].Token, out var token));
        Assert.Equal(("i9", 3), (token.Item, token.Position));

        await engine.TakeAsync(engine.Event("behind", EventType.View, "i0"));
        var record = engine.Runtime.FindRanking(answer.RankingId, Cancellation)!;
        Assert.Equal((RankingOrigin.Shadow, "goods-search/1"), (record.Origin, record.Model));
        Assert.Equal(shown, record.Shown.Select(item => item.Item));
        Assert.Equal([2, 3, 0], record.Counter);
        var survey = Vitrina.Learning.Replay.JournalSurvey.Of(engine.Runtime.Journal, "goods", "search", null, Cancellation);
        Assert.Empty(survey.Places);
        Assert.Single(Vitrina.Learning.Replay.JournalSurvey.WithShadowsOf(engine.Runtime.Journal, "goods", "search", null, Cancellation).Places);

        foreach (var (items, code) in new[] { (Array.Empty<string>(), "missing"), (["i1", "i1"], "duplicate_item") })
        {
            var error = await Assert.ThrowsAsync<RankRequestException>(() => engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "search", Items = items, IsShadow = true }).AsTask());
            Assert.Equal(("items", code), (error.Field, error.Code));
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<TestEngine> OpenAsync(string? root = null)
    {
        var engine = TestEngine.Open(root, Yaml);
        await engine.TakeAsync([.. Enumerable.Range(0, 10).Select(i => engine.Put($"i{i}", "чайник", price: 100 + i, seller: $"s{i}"))]);
        return engine;
    }

    private static void Save(TestEngine engine, string version, double weight, string feature = "attribute.price")
    {
        LogisticModel model = new(0, [new LogisticFeature { Name = feature, Low = 0, High = 1_000, Weight = weight, Scale = 10 }]);
        engine.Runtime.Models.Save(new ModelManifest
        {
            Id = $"{Model}/{version}",
            Name = Model,
            Version = version,
            Vertical = "goods",
            Surface = "search",
            Features = [new ManifestFeature(feature, "replayed", "0")],
            Objective = "logistic",
            Label = "click",
            Data = new ManifestDataRange(TestEngine.Start, TestEngine.Start, 0),
            CreatedAt = TestEngine.Start,
            CodeVersion = "0",
        }, model);
    }

    private static async Task<string> FirstAsync(TestEngine engine) => (await engine.SearchAsync("чайник")).Sections[0].Items[0].Id;

    private static ModelStage StageOf(TestEngine engine, string version) => engine.Runtime.Models.Find(Model, version)!.Stage;

    private static Task<ModelRefusedException> RefusedAsync(Task<StageChange> change) => Assert.ThrowsAsync<ModelRefusedException>(() => change);
}
