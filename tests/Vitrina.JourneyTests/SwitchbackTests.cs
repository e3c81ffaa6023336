using System.Globalization;
using System.Net;
using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

/// <summary>A market of services driven over HTTP: a model learned from it, markets found in it, and a switchback of two rankers on these markets, by the commands of the how-to pages.</summary>
public class SwitchbackTests
{
    private const int SpecialistsPerMarket = 10;
    private const int Markets = 4;
    private const int Periods = 8;

    [Fact]
    public async Task A_switchback_on_found_markets_outlives_a_kill_and_its_report_sums_what_the_world_did()
    {
        using var folder = new TemporaryFolder();
        var data = folder.At("data");
        Directory.CreateDirectory(folder.At("data/verticals"));
        File.Copy(Path.Combine(Path.GetDirectoryName(CommandLine.Binary)!, "verticals", "services.yaml"), folder.At("data/verticals/services.yaml"));
        await using (var server = await VitrinaServer.StartAsync(data, "--clock", "driven"))
        {
            await DriveAsync(server, folder, 0, 4);
            Assert.Equal(0, await server.StopAsync());
        }

        var model = (await CommandLine.RunAsync("train", "--data", data, "--vertical", "services", "--surface", "feed", "--label", "response", "--json")).Expect(0).Json().Text("model");
        var map = await FindMarketsAsync(data, folder);
        string schedule;
        Dictionary<string, long> first;
        await using (var server = await VitrinaServer.StartAsync(data, "--clock", "driven"))
        {
            await StartAsync(data, folder, model, map);
            schedule = await ScheduleAsync(server);
            first = await DriveAsync(server, folder, 4, 2);
            server.Kill();
        }

        await using (var server = await VitrinaServer.StartAsync(data, "--clock", "driven"))
        {
            Assert.Equal(schedule, await ScheduleAsync(server));
            var second = await DriveAsync(server, folder, 6, 3);
            await ReportAsync(server, first, first["rankingCount"] + second["rankingCount"]);
        }
    }

    // Some days of the same people; the last day's end is the next part's beginning.
    private static async Task<Dictionary<string, long>> DriveAsync(VitrinaServer server, TemporaryFolder folder, int firstDay, int days)
    {
        var world = folder.Write("world.yaml", string.Create(
            CultureInfo.InvariantCulture,
            $"days: {days}\nfirstDay: {firstDay}\ncityCount: 2\ncategoryCount: {Markets / 2}\nspecialistsPerMarket: {SpecialistsPerMarket}\nordersPerDay: 25\ntickMinutes: 20\n"));
        var end = new DateOnly(2026, 3, 1).AddDays(firstDay + days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var driven = (await CommandLine.RunAsync("simulate", "services", "--drive", server.Address.ToString(), "--world-config", world, "--seed", "3", "--end-date", end, "--json")).Expect(0).Json();
        var report = driven.GetProperty("report");
        return new[] { "rankingCount", "responseCount" }.ToDictionary(name => name, name => report.Number(name));
    }

    // Who responded to which kind of work in which city: the markets come out of the log, and are those of the world.
    private static async Task<string> FindMarketsAsync(string data, TemporaryFolder folder)
    {
        var (edges, map) = (folder.At("edges.csv"), folder.At("map.csv"));
        (await CommandLine.RunAsync("experiment", "edges", "--data", data, "--by", "city x work", "--event", "response", "--out", edges)).Expect(0);
        Assert.Contains("did you mean 'response'?", (await CommandLine.RunAsync("experiment", "edges", "--data", data, "--by", "city x work", "--event", "respond", "--out", edges)).Expect(2).Errors, StringComparison.Ordinal);
        var truth = folder.Write("truth.csv", "node,cluster\n" + string.Concat(Enumerable.Range(0, Markets * SpecialistsPerMarket).Select(specialist => $"s{specialist},{specialist / SpecialistsPerMarket}\n")));
        var found = (await CommandLine.RunAsync("experiment", "clusters", "--edges", edges, "--truth", truth, "--out", map, "--json")).Expect(0).Json();
        Figures.Print($"found markets: {found.Number("clusterCount")}, ARI {found.GetProperty("ari").GetDouble():0.000}, {found.GetProperty("cutShare").GetDouble():0.0%} of the weight between them");
        Assert.Equal(Markets, found.Number("clusterCount"));

        // One in twenty works in two markets: of forty specialists such a one may stand in its second.
        Assert.True(found.GetProperty("ari").GetDouble() >= 0.9, "the planted markets were not found");
        return map;
    }

    private static async Task StartAsync(string data, TemporaryFolder folder, string model, string map)
    {
        var design = folder.Write("turns.yaml", $$"""
            name: turns
            kind: switchback
            vertical: services
            surface: feed
            arms: [{name: newest, model: none}, {name: learned, model: {{model}}}]
            metrics: {primary: responseRate, guardrails: [dealsPerResponse], diagnostics: [dealsPerView]}
            clusters: {by: user, itemsBy: city x work}
            schedule: {kind: balanced, period: 12h, periods: {{Periods}}, firstDay: 2026-03-05, timeZone: UTC, seed: 5}
            """);
        (await CommandLine.RunAsync("experiment", "design", design, "--clusters", map, "--data", data, "--json")).Expect(0);
        var started = (await CommandLine.RunAsync("experiment", "start", "turns", "--data", data, "--json")).Expect(0).Json();
        Assert.Equal(("running", Markets), (started.Text("status"), started.GetProperty("clusters").GetArrayLength()));
        Assert.Contains("node", (await CommandLine.RunAsync("experiment", "design", design, "--clusters", design, "--data", data)).Expect(1).Errors, StringComparison.Ordinal);
    }

    private static async Task<string> ScheduleAsync(VitrinaServer server) => (await server.Api.GetAsync("v1/experiments/turns/schedule")).Expect(HttpStatusCode.OK).ToString();

    private static async Task ReportAsync(VitrinaServer server, Dictionary<string, long> before, long rankings)
    {
        var report = (await server.Api.GetAsync("v1/experiments/turns/report")).Expect(HttpStatusCode.OK);
        Figures.Print($"switchback journey: {report.GetProperty("headline").Text("sentence")}");
        var checks = report.GetProperty("checks").EnumerateArray().ToDictionary(check => check.Text("name"));
        foreach (var name in new[] { "schedule", "scheduleExposure", "switching", "emptyPeriods", "contamination", "independence" })
        {
            Assert.True(checks[name].GetProperty("isPassed").GetBoolean(), checks[name].Text("message"));
        }

        Assert.InRange(checks["foreignItems"].GetProperty("figures").GetProperty("share").GetDouble(), 0, 0.1);
        var counts = report.GetProperty("counts");
        Assert.Equal((Markets, Periods), (counts.GetProperty("clusters").GetDouble(), counts.GetProperty("periods").GetDouble()));
        var total = report.GetProperty("comparisons")[0];
        Assert.Equal("responseRate total", total.Text("metric"));
        foreach (var estimator in new[] { "within", "randomisation", "twoWayEffects.cr2", "wildCluster", "attribution.creation", "attribution.response", "attribution.close" })
        {
            Assert.True(double.IsFinite(total.GetProperty("estimates").GetProperty(estimator).GetProperty("value").GetDouble()), estimator);
        }

        var counted = await CountAsync(server, "responseRate_num");
        var (requests, outside) = (counts.GetProperty("requests").GetDouble(), counts.GetProperty("requests outside the schedule").GetDouble());
        Figures.Print($"{requests} requests in cells, {outside} outside, of {rankings}; responses before the kill: {counted} in cells, {before["responseCount"]} in the world");
        Assert.InRange(requests, 0.7 * rankings, 0.9 * rankings);
        Assert.Equal(before["responseCount"], counted);
    }

    // The sum of a column over the cells of the days before the kill.
    private static async Task<double> CountAsync(VitrinaServer server, string column)
    {
        var lines = (await server.Api.GetAsync("v1/experiments/turns/data")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.IndexOf(lines[0].Split(','), column);
        return lines.Skip(1).Select(line => line.Split(',')).Where(cell => int.Parse(cell[1], CultureInfo.InvariantCulture) < Periods / 2).Sum(cell => double.Parse(cell[at], CultureInfo.InvariantCulture));
    }
}
