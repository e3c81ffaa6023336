using Vitrina.Engine.Verticals;

namespace Vitrina.Tests.Engine.Verticals;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("windwos", "windows")]
    [InlineData("Windows", "windows")]
    [InlineData("halflife", "halfLife")]
    [InlineData("elephant", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_found_within_a_third_of_the_letters(string wrong, string? expected) =>
        Assert.Equal(expected, NearestName.Find(wrong, ["windows", "halfLife", "offers"]));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "acb", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ABC", "abc", 0)]
    [InlineData("ca", "abc", 3)]
    public void Distance_counts_edits_and_swaps(string left, string right, int expected) =>
        Assert.Equal(expected, NearestName.Distance(left, right));

    [Fact]
    public void Distance_is_the_same_both_ways_and_at_most_one_after_one_edit()
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            var word = new string([.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => (char)('a' + random.Next(5)))]);
            var edited = word.Insert(random.Next(word.Length + 1), "x");
            Assert.Equal(1, NearestName.Distance(word, edited));
            Assert.Equal(1, NearestName.Distance(edited, word));
        }
    }
}
