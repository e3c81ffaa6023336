using System.IO.Compression;
using Vitrina.Engine.Language;
using Vitrina.Engine.Ranking;

namespace Vitrina.Tests.Engine.Ranking;

public class RealCodesTests
{
    private const int ItemCount = 3000;
    private const int CodeCount = 40;

    [Fact]
    public async Task Codes_of_real_titles_find_exactly_the_titles_that_hold_them()
    {
        Assert.SkipWhen(SharedData.Folder("ozon_listings") is null, "needs shared/data/ozon_listings");
        var titles = await ReadAsync(Path.Combine(SharedData.Folder("ozon_listings")!, "listings.tsv.gz"));
        var (tokens, analyzer) = (new TokenBuffer(), new TextAnalyzer(["ru", "en"]));
        var codes = new HashSet<string>();
        foreach (var title in titles)
        {
            analyzer.Analyze(title, tokens);
            foreach (var code in ModelCodes.Of(tokens).Where(code => code.IsCertain && codes.Count < CodeCount))
            {
                codes.Add(code.Term);
            }
        }

        Assert.Equal(CodeCount, codes.Count);
        await using var engine = TestEngine.Open();
        await engine.TakeAsync([.. titles.Select((title, i) => engine.Put($"i{i}", title, seller: $"s{i}"))]);
        var deleted = new HashSet<string>();
        foreach (var code in codes)
        {
            // The oracle: every token of every title.
            var holders = new List<string>();
            for (var i = 0; i < titles.Count; i++)
            {
                analyzer.Analyze(titles[i], tokens);
                if (!deleted.Contains($"i{i}") && Enumerable.Range(0, tokens.Count).Any(token => tokens.Term(token).SequenceEqual(code)))
                {
                    holders.Add($"i{i}");
                }
            }

            var request = new RankRequest { Vertical = "goods", Surface = "search", Query = $"товар {code}", Size = 100, Sections = ["similar"], Seed = 1 };
            var answer = await engine.RankAsync(request);
            Assert.True(answer.Query!.IsExact, code);
            var found = answer.Sections[0].Items.Select(item => item.Id).ToList();
            Assert.True((found.Count > 0 || holders.Count == 0) && found.All(holders.Contains), $"{code}: {string.Join(' ', found)} / {string.Join(' ', holders)}");
            if (holders.Count > 0 && holders.Count == found.Count)
            {
                deleted.UnionWith(holders);
                await engine.TakeAsync([.. holders.Select(engine.Delete)]);
                var gone = await engine.RankAsync(request);
                Assert.True(gone.IsNothingFound && gone.Sections[0].Items.Count == 0, code);
                Assert.DoesNotContain(gone.Sections.Skip(1).SelectMany(section => section.Items), item => holders.Contains(item.Id));
            }
        }
    }

    private static async Task<List<string>> ReadAsync(string path)
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var titles = new HashSet<string>();
        await lines.ReadLineAsync(TestContext.Current.CancellationToken);
        while (titles.Count < ItemCount && await lines.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            titles.Add(line[(line.LastIndexOf('\t') + 1)..].Trim('"').Replace("\"\"", "\"", StringComparison.Ordinal));
        }

        return [.. titles];
    }
}
