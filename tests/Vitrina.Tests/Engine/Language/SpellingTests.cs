using Vitrina.Engine.Language;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Language;

public class SpellingTests
{
    // The definition, cell by cell: the oracle of the bit vectors.
    private static int PlainDistance(string left, string right)
    {
        var cells = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cells[i, j] = i + j;
                    continue;
                }

                var change = left[i - 1] == right[j - 1] ? 0 : 1;
                cells[i, j] = Math.Min(Math.Min(cells[i - 1, j] + 1, cells[i, j - 1] + 1), cells[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    cells[i, j] = Math.Min(cells[i, j], cells[i - 2, j - 2] + 1);
                }
            }
        }

        return cells[left.Length, right.Length];
    }

    [Fact]
    public void Distances_equal_the_definition_and_letters_bound_them()
    {
        const string Letters = "абвяazё";
        var distance = new SpellingDistance();
        var random = RandomStream.For(5, "words");
        string Word() => string.Concat(Enumerable.Range(0, 1 + random.NextInt(9)).Select(_ => Letters[random.NextInt(6)]));
        for (var run = 0; run < 300; run++)
        {
            var word = Word();
            distance.Prepare(word);
            for (var i = 0; i < 50; i++)
            {
                var other = Word();
                var plain = PlainDistance(word, other);
                Assert.Equal(plain, distance.To(other));
                var different = System.Numerics.BitOperations.PopCount(SpellingDistance.LettersOf(word) ^ SpellingDistance.LettersOf(other));
                Assert.True(different <= 2 * plain);
            }
        }
    }

    [Theory]
    [InlineData("fqajy", "айфон")]
    [InlineData("шзрщту", "iphone")]
    [InlineData("[kt,", "хлеб")]
    [InlineData("Yjen,er", "ноутбук")]
    [InlineData("ghbdtn vbh", "привет мир")]
    [InlineData("123", "123")]
    [InlineData("", "")]
    public void The_same_keys_give_the_word_of_the_other_layout(string typed, string meant) => Assert.Equal(meant, KeyboardLayout.Switch(typed));

    [Theory]
    [InlineData("iphone", "айфон")]
    [InlineData("айфон", "iphone")]
    [InlineData("xiaomi", "сяоми")]
    [InlineData("сяоми", "xiaomi")]
    [InlineData("samsung", "самсунг")]
    [InlineData("самсунг", "samsung")]
    [InlineData("nike", "найк")]
    [InlineData("найк", "nike")]
    [InlineData("apple", "эппл")]
    [InlineData("эппл", "apple")]
    [InlineData("huawei", "хуавей")]
    [InlineData("хуавей", "huawei")]
    [InlineData("playstation", "плейстейшн")]
    [InlineData("плейстейшн", "playstation")]
    [InlineData("philips", "филипс")]
    [InlineData("филипс", "philips")]
    [InlineData("bosch", "бош")]
    [InlineData("бош", "bosch")]
    [InlineData("macbook", "макбук")]
    [InlineData("макбук", "macbook")]
    [InlineData("dyson", "дайсон")]
    [InlineData("дайсон", "dyson")]
    [InlineData("chainik", "чайник")]
    public void Names_are_spelt_in_the_other_alphabet(string word, string other)
    {
        var found = false;
        Transliteration.Spell(word, spelling => found |= spelling.SequenceEqual(other));
        Assert.True(found);
    }

    [Fact]
    public void Spellings_of_any_word_are_bounded()
    {
        foreach (var word in new[] { "щщщщщщщщщщщщщщщщщщщщщщщщ", "aaaaaaaaaaaaaaaaaaaaaaaa", "йй", "ъ", "смешannый", "日本", new string('ш', 40) })
        {
            var count = 0;
            Transliteration.Spell(word, _ => count++);
            Assert.True(count <= 2 * Transliteration.MaxSpellings);
        }
    }
}
