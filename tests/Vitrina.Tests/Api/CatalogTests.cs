namespace Vitrina.Tests.Api;

public sealed class CatalogTests
{
    [Fact]
    public async Task An_item_is_put_patched_read_and_deleted()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(1);
        Assert.Equal(200, (await server.SendAsync(HttpMethod.Patch, "/v1/items/sku-1?wait=visible", """{"attributes": {"price": 777}}""")).Status);
        var (status, item) = await server.GetAsync("/v1/items/sku-1");
        Assert.Equal(200, status);
        Assert.Equal(777, item.GetProperty("attributes").GetProperty("price").GetDouble());
        Assert.Equal("JBL", item.GetProperty("attributes").GetProperty("brand").GetString());
        Assert.Equal(200, (await server.SendAsync(HttpMethod.Delete, "/v1/items/sku-1?wait=visible")).Status);
        Assert.Equal(404, (await server.GetAsync("/v1/items/sku-1")).Status);
        Assert.Equal(404, (await server.SendAsync(HttpMethod.Delete, "/v1/items/sku-1")).Status);
        Assert.Equal(404, (await server.SendAsync(HttpMethod.Patch, "/v1/items/none", "{}")).Status);
    }

    [Fact]
    public async Task A_patch_can_follow_its_put_in_one_batch()
    {
        await using var server = await ApiServer.StartAsync();
        var batch = $$"""[{{ApiServer.Item("a", "Чехол", 100)}}, {"id": "a", "op": "patch", "stock": 3}, {"id": "a", "op": "delete"}, {"id": "a", "op": "patch", "stock": 4}, {"id": "b", "prise": 1}]""";
        var (status, body) = await server.PutAsync("/v1/items", batch);
        Assert.Equal(200, status);
        Assert.Equal(3, body.GetProperty("accepted").GetInt32());
        var refused = body.GetProperty("outcomes").EnumerateArray().Where(outcome => outcome.GetProperty("outcome").GetString() == "refused").ToList();
        Assert.Equal(["unknown_item", "unknown_field"], refused.Select(outcome => outcome.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Users_sellers_aliases_and_feature_rows_are_taken()
    {
        await using var server = await ApiServer.StartAsync();
        Assert.Equal(200, (await server.PutAsync("/v1/users?wait=visible", """{"users": [{"id": "u-1", "attributes": {"region": "moscow"}}]}""")).Status);
        Assert.Equal("moscow", (await server.GetAsync("/v1/users/u-1")).Body.GetProperty("attributes").GetProperty("region").GetString());
        Assert.Equal(200, (await server.PostAsync("/v1/users/u-1/aliases?wait=visible", """{"alias": "cookie-1"}""")).Status);
        Assert.Equal(400, (await server.PostAsync("/v1/users/u-1/aliases", """{"alias": "u-1"}""")).Status);
        Assert.Equal(200, (await server.PutAsync("/v1/sellers", """{"id": "s-1", "attributes": {"name": "Звук"}}""")).Status);
        Assert.Equal(200, (await server.PutAsync("/v1/features/seller_quality", """[{"key": "s-1", "columns": {"rating": 4.5}}]""")).Status);
        var (status, body) = await server.PutAsync("/v1/features/seller_qality", "[]");
        Assert.Equal(404, status);
        Assert.Equal("seller_quality", body.GetProperty("suggestion").GetString());
        Assert.Equal(200, (await server.SendAsync(HttpMethod.Delete, "/v1/users/u-1?wait=visible")).Status);
        Assert.False((await server.GetAsync("/v1/users/u-1")).Body.TryGetProperty("attributes", out _));
        Assert.Equal(404, (await server.GetAsync("/v1/users/nobody")).Status);
    }
}
