using System.Text.RegularExpressions;
using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

/// <summary>The first page in a real browser.</summary>
public partial class BrowserTests
{
    private static readonly string[] s_places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    [Fact]
    public async Task The_first_page_shows_titles_and_an_explanation_for_the_query_in_its_address()
    {
        var browser = s_places.FirstOrDefault(File.Exists);
        if (browser is null)
        {
            const string Reason = "no chromium on this machine: apt-get install chromium";
            Figures.Print($"skipped: {Reason}");
            Assert.Skip(Reason);
        }

        using var folder = new TemporaryFolder();
        var model = await SmallWorld.CopyAsync(folder.At("data"));
        await using var server = await VitrinaServer.StartAsync(folder.At("data"));
        var address = new Uri(server.Address, $"?query={Uri.EscapeDataString("красная футболка")}&user=u000001&explain=1");
        var start = CommandLine.Prepare(
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", $"--user-data-dir={folder.At("profile")}", "--virtual-time-budget=10000", "--dump-dom", address.ToString());
        var dom = (await CommandLine.RunAsync(start)).Expect(0).Output;
        var titles = Titles().Count(dom);
        Assert.True(titles >= 5, $"{titles} titles in\n{dom}");
        Assert.Contains("log-odds by " + model, dom, StringComparison.Ordinal);
        Assert.Contains("base", dom, StringComparison.Ordinal);
        Assert.Contains("items ·", dom, StringComparison.Ordinal);
        Assert.Contains("красная футболка", dom, StringComparison.Ordinal);
        Figures.Print($"first page: {titles} titles with 'Футболка' and an explanation in {Path.GetFileName(browser)}");
    }

    [GeneratedRegex("<span>[^<]*Футболка[^<]*</span>", RegexOptions.IgnoreCase)]
    private static partial Regex Titles();
}
