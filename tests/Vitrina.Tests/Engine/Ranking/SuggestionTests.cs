using Vitrina.Engine.Ranking;

namespace Vitrina.Tests.Engine.Ranking;

public class SuggestionTests
{
    private static string Texts(TestEngine engine, string beginning, int size = 10) =>
        string.Join('|', Suggestions.Of(engine.Runtime.Snapshot.Verticals["goods"], beginning, size, engine.NowMs).Select(suggestion => suggestion.Text));

    private static async Task AskAsync(TestEngine engine, string query, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await engine.SearchAsync(query, $"u{i}");
        }
    }

    [Fact]
    public async Task Queries_that_people_asked_come_before_words_of_the_catalogue()
    {
        await using var engine = TestEngine.Open();
        await engine.TakeAsync(engine.Put("a", "Чайник электрический"), engine.Put("b", "Чайник заварочный", seller: "t"), engine.Put("c", "Чай чёрный", seller: "v"), engine.Put("d", "Айфон", seller: "w"));
        await AskAsync(engine, " Чайник электрический", 5);
        await AskAsync(engine, "чай", 4);
        await AskAsync(engine, "чайник красный", 1);
        await AskAsync(engine, "небывалое", 9);
        await engine.TakeAsync(engine.Stock("a", 4));
        Assert.Equal("чайник электрический|чай|чайник", Texts(engine, "ча"));
        Assert.Equal("чайник электрический", Texts(engine, "чайник эл"));
        Assert.Equal("чайник электрический|чайник", Texts(engine, "Чайни"));
        Assert.Equal("чайник заварочный", Texts(engine, "чайник зав"));
        Assert.Equal("чайник электрический", Texts(engine, "ча", 1));
        Assert.Equal("", Texts(engine, "неб"));
        Assert.Equal("айфон", Texts(engine, "fqaj"));
        Assert.Equal("чайник электрический|чай", Texts(engine, ""));
        Assert.Equal("", Texts(engine, "\"\0 +"));
    }

    [Fact]
    public async Task Asked_queries_outlive_a_restart_and_fade()
    {
        var root = TestEngine.NewFolder();
        try
        {
            await using (var engine = TestEngine.Open(root))
            {
                await engine.TakeAsync(engine.Put("a", "Чайник"));
                await AskAsync(engine, "чайник", 5);
                await engine.TakeAsync(engine.Stock("a", 4));
            }

            await using var reopened = TestEngine.Open(root);
            Assert.Equal("чайник", Texts(reopened, ""));
            reopened.Clock.AdvanceTo(reopened.Clock.GetUtcNow().AddDays(90));
            Assert.Equal("", Texts(reopened, ""));
        }
        finally
        {
            Directory.Delete(root, true);
        }
    }
}
