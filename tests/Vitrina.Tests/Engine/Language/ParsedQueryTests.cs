using Vitrina.Engine.Language;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Language;

public class ParsedQueryTests
{
    [Theory]
    [InlineData("красный чайник", "красный чайник", "", "", "")]
    [InlineData("чайник \"Волшебный мир\"", "чайник Волшебный мир", "Волшебный мир", "", "")]
    [InlineData("«Школа талантов» набор", "Школа талантов набор", "Школа талантов", "", "")]
    [InlineData("чайник -красный -wi-fi", "чайник", "", "красный wi-fi", "")]
    [InlineData("чайник -\"для газовой плиты\"", "чайник", "", "", "для газовой плиты")]
    [InlineData("телефон \"-20 градусов\"", "телефон 20 градусов", "-20 градусов", "", "")]
    [InlineData("монитор 24\" samsung 27\"", "монитор 24 samsung 27", "", "", "")]
    [InlineData("\"без пары", "без пары", "", "", "")]
    [InlineData("\"\" \"  \" чай", "чай", "", "", "")]
    [InlineData("usb-c кабель - белый", "usb-c кабель - белый", "", "", "")]
    [InlineData("термометр -5", "термометр -5", "", "", "")]
    [InlineData("", "", "", "", "")]
    public void A_query_is_cut_by_its_signs(string text, string words, string phrases, string unwanted, string unwantedPhrases)
    {
        var parsed = ParsedQuery.Parse(text);
        Assert.Equal(words, string.Join(' ', parsed.Words.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(phrases, string.Join('|', parsed.Phrases));
        Assert.Equal(unwanted, parsed.UnwantedWords);
        Assert.Equal(unwantedPhrases, string.Join('|', parsed.UnwantedPhrases));
    }

    [Theory]
    [InlineData("intel ftlx1471d3bcv-it", "ftlx1471d3bcvit!")]
    [InlineData("видеокарта RTX 4070 Ti", "rtx4070ti!")]
    [InlineData("asus x515ea", "x515ea!")]
    [InlineData("модуль 9965-900-09443", "996590009443!")]
    [InlineData("lego 42115", "42115!")]
    [InlineData("powerbank 20000", "")]
    [InlineData("iphone 13 pro max 256", "")]
    [InlineData("samsung 870", "")]
    [InlineData("omega3", "omega3?")]
    [InlineData("омега3 капсулы", "омега3?")]
    [InlineData("лампа 100led", "100led?")]
    [InlineData("playstation 5", "")]
    [InlineData("крем 50 мл", "")]
    [InlineData("полотенце 70x140 см", "")]
    [InlineData("wi-fi роутер", "")]
    [InlineData("ВС-Т10К", "bct10k!")]
    public void Model_codes_and_article_numbers_are_told_from_words_and_amounts(string text, string expected)
    {
        var tokens = new TokenBuffer();
        new TextAnalyzer(["ru", "en"]).Analyze(text, tokens);
        Assert.Equal(expected, string.Join(' ', ModelCodes.Of(tokens).Select(code => code.Term + (code.IsCertain ? "!" : "?"))));
    }

    [Fact]
    public void Any_text_is_a_query()
    {
        const string Alphabet = "\"\"«»“”„--- ()[]'абвxyz019\t\0\u2028\uD800\uDC00é";
        var analyzer = new TextAnalyzer(["ru", "en"]);
        var tokens = new TokenBuffer();
        for (var run = 0ul; run < 2000; run++)
        {
            var random = RandomStream.For(31, "parser", run);
            var text = string.Create(random.NextInt(run % 100 == 0 ? 10_000 : 60), random, (span, state) =>
            {
                foreach (ref var letter in span)
                {
                    letter = Alphabet[state.NextInt(Alphabet.Length)];
                }
            });
            var parsed = ParsedQuery.Parse(text);
            Assert.Equal(text, parsed.Text);
            Assert.Equal(text.Length, parsed.Words.Length);
            Assert.True(parsed.Phrases.Count + parsed.UnwantedPhrases.Count <= ParsedQuery.MaxPhrases);
            Assert.All(parsed.Phrases.Concat(parsed.UnwantedPhrases), phrase => Assert.True(phrase.Length > 0 && text.Contains(phrase, StringComparison.Ordinal)));
            Assert.DoesNotContain(parsed.Words, letter => "\"«“„".Contains(letter, StringComparison.Ordinal) && parsed.Phrases.Count == 0);
            analyzer.Analyze(parsed.Words, tokens);
            ModelCodes.Of(tokens);
        }
    }
}
