using Vitrina.Engine.Language;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Language;

public class TextMatcherTests
{
    private static readonly TextAnalyzer Analyzer = new(["en", "ru"]);

    private static readonly string[] Vocabulary =
    [
        "laptop", "laptops", "sleeve", "case", "for", "with", "wireless", "wirelss", "mouse", "mousepad", "pad", "door", "mat", "doormat", "usb", "wi-fi", "wifi",
        "10 ml", "10ml", "128gb", "128", "RTX 4070 Ti", "rtx4070ti", "006R90321", "60x50cm", "чехол", "чехлы", "для", "телефона", "телефон", ",", "(", "-", "red",
    ];

    [Fact]
    public void Every_signal_equals_the_plain_definition()
    {
        var random = RandomStream.For(3, "texts");
        var (matcher, signals) = (new TextMatcher(), new float[TextMatcher.SignalCount]);
        for (var round = 0; round < 4000; round++)
        {
            var (query, text) = (Words(ref random, 1 + random.NextInt(5)), Words(ref random, random.NextInt(12)));
            var (asked, given) = (MatchText.Of(Analyzer, query), MatchText.Of(Analyzer, text));
            float[] rarities = [.. asked.Words.Select(_ => 0.1f + (float)random.NextDouble())];
            matcher.Begin(asked, rarities);
            matcher.Match(given, signals);
            if (asked.Words.Length > 0)
            {
                var expected = PlainMatch.Of(query, text, rarities, Analyzer);
                for (var signal = 0; signal < signals.Length; signal++)
                {
                    Assert.True(
                        float.IsNaN(expected[signal]) ? float.IsNaN(signals[signal]) : Math.Abs(expected[signal] - signals[signal]) < 1e-5f,
                        $"{(MatchSignal)signal} of '{query}' in '{text}': {signals[signal]} instead of {expected[signal]}");
                }
            }
        }
    }

    [Fact]
    public void An_accessory_covers_the_query_but_not_in_its_head()
    {
        var sleeve = Match("laptop", "Sleeve for 15 inch laptops, black");
        Assert.Equal((1, 0, 0), (sleeve[(int)MatchSignal.Coverage], sleeve[(int)MatchSignal.HeadCoverage], sleeve[(int)MatchSignal.HeadEnd]));
        var laptop = Match("laptop", "Acme 15 laptop with sleeve");
        Assert.Equal((1, 1, 1), (laptop[(int)MatchSignal.Coverage], laptop[(int)MatchSignal.HeadCoverage], laptop[(int)MatchSignal.HeadEnd]));
        Assert.Equal(0, Match("телефон", "Чехол для телефона")[(int)MatchSignal.LastWordInHead]);
    }

    [Fact]
    public void Words_are_found_misspelt_and_written_together_or_apart()
    {
        Assert.Equal((0, 7f / 8), (Match("wirelss", "Wireless mouse")[(int)MatchSignal.Coverage], Match("wirelss", "Wireless mouse")[(int)MatchSignal.Words]));
        Assert.Equal((1, 1), (Match("door mat", "Doormat")[(int)MatchSignal.AllTerms], Match("door mat", "Doormat")[(int)MatchSignal.Joined]));
        Assert.Equal((1, 1), (Match("doormat", "Door mat")[(int)MatchSignal.AllTerms], Match("doormat", "Door mat")[(int)MatchSignal.Joined]));
        Assert.Equal((1, 0), (Match("rtx4070", "Card RTX 4070")[(int)MatchSignal.ModelCode], Match("rtx4071", "Card RTX 4070")[(int)MatchSignal.ModelCode]));
        Assert.Equal((1, 0), (Match("10ml", "Ink 10 ml")[(int)MatchSignal.Numbers], Match("12ml", "Ink 10 ml")[(int)MatchSignal.Numbers]));
    }

    [Fact]
    public void Without_a_text_or_a_word_everything_is_missing_and_without_rarities_what_needs_them()
    {
        Assert.All(Match("laptop", null), value => Assert.True(float.IsNaN(value)));
        Assert.All(Match("?!", "Laptop"), value => Assert.True(float.IsNaN(value)));
        var matcher = new TextMatcher();
        var signals = new float[TextMatcher.SignalCount];
        matcher.Begin(MatchText.Of(Analyzer, "red laptop"), [float.NaN, float.NaN]);
        matcher.Match(MatchText.Of(Analyzer, "laptop"), signals);
        for (var signal = 0; signal <= (int)MatchSignal.QueryRarest; signal++)
        {
            Assert.True(float.IsNaN(signals[signal]), $"{(MatchSignal)signal}");
        }

        Assert.Equal(0.5f, signals[(int)MatchSignal.Words]);
    }

    [Fact]
    public void A_hostile_text_is_cut_and_the_next_one_reads_as_ever()
    {
        var signals = Match(string.Join(' ', Enumerable.Range(0, 5000).Select(number => $"w{number}x")), string.Join(' ', Enumerable.Range(0, 5000).Select(number => $"w{number}x")));
        Assert.Equal(MatchText.MaxWords, signals[(int)MatchSignal.Length]);
        Assert.Equal(1, signals[(int)MatchSignal.AllTerms]);
        Assert.Equal(1, Match("\u0001laptop\u0000", "\uD800 laptop")[(int)MatchSignal.AllTerms]);
    }

    [Fact]
    public void A_comparison_allocates_nothing()
    {
        var (matcher, signals) = (new TextMatcher(), new float[TextMatcher.SignalCount]);
        var (query, text) = (MatchText.Of(Analyzer, "wirelss door mat 10ml"), MatchText.Of(Analyzer, "Wireless doormat with 10 ml of ink, red"));
        matcher.Begin(query, [1, 1, 1, 1]);
        matcher.Match(text, signals);
        var before = GC.GetAllocatedBytesForCurrentThread();
        matcher.Match(text, signals);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static float[] Match(string query, string? text)
    {
        var (matcher, signals) = (new TextMatcher(), new float[TextMatcher.SignalCount]);
        var asked = MatchText.Of(Analyzer, query);
        matcher.Begin(asked, [.. asked.Words.Select(_ => 1f)]);
        matcher.Match(text is null ? null : MatchText.Of(Analyzer, text), signals);
        return signals;
    }

    private static string Words(ref RandomStream random, int count)
    {
        var words = new List<string>();
        for (var i = 0; i < count; i++)
        {
            words.Add(Vocabulary[random.NextInt(Vocabulary.Length)]);
        }

        return string.Join(' ', words);
    }
}
