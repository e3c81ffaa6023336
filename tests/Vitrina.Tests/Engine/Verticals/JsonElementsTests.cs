using System.Text;
using Vitrina.Engine.Verticals;

namespace Vitrina.Tests.Engine.Verticals;

public sealed class JsonElementsTests
{
    [Theory]
    [InlineData("""[{"a":1}, 5,[2],"x"]""")]
    [InlineData("""{"events": [{"a":1}, 5,[2],"x"]}""")]
    public void Elements_of_a_list_are_found(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var elements = new List<Range>();
        Assert.True(JsonElements.TryFind(bytes, "events", 10, elements, out _));
        Assert.Equal(["{\"a\":1}", "5", "[2]", "\"x\""], elements.Select(element => Encoding.UTF8.GetString(bytes[element])));
        Assert.False(JsonElements.TryFind(bytes, "events", 3, elements, out var error));
        Assert.Equal("too_many", error.Code);
    }

    [Theory]
    [InlineData("""{"event": []}""", "unknown_field", "events")]
    [InlineData("""{"events": [], "more": 1}""", "unknown_field", null)]
    [InlineData("{}", "missing", null)]
    [InlineData("""{"events": 5}""", "wrong_type", null)]
    [InlineData("[1", "invalid_json", null)]
    [InlineData("", "invalid_json", null)]
    public void What_is_no_such_list_is_named(string json, string code, string? suggestion)
    {
        Assert.False(JsonElements.TryFind(Encoding.UTF8.GetBytes(json), "events", 10, [], out var error));
        Assert.Equal((code, suggestion), (error.Code, error.Suggestion));
    }
}
