using System.Text.Json;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Tests.Engine.Experiments;

public class ExperimentDesignTests
{
    private const string Head = "name: t\nkind: ab\nvertical: goods\nsurface: search\n";
    private const string Arms = "arms: [{name: a}, {name: b, explore: {temperature: 0.5}}]\n";
    private const string Metrics = "metrics: {primary: ctr}\n";

    [Theory]
    [InlineData(Head + "arms: [{name: a, weight: 0.5}, {name: b, weight: 0.6}]\n" + Metrics, "arms", "add up to 1.1", null)]
    [InlineData(Head + "arms: [{name: a, weight: 1}, {name: b, weight: 0}]\n" + Metrics, "arms[1].weight", "without traffic", null)]
    [InlineData(Head + "arms: [{name: a}]\n" + Metrics, "arms", "2 to 10 arms", null)]
    [InlineData(Head + "arms: [{name: a}, {name: a}]\n" + Metrics, "arms[1].name", "names of arms differ", null)]
    [InlineData(Head + "arms: [{name: a}, {name: b, modle: x}]\n" + Metrics, "arms[1].modle", "unknown key", "model")]
    [InlineData(Head + "arms: [{name: a}, {name: b, model: goods-serach}]\n" + Metrics, "arms[1].model", "no models yet", null)]
    [InlineData(Head + "arms: [{name: a}, {name: b, weights: {attribute.ratng: 1}}]\n" + Metrics, "arms[1].weights.attribute.ratng", "no feature", "attribute.rating")]
    [InlineData(Head + "arms: [{name: a}, {name: b, mix: [{rule: selerCap}]}]\n" + Metrics, "arms[1]", "there is no rule kind", "sellerCap")]
    [InlineData(Head + "arms: [{name: a}, {name: b, size: 5}]\nexposure: differs\n" + Metrics, "exposure", "cannot be compared", null)]
    [InlineData("name: t\nkind: ab\nvertical: gods\nsurface: search\n" + Arms + Metrics, "vertical", "is 'gods'", "goods")]
    [InlineData("name: t\nkind: ab\nvertical: goods\nsurface: serch\n" + Arms + Metrics, "surface", "is 'serch'", "search")]
    [InlineData(Head + Arms + "metrics: {primary: crt}\n", "metrics.primary", "is 'crt'", "ctr")]
    [InlineData(Head + Arms + "metrics: {primary: ctr, guardrails: [conversoin]}\n", "metrics.guardrails", "is 'conversoin'", "conversion")]
    [InlineData(Head + Arms + "metrics: {primary: []}\n", "metrics.primary", "run for something", null)]
    [InlineData(Head + Arms + Metrics + "layer: {name: l, from: 0.5, to: 0.5}\n", "layer.to", "no unit", null)]
    [InlineData(Head + Arms + Metrics + "layer: {name: taken, from: 0.4}\n", "layer", "overlaps with 0 to 0.5 of experiment 'other'", null)]
    [InlineData(Head + Arms + Metrics + "traffic: 0\n", "traffic", "no arm would have any units", null)]
    [InlineData(Head + Arms + Metrics + "traffic: 1.5\n", "traffic", "from 0 to 1", null)]
    [InlineData(Head + Arms + Metrics + "unit: cluster\n", "clusters", "is missing", null)]
    [InlineData(Head + Arms + Metrics + "targeting: {contex.region: moscow}\n", "targeting", "bare name", "context")]
    [InlineData("name: t\nkind: switchback\nvertical: goods\nsurface: search\n" + Arms + Metrics + "clusters: {by: category}\n", "schedule", "is missing", null)]
    [InlineData("name: t\nkind: switchback\nvertical: goods\nsurface: search\n" + Arms + Metrics + "clusters: {by: category x }\nschedule: {period: 24h, periods: 4}\n", "clusters.by", "which is no name", null)]
    [InlineData("name: t\nkind: switchback\nvertical: goods\nsurface: search\n" + Arms + Metrics + "clusters: {by: category}\nschedule: {period: 24h, periods: 4, timeZone: Europe/Moskow}\n", "schedule.timeZone", "no such IANA", "Europe/Moscow")]
    [InlineData("name: t\nkind: switchback\nvertical: goods\nsurface: search\n" + Arms + Metrics + "traffic: 0.5\nclusters: {by: category}\nschedule: {period: 24h, periods: 4}\n", "traffic", "whole clusters", null)]
    [InlineData("name: t\nkind: interleaving\nvertical: goods\nsurface: search\n" + Arms + Metrics, "arms[1]", "interleaving drafts", null)]
    public async Task A_wrong_design_is_refused_by_the_name_of_its_field(string yaml, string field, string message, string? nearest)
    {
        await using var engine = TestEngine.Open();
        await engine.TakeAsync(Designed("name: other\nkind: ab\nvertical: goods\nsurface: search\n" + Arms + Metrics + "layer: {name: taken, from: 0, to: 0.5}\n"));
        var errors = new ErrorList();
        if (ExperimentDocument.Parse(yaml, "t.yaml", errors) is { } document)
        {
            engine.Runtime.Check(document, errors);
        }

        var error = Assert.Single(errors);
        Assert.Equal(field, error.Field);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(nearest, error.Suggestion);
    }

    [Fact]
    public async Task Two_experiments_that_turn_the_same_screw_of_a_surface_are_refused_unless_a_layer_parts_them()
    {
        await using var engine = TestEngine.Open();
        await engine.TakeAsync(Designed("name: first\nkind: ab\nvertical: goods\nsurface: search\n" + Arms + Metrics + "layer: {name: l, to: 0.5}\n"), ExperimentEntry.Started("first", null, "anna"));
        Assert.Contains("explore, as experiment 'first'", Assert.Single(Check(engine, Head + Arms + Metrics)).Message, StringComparison.Ordinal);
        Assert.Empty(Check(engine, Head + Arms + Metrics + "layer: {name: l, from: 0.5}\n"));
        Assert.Empty(Check(engine, Head + "arms: [{name: a}, {name: b, mix: []}]\n" + Metrics));
        Assert.Empty(Check(engine, "name: t\nkind: ab\nvertical: goods\nsurface: similar\n" + Arms + Metrics));
    }

    [Fact]
    public void A_started_design_is_frozen_but_for_a_growing_share_of_traffic()
    {
        var ledger = new ExperimentLedger();
        Put(ledger, Head + Arms + Metrics + "traffic: 0.1\n", 1);
        Put(ledger, Head + Arms + Metrics + "traffic: 0.2\n", 2);
        Apply(ledger, ExperimentEntry.Started("t", null, "anna"), 3);
        var running = Assert.Single(ledger.All);
        Assert.Equal((2, ExperimentStatus.Running, 3L), (running.Version, running.Status, running.StartedAtMs));
        Assert.Null(ExperimentRules.Refusal(running, Parse(Head + Arms + Metrics + "traffic: 0.5\n")));
        Assert.Equal("traffic", ExperimentRules.Refusal(running, Parse(Head + Arms + Metrics + "traffic: 0.1\n"))!.Value.Field);
        Assert.Equal("metrics.primary", ExperimentRules.Refusal(running, Parse(Head + Arms + "metrics: {primary: conversion}\ntraffic: 0.2\n"))!.Value.Field);
        Put(ledger, Head + Arms + Metrics + "traffic: 0.5\n", 4);
        Apply(ledger, ExperimentEntry.Stopped("t", "enough", "boris"), 5);
        Apply(ledger, ExperimentEntry.Concluded("t", new Conclusion("ctr", 0.03, 0.01, 0.05, double.NaN), "anna"), 6);
        Apply(ledger, ExperimentEntry.Concluded("t", new Conclusion("ctr", double.NaN, double.NaN, double.NaN, 0.02), "anna"), 7);
        var stopped = Assert.Single(ledger.All);
        Assert.Equal(["design", "design", "start", "ramp", "stop", "conclude", "conclude"], stopped.Audit.Select(change => change.Action));
        Assert.Equal(["traffic: 0.1 → 0.2"], stopped.Audit[1].Changes);
        Assert.Equal(["reason: enough"], stopped.Audit[4].Changes);
        Assert.Equal(new Conclusion("ctr", 0.03, 0.01, 0.05, 0.02), Assert.Single(stopped.Conclusions));
        Assert.Equal("experiment_stopped", ExperimentRules.Refusal(stopped, Parse(Head + Arms + Metrics))!.Value.Code);
    }

    [Fact]
    public void A_checkpoint_of_the_ledger_is_the_ledger()
    {
        var ledger = new ExperimentLedger();
        Put(ledger, "name: t\nkind: switchback\nvertical: goods\nsurface: search\n" + Arms + Metrics + "clusters: {by: category}\nschedule: {period: 24h, periods: 2}\n", 1);
        Apply(ledger, ExperimentEntry.Started("t", StoredSchedule.Of([[0, 10, 20]], [("phones", 0, [1, 0])]), "anna"), 2);
        var writer = new ByteWriter();
        ledger.Save(writer);
        var loaded = new ExperimentLedger();
        var reader = new ByteReader(writer.Written);
        loaded.Load(ref reader);
        Assert.Equal(JsonSerializer.Serialize(ledger.All[0].Audit), JsonSerializer.Serialize(loaded.All[0].Audit));
        Assert.Equal(1, loaded.All[0].Schedule!.ArmOf("phones", loaded.All[0].Schedule!.PeriodAt("phones", 9)));
        var again = new ByteWriter();
        loaded.Save(again);
        Assert.Equal(Convert.ToHexString(writer.Written), Convert.ToHexString(again.Written));
    }

    // Two periods of one arm, then the other: what is left out counts from the change, and may be longer than a period.
    [Fact]
    public void Burn_in_and_burn_out_count_from_changes_of_the_arm_and_reach_over_periods()
    {
        var schedule = StoredSchedule.Of([[0, 10, 20, 30, 40]], [("c", 0, [0, 1, 1, 1])]);
        Assert.Equal([-1, 0, 0, 1, 3, -1], new long[] { -1, 0, 9, 10, 39, 40 }.Select(at => schedule.PeriodAt("c", at)));
        Assert.Equal(-1, schedule.PeriodAt("unknown", 5));
        bool[] burned = [.. new long[] { 5, 10, 19, 24, 25, 39 }.Select(at => schedule.IsBurned("c", schedule.PeriodAt("c", at), at, burnInMs: 15, burnOutMs: 0))];
        Assert.Equal([true, true, true, true, false, false], burned);
        Assert.True(schedule.IsBurned("c", 0, 8, 0, burnOutMs: 3));
        Assert.False(schedule.IsBurned("c", 2, 29, 0, burnOutMs: 3));
    }

    [Fact]
    public void A_design_is_the_same_as_YAML_and_as_JSON()
    {
        var errors = new ErrorList();
        var yaml = Parse(Head + Arms + Metrics + "traffic: 0.1\ntargeting: {context.region: moscow}\n");
        using var json = JsonDocument.Parse(yaml.Json);
        var read = ExperimentDocument.Read(json.RootElement, errors);
        Assert.Empty(errors);
        Assert.Equal(yaml.Json, read!.Json);
        Assert.Empty(ExperimentDocument.Changes(yaml, read));
        Assert.Equal(["moscow"], read.Declaration.Targeting["context.region"]);
    }

    private static IReadOnlyList<DeclarationError> Check(TestEngine engine, string yaml)
    {
        var errors = new ErrorList();
        engine.Runtime.Check(Parse(yaml), errors);
        return errors;
    }

    internal static ExperimentDocument Parse(string yaml)
    {
        var errors = new ErrorList();
        var document = ExperimentDocument.Parse(yaml, "t.yaml", errors);
        Assert.Empty(errors);
        return document!;
    }

    internal static PendingEntry Designed(string yaml) => ExperimentEntry.Designed(Parse(yaml), "anna");

    private static void Put(ExperimentLedger ledger, string yaml, long atMs) => Apply(ledger, Designed(yaml), atMs);

    private static void Apply(ExperimentLedger ledger, PendingEntry entry, long atMs) => ledger.Apply(entry.Kind, entry.Payload.Span, atMs);
}
