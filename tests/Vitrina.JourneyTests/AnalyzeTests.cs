using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

public class AnalyzeTests
{
    [Fact]
    public async Task Texts_and_words_are_shown_as_the_index_sees_them()
    {
        var tokens = (await CommandLine.RunAsync("analyze", "--language", "ru", "Красные кружки 10 ml", "--json")).Expect(0).Json().GetProperty("tokens").EnumerateArray().ToList();
        Assert.Equal(["красн", "кружк"], tokens.Take(2).Select(token => token.GetProperty("term").GetString()));
        Assert.Contains(tokens, token => token.GetProperty("term").GetString() == "10ml");

        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.At("words"), ["кружками\tignored", "", "ёлки", "x"]);
        Assert.Equal("кружками\tкружк\nёлки\tелк\nx\tx\n", (await CommandLine.RunAsync("analyze", "--stems", "--language", "ru", folder.At("words"))).Expect(0).Output.ReplaceLineEndings("\n"));
        File.WriteAllLines(folder.At("words"), ["skies", "'tis", "generically"]);
        Assert.Equal("skies\tsky\n'tis\ttis\ngenerically\tgeneric\n", (await CommandLine.RunAsync("analyze", "--stems", "--language", "en", folder.At("words"))).Expect(0).Output.ReplaceLineEndings("\n"));
        Assert.Contains("known are ru and en", (await CommandLine.RunAsync("analyze", "--language", "de", "x")).Expect(2).Errors, StringComparison.Ordinal);
        Assert.Contains("there is no file", (await CommandLine.RunAsync("analyze", "--stems", "--language", "ru", folder.At("absent"))).Expect(2).Errors, StringComparison.Ordinal);
    }
}
