using System.IO.Compression;
using System.Text;
using Vitrina.Engine.Language;

namespace Vitrina.Tests.Engine.Language;

public class StemmerTests
{
    private delegate int Stemmer(Span<char> word);

    [Theory]
    [InlineData("russian")]
    [InlineData("english")]
    public void The_official_vocabulary_is_reproduced_word_for_word(string language)
    {
        var folder = SharedData.Folder("snowball");
        if (folder is null)
        {
            Assert.Skip("The shared data set 'snowball' is absent.");
        }

        Stemmer stemmer = language == "russian" ? RussianStemmer.Stem : EnglishStemmer.Stem;
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(folder, language + ".tsv.gz")), CompressionMode.Decompress), Encoding.UTF8);
        var mistakes = new List<string>();
        var count = 0;
        while (reader.ReadLine() is { } line)
        {
            var columns = line.Split('\t');
            var stem = Stem(stemmer, columns[0]);
            count++;
            if (stem != columns[1])
            {
                mistakes.Add($"{columns[0]} → {stem}, expected {columns[1]}");
            }
        }

        Assert.Empty(mistakes);
        Assert.True(count > 20_000, $"Only {count} words were read.");
    }

    [Theory]
    [InlineData("skis", "ski")]
    [InlineData("skies", "sky")]
    [InlineData("dying", "die")]
    [InlineData("lyings", "lie")]
    [InlineData("tying", "tie")]
    [InlineData("vying", "vie")]
    [InlineData("idly", "idl")]
    [InlineData("gently", "gentl")]
    [InlineData("ugly", "ugli")]
    [InlineData("early", "earli")]
    [InlineData("only", "onli")]
    [InlineData("singly", "singl")]
    [InlineData("sky", "sky")]
    [InlineData("news", "news")]
    [InlineData("howe", "howe")]
    [InlineData("atlas", "atlas")]
    [InlineData("cosmos", "cosmos")]
    [InlineData("bias", "bias")]
    [InlineData("andes", "andes")]
    [InlineData("innings", "inning")]
    [InlineData("outing", "outing")]
    [InlineData("cannings", "canning")]
    [InlineData("herring", "herring")]
    [InlineData("earrings", "earring")]
    [InlineData("evenings", "evening")]
    [InlineData("proceed", "proceed")]
    [InlineData("exceeds", "exceed")]
    [InlineData("succeed", "succeed")]
    [InlineData("generic", "generic")]
    [InlineData("general", "general")]
    [InlineData("community", "communiti")]
    [InlineData("communism", "communism")]
    [InlineData("arsenic", "arsenic")]
    [InlineData("arsenal", "arsenal")]
    [InlineData("past", "past")]
    [InlineData("pastes", "paste")]
    [InlineData("universe", "univers")]
    [InlineData("lateral", "lateral")]
    [InlineData("later", "later")]
    [InlineData("emerging", "emerg")]
    [InlineData("organize", "organiz")]
    [InlineData("adding", "add")]
    [InlineData("egging", "egg")]
    [InlineData("hopping", "hop")]
    [InlineData("hoping", "hope")]
    [InlineData("ties", "tie")]
    [InlineData("cries", "cri")]
    [InlineData("gas", "gas")]
    [InlineData("kiwis", "kiwi")]
    [InlineData("'a'", "a")]
    [InlineData("there's'", "there")]
    public void English_exceptions_follow_the_published_rules(string word, string stem) => Assert.Equal(stem, Stem(EnglishStemmer.Stem, word));

    [Fact]
    public void Strange_input_neither_throws_nor_grows()
    {
        Span<char> word = stackalloc char[24];
        var seed = 12345u;
        const string alphabet = "abeginstyY'ейшнияся ёь🙂";
        for (var round = 0; round < 20_000; round++)
        {
            seed = (seed * 1664525) + 1013904223;
            var length = (int)(seed >> 16) % 24;
            for (var i = 0; i < length; i++)
            {
                seed = (seed * 1664525) + 1013904223;
                word[i] = alphabet[(int)(seed >> 12) % alphabet.Length];
            }

            var russian = RussianStemmer.Stem(word[..length]);
            Assert.InRange(russian, 0, length);
            Assert.InRange(EnglishStemmer.Stem(word[..russian]), 0, russian);
        }
    }

    private static string Stem(Stemmer stemmer, string word)
    {
        Span<char> letters = word.ToCharArray();
        return letters[..stemmer(letters)].ToString();
    }
}
