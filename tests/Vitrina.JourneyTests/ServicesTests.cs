using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

/// <summary>The services world through the command line: its files, its demo, and a server that it drives.</summary>
public class ServicesTests
{
    private static string Vertical => Path.Combine(Path.GetDirectoryName(CommandLine.Binary)!, "verticals", "services.yaml");

    [Fact]
    public async Task What_the_world_writes_is_imported_without_a_refusal_and_a_model_finds_the_planted_truth()
    {
        using var folder = new TemporaryFolder();
        var demo = (await CommandLine.RunAsync("demo", "--world", "services", "--once", "--json", "--data", folder.At("data"), "--seed", "5")).Expect(0).Json();
        Assert.Equal(0, demo.GetProperty("import").Number("refused"));
        var rows = demo.GetProperty("rows").EnumerateArray().ToDictionary(row => row.GetProperty("method").GetString()!);
        var (ours, chance) = (rows["vitrina"].GetProperty("true_ndcg@10").GetDouble(), rows["random"].GetProperty("true_ndcg@10").GetDouble());
        var test = demo.GetProperty("truth").GetProperty("rows").EnumerateArray().Single(row => row.GetProperty("method").GetString() == "specialist-a/b");
        Figures.Print($"services demo: true NDCG@10 {ours:0.000}, random {chance:0.000}; effect {test.GetProperty("truth").GetDouble():0.000}, a test by specialists says {test.GetProperty("estimate").GetDouble():0.000}");
        Assert.True(ours > chance + 0.03, $"{ours} against {chance} by chance");
        Assert.True(test.GetProperty("estimate").GetDouble() > 1.2 * test.GetProperty("truth").GetDouble());
        Assert.Equal(2, demo.GetProperty("requests").GetArrayLength());
    }

    [Fact]
    public async Task A_market_driven_over_http_shows_no_order_that_has_ended()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("data/verticals"));
        File.Copy(Vertical, folder.At("data/verticals/services.yaml"));
        var world = folder.Write("world.yaml", "days: 1\ncityCount: 1\ncategoryCount: 2\nspecialistsPerMarket: 10\ntickMinutes: 0\n");
        await using var server = await VitrinaServer.StartAsync(folder.At("data"), "--clock", "driven");
        var driven = (await CommandLine.RunAsync(
            "simulate", "services", "--drive", server.Address.ToString(), "--world-config", world, "--seed", "3", "--end-date", "2026-03-01", "--json")).Expect(0);
        var report = driven.Json().GetProperty("report");
        Assert.Equal(0, report.Number("wrongAnswerCount"));
        Assert.True(report.Number("responseCount") > 0, "nobody responded");
    }

    [Fact]
    public async Task Lyfts_toy_and_wrong_names_are_told_exactly()
    {
        var toy = (await CommandLine.RunAsync("simulate", "services", "--preset", "lyft-toy", "--report", "--json")).Expect(0).Json().GetProperty("exact");
        Assert.Equal((0.75, 1.0, 0.25, 0.75), (toy.GetProperty("allA").GetDouble(), toy.GetProperty("allB").GetDouble(), toy.GetProperty("splitA").GetDouble(), toy.GetProperty("splitB").GetDouble()));
        Assert.Contains("did you mean 'reference'?", (await CommandLine.RunAsync("simulate", "services", "--preset", "refrence", "--report")).Expect(2).Errors, StringComparison.Ordinal);
        Assert.Contains("did you mean 'services'?", (await CommandLine.RunAsync("simulate", "servces", "--report")).Expect(2).Errors, StringComparison.Ordinal);
        (await CommandLine.RunAsync("simulate", "goods", "--truth", "3")).Expect(2);
        (await CommandLine.RunAsync("simulate", "services", "--truth", "0")).Expect(2);
    }
}
