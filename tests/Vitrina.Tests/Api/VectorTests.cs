using System.Globalization;
using Vitrina.Tests.Engine;

namespace Vitrina.Tests.Api;

/// <summary>Vectors over the API: put items, ask near them, filter, change, delete, start again.</summary>
public sealed class VectorTests
{
    private const string Look = "/v1/rank/goods/feed";

    private static readonly string Yaml = TestEngine.GoodsYaml
        .Replace("    title:", "    look: {kind: vector, dimension: 3}\n    title:", StringComparison.Ordinal)
        .Replace("\nsurfaces:\n", "\nsurfaces:\n  feed:\n    sources: [{kind: vectors, attribute: look, limit: 50}]\n    score: {fallback: source}\n    deadline: 10s\n", StringComparison.Ordinal);

    [Fact]
    public async Task A_list_near_a_vector_follows_every_change_and_a_restart()
    {
        var folder = Folder();
        await using (var server = await ApiServer.StartAsync(folder, keepsFolder: true))
        {
            var items = Enumerable.Range(0, 40).Select(number => Item($"i{number}", number % 2 == 0 ? "even" : "odd", Math.Cos(number * 0.05), Math.Sin(number * 0.05), 0));
            Assert.Equal(200, (await server.PutAsync("/v1/items?wait=visible", $"[{string.Join(',', items)}]")).Status);
            Assert.Equal(["i0", "i1", "i2"], await AskAsync(server, """{"vector": {"look": [1, 0, 0]}, "size": 3}"""));
            Assert.Equal(["i31", "i33", "i29"], await AskAsync(server, """{"vector": [0, 1, 0], "filters": {"brand": "odd"}, "size": 3}"""));
            Assert.Equal(["i9", "i11"], (await AskAsync(server, """{"context": {"item": "i10"}, "size": 2}""")).Order(StringComparer.Ordinal).OrderBy(id => id.Length));

            var (status, _) = await server.SendAsync(HttpMethod.Patch, "/v1/items/i5?wait=visible", """{"attributes": {"look": [2, 0, 0.001]}}""");
            Assert.Equal(200, status);
            Assert.Equal(["i0", "i5"], (await AskAsync(server, """{"vector": [1, 0, 0], "size": 2}""")).Order(StringComparer.Ordinal));
            Assert.Equal(200, (await server.SendAsync(HttpMethod.Delete, "/v1/items/i0?wait=visible")).Status);
            Assert.Equal(["i5", "i1"], await AskAsync(server, """{"vector": [1, 0, 0], "size": 2}"""));
            var (found, item) = await server.GetAsync("/v1/items/i5");
            Assert.Equal(200, found);
            Assert.Equal(2, item.GetProperty("attributes").GetProperty("look")[0].GetDouble());
        }

        await using (var server = await ApiServer.StartAsync(folder))
        {
            Assert.Equal(["i5", "i1"], await AskAsync(server, """{"vector": [1, 0, 0], "size": 2}"""));
        }
    }

    [Theory]
    [InlineData("""{"vector": [1, 2]}""", "vector", "dimension is 3")]
    [InlineData("""{"vector": {"look": [1, 2, 3, 4]}}""", "vector.look", "dimension is 3")]
    [InlineData("""{"vector": {"lok": [1, 2, 3]}}""", "vector.lok", "look")]
    [InlineData("""{"vector": [0, 0, 0]}""", "vector", "zero vector")]
    [InlineData("""{"vector": [1, "2", 3]}""", "vector", "place 1")]
    [InlineData("""{"vector": [1, 1e300, 3]}""", "vector", "place 1")]
    [InlineData("""{"vector": "near"}""", "vector", "list of numbers")]
    public async Task Mistakes_in_a_vector_name_the_field(string body, string field, string hint)
    {
        await using var server = await ApiServer.StartAsync(Folder());
        var (status, problem) = await server.PostAsync(Look, body);
        Assert.Equal(400, status);
        Assert.Equal(field, problem.GetProperty("field").GetString());
        Assert.Contains(hint, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1, 2]", "list of 3 numbers")]
    [InlineData("[0, 0, 0]", "zero vector")]
    [InlineData("[1, 1e200, 0]", "too large")]
    public async Task An_item_whose_vector_does_not_fit_is_refused_by_field(string vector, string hint)
    {
        await using var server = await ApiServer.StartAsync(Folder());
        var (_, body) = await server.PutAsync("/v1/items?wait=visible", $$"""[{"id": "x", "attributes": {"title": "кружка", "brand": "b", "category": "c", "price": 1, "look": {{vector}} } }]""");
        var text = body.GetRawText();
        Assert.Contains("attributes.look", text, StringComparison.Ordinal);
        Assert.Contains(hint, text, StringComparison.Ordinal);
    }

    private static string Folder()
    {
        var folder = Directory.CreateTempSubdirectory("vitrina-api-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "verticals"));
        File.WriteAllText(Path.Combine(folder, "verticals", "goods.yaml"), Yaml);
        return folder;
    }

    private static string Item(string id, string brand, params double[] vector) =>
        $$"""{"id": "{{id}}", "attributes": {"title": "кружка {{id}}", "brand": "{{brand}}", "category": "кружки", "price": 100, "look": [{{string.Join(',', vector.Select(number => number.ToString("R", CultureInfo.InvariantCulture)))}}] } }""";

    private static async Task<List<string>> AskAsync(ApiServer server, string body)
    {
        var (status, answer) = await server.PostAsync(Look, body);
        Assert.Equal(200, status);
        return [.. answer.GetProperty("sections")[0].GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];
    }
}
