using Vitrina.Engine.Catalog;

namespace Vitrina.Tests.Engine.Catalog;

public class SharedAttributesTests
{
    private static NamedValue[] Person(string region, double year) => [new("region", AttributeValue.Of(region)), new("birthYear", AttributeValue.Of(year))];

    [Fact]
    public void Equal_lists_are_held_once_until_they_are_let_go_of()
    {
        var shared = new SharedAttributes();
        var first = shared.Of(Person("Казань", 1988));
        Assert.Same(first, shared.Of(Person("Казань", 1988)));
        var other = Person("Казань", 1989);
        Assert.Same(other, shared.Of(other));
        shared.Clear();
        var again = Person("Казань", 1988);
        Assert.Same(again, shared.Of(again));
    }

    [Fact]
    public void Lists_of_different_people_never_become_each_others()
    {
        var shared = new SharedAttributes();
        for (var year = 0; year < 100_000; year++)
        {
            Assert.Equal(year, shared.Of(Person("Уфа", year))[1].Value.Number);
        }
    }
}
