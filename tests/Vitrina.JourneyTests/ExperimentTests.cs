using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.JourneyTests.Running;
using Vitrina.Kernels.Chance;

namespace Vitrina.JourneyTests;

/// <summary>Two models under A/B, and a switchback beside it, on a running server: nobody changes arms, whatever ends the process.</summary>
public class ExperimentTests
{
    private const int Users = 120;
    private static readonly string[] s_categories = ["alpha", "beta", "gamma"];

    [Fact]
    public async Task Arms_outlive_kills_and_restarts_and_the_reports_come_from_the_journal()
    {
        using var folder = new TemporaryFolder();
        var data = folder.At("data");
        var control = await SmallWorld.CopyAsync(data);
        var treatment = (await CommandLine.RunAsync("train", "--data", data, "--objective", "listwise", "--label", "order", "--json")).Expect(0).Json().Text("model");
        Assert.NotEqual(control, treatment);
        await StartAsync(folder, data, control, treatment);
        Dictionary<string, string> before;
        await using (var server = await VitrinaServer.StartAsync(data))
        {
            before = await ArmsAsync(server.Api);
            Assert.Equal([control, treatment], before.Where(pair => pair.Key.StartsWith("model of ", StringComparison.Ordinal)).Select(pair => pair.Value).Distinct().Order());
            server.Kill();
        }

        await using (var server = await VitrinaServer.StartAsync(data))
        {
            Assert.Equal(before, await ArmsAsync(server.Api));
            Assert.Equal(0, await server.StopAsync());
        }

        await using (var server = await VitrinaServer.StartAsync(data))
        {
            Assert.Equal(before, await ArmsAsync(server.Api));
            await BehaveAsync(server.Api);
            await ReportAsync(server, data, folder);
        }
    }

    private static async Task StartAsync(TemporaryFolder folder, string data, string control, string treatment)
    {
        var models = folder.Write("models.yaml", $$"""
            name: models
            kind: ab
            vertical: goods
            surface: search
            arms:
              - {name: now, weight: 0.5, model: {{control}}}
              - {name: next, weight: 0.5, model: {{treatment}}}
            metrics: {primary: ctr, guardrails: [conversion]}
            """);
        var today = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var turns = folder.Write("turns.yaml", $$"""
            name: turns
            kind: switchback
            vertical: goods
            surface: similar
            arms: [{name: now}, {name: fresh, weights: {age: -1} }]
            metrics: {primary: ctr}
            clusters: {by: context.market, values: [alpha, beta, gamma]}
            schedule: {kind: balanced, period: 12h, periods: 20, firstDay: {{today}}, seed: 3}
            """);
        foreach (var (file, name) in new[] { (models, "models"), (turns, "turns") })
        {
            (await CommandLine.RunAsync("experiment", "design", file, "--data", data, "--author", "anna", "--json")).Expect(0);
            Assert.Equal("running", (await CommandLine.RunAsync("experiment", "start", name, "--data", data, "--author", "anna", "--json")).Expect(0).Json().Text("status"));
        }
    }

    // Everybody's arm, model and schedule, as the answers tell them.
    private static async Task<Dictionary<string, string>> ArmsAsync(ApiClient api)
    {
        var arms = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var user = 0; user < Users; user++)
        {
            var answer = await api.RankAsync(new() { ["user"] = $"u{user}", ["size"] = 10 });
            var assignment = Assert.Single(answer.GetProperty("assignments").EnumerateArray());
            arms[$"u{user}"] = assignment.Text("arm");
            arms[$"model of {assignment.Text("arm")}"] = answer.Text("model");
        }

        foreach (var category in s_categories)
        {
            var item = (await SmallWorld.ItemsAsync(api))[0];
            var answer = await api.RankAsync(new() { ["context"] = new JsonObject { ["item"] = item, ["market"] = category } }, "similar");
            var assignment = Assert.Single(answer.GetProperty("assignments").EnumerateArray());
            arms[$"{category} in period {assignment.Number("period")}"] = assignment.Text("arm");
        }

        arms["schedule"] = (await api.GetAsync("v1/experiments/turns/schedule")).Expect(HttpStatusCode.OK).GetProperty("arms").ToString();
        return arms;
    }

    // People of the next model click more often: the report has to find it.
    private static async Task BehaveAsync(ApiClient api)
    {
        var random = RandomStream.For(11, "clicks");
        var events = new JsonArray();
        for (var user = 0; user < Users; user++)
        {
            var answer = await api.RankAsync(new() { ["user"] = $"u{user}", ["session"] = $"s{user}", ["size"] = 10 });
            var chance = answer.GetProperty("assignments")[0].Text("arm") == "next" ? 0.5 : 0.1;
            foreach (var item in answer.Items())
            {
                var at = TimeProvider.System.GetUtcNow();
                events.Add(Event("view", user, item, at));
                if (random.NextBool(chance))
                {
                    events.Add(Event("click", user, item, at));
                }
            }
        }

        (await api.SendAsync(HttpMethod.Post, "v1/events", events.ToJsonString())).Expect(HttpStatusCode.Accepted);
    }

    private static JsonObject Event(string type, int user, JsonElement item, DateTimeOffset at)
    {
        var happened = Bodies.Event($"{type}-{user}-{item.Text("id")}", type, item.Text("id"), at, $"u{user}");
        (happened["session"], happened["token"]) = ($"s{user}", item.Text("token"));
        return happened;
    }

    private static async Task ReportAsync(VitrinaServer server, string data, TemporaryFolder folder)
    {
        var page = folder.At("report.html");
        var report = (await CommandLine.RunAsync("experiment", "report", "models", "--data", data, "--html", page, "--json")).Expect(0).Json();
        var click = report.GetProperty("comparisons")[0];
        Assert.Equal("ctr", click.Text("metric"));
        Assert.Equal("alwaysValid", report.GetProperty("headline").Text("estimator"));
        Assert.InRange(click.GetProperty("estimates").GetProperty("ratioDelta").GetProperty("value").GetDouble(), 0.3, 0.5);
        Assert.True(report.GetProperty("counts").GetProperty("exposures now").GetDouble() > 0);
        Assert.All(report.GetProperty("checks").EnumerateArray(), check => Assert.True(check.GetProperty("isPassed").ValueKind != JsonValueKind.False, check.Text("message")));
        Assert.StartsWith("<!doctype html>", await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Figures.Print($"experiment journey: {report.GetProperty("headline").Text("sentence")}");

        var turns = (await server.Api.GetAsync("v1/experiments/turns/report")).Expect(HttpStatusCode.OK);
        Assert.Equal("switchback", turns.Text("kind"));
        Assert.Contains(turns.GetProperty("checks").EnumerateArray(), check => check.Text("name") == "scheduleExposure" && check.GetProperty("isPassed").GetBoolean());
        (await CommandLine.RunAsync("experiment", "stop", "models", "--data", data, "--reason", "seen enough", "--json")).Expect(0);
        (await CommandLine.RunAsync("experiment", "conclude", "models", "--data", data, "--metric", "ctr", "--estimate", "2.1", "--realised", "1.8", "--json")).Expect(0);
        var list = (await CommandLine.RunAsync("experiment", "list", "--data", data, "--json")).Expect(0).Json();
        Assert.Equal(1, list.GetProperty("calibration").Number("tests"));
        Assert.Equal("vitrina: ", (await CommandLine.RunAsync("experiment", "start", "models", "--data", data)).Expect(1).Errors[..9]);
    }
}
