using System.Diagnostics;
using Vitrina.Engine.Language;

namespace Vitrina.Tests.Engine.Language;

public class TextAnalyzerTests
{
    private static readonly TextAnalyzer Analyzer = new(["ru", "en"]);

    [Theory]
    [InlineData("10 мл", "10ml")]
    [InlineData("10мл", "10ml")]
    [InlineData("10 ML", "10ml")]
    [InlineData("10ml.", "10ml")]
    [InlineData("10-мл", "10ml")]
    [InlineData("1,50 л", "1.5l")]
    [InlineData("3 штуки", "3pcs")]
    [InlineData("0,5 мм²", "0.5mm2")]
    [InlineData("100 %", "100%")]
    [InlineData("60 х 50 см", "60x50cm")]
    [InlineData("60x50см", "60x50cm")]
    [InlineData("60×50 cm", "60x50cm")]
    [InlineData("400х400х6 мм", "400x400x6mm")]
    [InlineData("12В 1А", "12v 1a")]
    [InlineData("12 в комплекте", "12 в комплект")]
    [InlineData("8-12 см", "8 12cm")]
    [InlineData("usb 2.0", "usb 2.0")]
    [InlineData("Чёрные носки", "черн носк")]
    [InlineData("серо-черный", "сер черн")]
    [InlineData("100-летие", "100 лет")]
    [InlineData("3-х предметный", "3 х предметн")]
    [InlineData("iPhone 11 128 гб", "iphon 11 128gb")]
    [InlineData("RTX 4070 Ti", "rtx 4070 ti")]
    [InlineData("FTLX1471D3BCV-IT", "ftlx1471d3bcvit")]
    [InlineData("ftlx-1471-d3bcv_it", "ftlx1471d3bcvit")]
    [InlineData("Levi’s L'Oréal", "levi loreal")]
    [InlineData("ФАZА", "фаzа")]
    [InlineData("AАA", "aaa")]
    [InlineData("ＬＥＤ", "led")]
    [InlineData("и\u0306од Е\u0308ж", "йод еж")]
    [InlineData("(Ti5ka)", "ti5ka")]
    [InlineData("не\u00ADсли", "несл")]
    [InlineData(" \t \u0000 - ' \" ++ ", "")]
    [InlineData(null, "")]
    public void A_query_has_one_canonical_form(string? query, string canonical) => Assert.Equal(canonical, Analyzer.NormalizeQuery(query));

    [Theory]
    [InlineData("RTX 4070 Ti", "rtx@0 4070@1 ti@2 rtx4070@0 rtx4070ti@0")]
    [InlineData("rtx4070ti", "rtx4070ti@0 rtx@0 4070@0 ti@0")]
    [InlineData("ftlx1471d3bcv-it", "ftlx1471d3bcvit@0 ftlx1471d3bcv@0 ftlx@0 1471@0 bcv@0 it@0")]
    [InlineData("wi-fi роутер", "wi@0 fi@1 wifi@0 роутер@2")]
    [InlineData("лампа 15Вт", "ламп@0 15w@1 15@1")]
    [InlineData("45x70 см", "45x70cm@0 45x70@0")]
    [InlineData("9965-900-09443", "996590009443@0 9965@0 900@0 09443@0")]
    public void Compound_terms_are_indexed_whole_and_in_parts(string text, string terms) => Assert.Equal(terms, Terms(text));

    [Theory]
    [InlineData("ВС-Т10К", "BC-T10K")]
    [InlineData("СВ-10", "CB-10")]
    public void A_code_typed_in_either_alphabet_is_the_same(string cyrillic, string latin) => Assert.Equal(Terms(latin), Terms(cyrillic));

    [Theory]
    [InlineData("ftlx1471d3bcv-it", true)]
    [InlineData("кабель np365e5c", true)]
    [InlineData("rtx 4070", true)]
    [InlineData("iphone 11", false)]
    [InlineData("10 мл", false)]
    [InlineData("серо-черный носок", false)]
    public void Model_codes_are_marked(string text, bool hasModelCode)
    {
        var tokens = new TokenBuffer();
        Analyzer.Analyze(text, tokens);
        var isMarked = false;
        for (var i = 0; i < tokens.Count; i++)
        {
            isMarked |= tokens[i].Traits.HasFlag(TokenTraits.ModelCode);
        }

        Assert.Equal(hasModelCode, isMarked);
    }

    [Fact]
    public void Languages_that_are_not_enabled_are_left_unstemmed()
    {
        Assert.Equal("носки running", new TextAnalyzer([]).NormalizeQuery("Носки running"));
        Assert.Equal("носк running", new TextAnalyzer(["ru"]).NormalizeQuery("Носки running"));
        Assert.Equal("носки run", new TextAnalyzer(["en"]).NormalizeQuery("Носки running"));
        Assert.Throws<ArgumentException>(() => new TextAnalyzer(["de"]));
    }

    [Fact]
    public void A_hostile_text_is_analysed_quickly_and_keeps_its_limits()
    {
        string[] texts =
        [
            new('a', 10_000), new('1', 10_000), new('-', 10_000), string.Concat(Enumerable.Repeat("a-", 5_000)),
            string.Concat(Enumerable.Repeat("1x", 5_000)), string.Concat(Enumerable.Repeat("1,", 5_000)), string.Concat(Enumerable.Repeat("й1 ", 3_333)),
            new('\uD83D', 10_000), new('\u0306', 10_000), new('ﬃ', 10_000), new('\u0001', 10_000), new('"', 10_000),
        ];
        var tokens = new TokenBuffer();
        var watch = Stopwatch.StartNew();
        foreach (var text in texts)
        {
            Analyzer.Analyze(text, tokens);
            for (var i = 0; i < tokens.Count; i++)
            {
                Assert.InRange(tokens.Term(i).Length, 1, 64);
                Assert.InRange(tokens[i].Position, 0, tokens.PositionCount - 1);
            }

            Assert.True(Analyzer.NormalizeQuery(text).Length <= 64 * 65);
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"Took {watch.Elapsed}.");
    }

    [Fact]
    public void Random_text_never_throws_and_normalisation_is_repeatable()
    {
        const string alphabet = "абвёйхxa1203 -_.,'×%″мсЖZ\u0306\u0000²\uD83D\uDE42\"/";
        var tokens = new TokenBuffer();
        var seed = 7u;
        Span<char> text = stackalloc char[40];
        for (var round = 0; round < 20_000; round++)
        {
            for (var i = 0; i < text.Length; i++)
            {
                seed = (seed * 1664525) + 1013904223;
                text[i] = alphabet[(int)(seed >> 10) % alphabet.Length];
            }

            Analyzer.Analyze(text, tokens);
            var query = text.ToString();
            Assert.Equal(Analyzer.NormalizeQuery(query), Analyzer.NormalizeQuery(query));
        }
    }

    [Fact]
    public void Analysis_allocates_nothing_once_the_buffer_has_grown()
    {
        const string text = "Кабель USB 2.0 - Type C 0.25м 2.4A дата-кабель нейлоновая оплётка Ginzzu GC-152B, 60 х 50 см, RTX 4070 Ti, Levi's";
        var tokens = new TokenBuffer();
        for (var i = 0; i < 100; i++)
        {
            Analyzer.Analyze(text, tokens);
        }

        // Before the runtime has recompiled a hot method, it boxes what it later does not: the rounds go on until that is done.
        var least = long.MaxValue;
        var startedAt = System.Diagnostics.Stopwatch.GetTimestamp();
        while (least > 0 && System.Diagnostics.Stopwatch.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(30))
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                Analyzer.Analyze(text, tokens);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static string Terms(string text)
    {
        var tokens = new TokenBuffer();
        Analyzer.Analyze(text, tokens);
        return string.Join(' ', Enumerable.Range(0, tokens.Count).Select(i => $"{tokens.Term(i)}@{tokens[i].Position}"));
    }
}
