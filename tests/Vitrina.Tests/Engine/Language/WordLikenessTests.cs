using Vitrina.Engine.Language;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Language;

public class WordLikenessTests
{
    [Theory]
    [InlineData("wireless", "wirelss", 7f / 8)]
    [InlineData("recharge", "rehcarge", 7f / 8)]
    [InlineData("mouse", "mousepad", 5f / 8)]
    [InlineData("lamp", "clamps", 4f / 6)]
    [InlineData("cat", "cats", 0)]
    [InlineData("phone", "stove", 0)]
    [InlineData("xabcdefghijklmnopqrsty", "zabcdefghijklmnopqrstw", 20f / 22)]
    public void Misspelt_and_contained_words_are_alike(string left, string right, float expected)
    {
        Assert.Equal(expected, WordLikeness.Of(left, right), 1e-6);
        Assert.Equal(expected, WordLikeness.Of(right, left), 1e-6);
    }

    [Fact]
    public void Likeness_equals_the_plain_definition_on_edited_words()
    {
        var random = RandomStream.For(7, "words");
        for (var round = 0; round < 20_000; round++)
        {
            var word = string.Concat(Enumerable.Range(0, 1 + random.NextInt(14)).Select(_ => (char)('a' + random.NextInt(4))));
            var other = word.ToList();
            for (var edit = random.NextInt(4); edit > 0 && other.Count > 1; edit--)
            {
                var at = random.NextInt(other.Count - 1);
                switch (random.NextInt(4))
                {
                    case 0: other.RemoveAt(at); break;
                    case 1: other.Insert(at, (char)('a' + random.NextInt(4))); break;
                    case 2: other[at] = (char)('a' + random.NextInt(4)); break;
                    default: (other[at], other[at + 1]) = (other[at + 1], other[at]); break;
                }
            }

            var edited = string.Concat(other);
            Assert.Equal(word == edited && word.Length >= 4 ? 1 : PlainMatch.Likeness(word, edited), WordLikeness.Of(word, edited), 1e-6);
        }
    }
}
