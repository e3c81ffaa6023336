using System.Buffers;
using System.Text;
using System.Text.Json;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Tests.Engine.Events;
using Vitrina.Tests.Engine.Verticals;

namespace Vitrina.Tests.Engine.Catalog;

public sealed class ItemDocumentTests
{
    private const string Shapes = """
        vertical: shapes
        items:
          type: kind
          attributes:
            kind: {kind: keyword, values: [big, small]}
            tags: {kind: keyword, multiple: true}
            point: {kind: geo}
            vector: {kind: vector, dimension: 3}
            since: {kind: date}
            isNew: {kind: bool}
            days: {kind: days, perZone: true}
        surfaces:
          search: {sources: [{kind: popular, limit: 10}]}
        """;

    private const string Whole =
        """{"id":"i","vertical":"goods","seller":"s","owner":"o","publishedAt":"2026-01-01T00:00:00Z","expiresAt":1793878200250,"stock":3,"active":true,"at":1760000000000,"attributes":{"title":"Кеды","category":"shoes","color":["red","blue"],"price":990.5,"delivery":{"msk":1,"spb":2.5},"rating":4.5}}""";

    private static readonly DocumentVerticals Verticals = new([VerticalFile.Load(GoodsFile.Path).Declaration!, VerticalFile.Parse(Shapes, "shapes.yaml").Declaration!]);

    private static readonly ItemDocumentDefaults Defaults = new() { AtMs = 77, Vertical = "goods", VerticalOfItem = id => id == "known" ? "goods" : null };

    [Fact]
    public void A_put_is_read_and_written_back_the_same()
    {
        var change = Read(Whole);
        Assert.Equal((ItemChangeKind.Put, 1_760_000_000_000, "goods", "s", "o", 3, true), (change.Kind, change.AtMs, change.Vertical, change.Seller, change.Owner, change.Stock, change.IsActive));
        var writer = new ByteWriter();
        change.Write(writer);
        Assert.Equal(6, ItemChange.Read(writer.Written).Attributes.Count);

        Assert.True(Verticals.TryGet("goods", out _, out var schema));
        var items = new VerticalItems("goods", schema);
        var item = items.Build(change, null, 0, change.Seller, 0);
        var json = new ArrayBufferWriter<byte>();
        using (var output = new Utf8JsonWriter(json))
        {
            ItemDocument.Write(output, item, items.Keywords, items.ListKeywords);
        }

        var again = items.Build(Read(Encoding.UTF8.GetString(json.WrittenSpan)), null, 0, "s", 0);
        Assert.Equal(item.Numbers, again.Numbers);
        Assert.Equal(item.Keywords, again.Keywords);
        Assert.Equal(item.KeywordLists, again.KeywordLists);
        Assert.Equal(item.Texts, again.Texts);
        Assert.Equal(item.Zones, again.Zones);
        Assert.Equal((item.PublishedAtMs, item.ExpiresAtMs, item.Stock, item.ChangedAtMs), (again.PublishedAtMs, again.ExpiresAtMs, again.Stock, again.ChangedAtMs));
    }

    [Fact]
    public void Every_shape_of_value_is_read()
    {
        var change = Read("""{"id":"x","vertical":"shapes","attributes":{"kind":"big","tags":"one","point":[55.7,37.6],"vector":[1,2,3],"since":"2026-01-02","isNew":false,"days":4}}""");
        Assert.Equal(["one"], Value(change, "tags").Texts!);
        Assert.Equal([55.7f, 37.6f], Value(change, "point").Numbers!);
        Assert.Equal([1f, 2f, 3f], Value(change, "vector").Numbers!);
        Assert.Equal((1_767_312_000.0, 0.0, 4.0), (Value(change, "since").Number, Value(change, "isNew").Number, Value(change, "days").Number));
    }

    [Fact]
    public void A_patch_takes_attributes_away_by_null_but_not_required_ones()
    {
        var change = Read("""{"op":"patch","id":"known","attributes":{"brand":null,"price":5}}""");
        Assert.Equal((ItemChangeKind.Patch, AttributeValueKind.Absent, 77L), (change.Kind, Value(change, "brand").Kind, change.AtMs));
        Assert.Equal(("attributes.title", "required"), ErrorOf("""{"op":"patch","id":"known","attributes":{"title":null}}"""));
        Assert.Equal(("id", "unknown_item"), ErrorOf("""{"op":"patch","id":"other","attributes":{"price":5}}"""));
        Assert.Equal(ItemChangeKind.Delete, Read("""{"op":"delete","id":"known"}""").Kind);
    }

    [Theory]
    [InlineData("\"prise\":1", "attributes.prise", "unknown_attribute")]
    [InlineData("\"price\":\"1\"", "attributes.price", "wrong_type")]
    [InlineData("\"price\":-1", "attributes.price", "out_of_range")]
    [InlineData("\"rating\":5.5", "attributes.rating", "out_of_range")]
    [InlineData("\"price\":1e999", "attributes.price", "not_finite")]
    [InlineData("\"brand\":[\"a\"]", "attributes.brand", "wrong_type")]
    [InlineData("\"brand\":\"\"", "attributes.brand", "empty")]
    [InlineData("\"delivery\":{\"msk\":-2}", "attributes.delivery.msk", "out_of_range")]
    [InlineData("\"rating\":{\"msk\":1}", "attributes.rating", "wrong_type")]
    [InlineData("\"title\":\"again\"", "attributes.title", "duplicate_field")]
    public void A_wrong_attribute_is_named(string part, string field, string code) =>
        Assert.Equal((field, code), ErrorOf("{\"id\":\"i\",\"vertical\":\"goods\",\"attributes\":{\"title\":\"t\",\"category\":\"c\"," + part + "}}"));

    [Theory]
    [InlineData("\"kind\":\"bigg\"", "attributes.kind", "unknown_value")]
    [InlineData("\"point\":[91,0]", "attributes.point", "out_of_range")]
    [InlineData("\"point\":[0,181]", "attributes.point", "out_of_range")]
    [InlineData("\"point\":[0]", "attributes.point", "wrong_dimension")]
    [InlineData("\"vector\":[1,2,3,4]", "attributes.vector", "wrong_dimension")]
    [InlineData("\"vector\":[1,2,1e300]", "attributes.vector", "not_finite")]
    [InlineData("\"since\":\"soon\"", "attributes.since", "invalid_time")]
    [InlineData("\"isNew\":1", "attributes.isNew", "wrong_type")]
    [InlineData("\"days\":-1", "attributes.days", "out_of_range")]
    public void A_wrong_value_of_any_shape_is_named(string part, string field, string code) =>
        Assert.Equal((field, code), ErrorOf("{\"id\":\"i\",\"vertical\":\"shapes\",\"attributes\":{" + part + "}}"));

    [Fact]
    public void Wrong_documents_are_named()
    {
        Assert.Equal(("attributes.category", "missing"), ErrorOf("""{"id":"i","attributes":{"title":"t","price":1}}"""));
        Assert.Equal(("vertical", "unknown_vertical"), ErrorOf("""{"id":"i","vertical":"good"}"""));
        Assert.Equal(("vertical", "wrong_vertical"), ErrorOf("""{"id":"known","vertical":"shapes"}"""));
        Assert.Equal(("op", "unknown_value"), ErrorOf("""{"id":"i","op":"pacth"}"""));
        Assert.Equal(("stock", "negative"), ErrorOf("""{"id":"i","stock":-1}"""));
        Assert.Equal(("id", "missing"), ErrorOf("{}"));
        Assert.Equal(("attributes", "wrong_type"), ErrorOf("""{"id":"i","attributes":[]}"""));
    }

    [Fact]
    public void Mutated_items_never_throw() =>
        DocumentMutations.Run(Whole, 3, 20_000, bytes => ItemDocument.TryRead(bytes, Verticals, Defaults, out _, out var error) || DocumentMutations.IsNamed(error));

    [Fact]
    public void Users_aliases_and_feature_rows_are_read_and_mutations_of_them_never_throw()
    {
        const string User = """{"id":"u","at":1760000000000,"attributes":{"region":"msk","birthYear":1990}}""";
        const string Row = """{"table":"seller_quality","key":"s1","validFrom":1760000000000,"columns":{"rating":4.5,"cancelShare":null}}""";
        const string Alias = """{"alias":"anonymous","at":1760000000000}""";
        Assert.True(EntityDocument.TryRead(Encoding.UTF8.GetBytes(User), Verticals.Users, 1, out var user, out _));
        Assert.Equal(("u", 2), (user!.Id, user.Attributes.Count));
        Assert.True(FeatureRowDocument.TryRead(Encoding.UTF8.GetBytes(Row), Verticals, null, 1, out var row, out _));
        Assert.Equal(("s1", 4.5f, float.NaN), (row!.Key, row.Columns[0].Value, row.Columns[1].Value));
        Assert.True(AliasDocument.TryRead(Encoding.UTF8.GetBytes(Alias), new UserId("u"), 1, out var alias, out _));
        Assert.Equal("anonymous", alias!.Alias.Value);
        Assert.False(AliasDocument.TryRead("{\"alias\":\"u\"}"u8, new UserId("u"), 1, out _, out var error));
        Assert.Equal("alias", error.Field);
        Assert.False(FeatureRowDocument.TryRead("""{"table":"seller_qualty","key":"k","columns":{}}"""u8, Verticals, null, 1, out _, out error));
        Assert.Equal(("table", "seller_quality"), (error.Field, error.Suggestion));
        Assert.False(FeatureRowDocument.TryRead("""{"table":"seller_quality","key":"k","columns":{"ratin":1}}"""u8, Verticals, null, 1, out _, out error));
        Assert.Equal(("columns.ratin", "rating"), (error.Field, error.Suggestion));
        DocumentMutations.Run(User, 4, 5_000, bytes => EntityDocument.TryRead(bytes, Verticals.Users, 1, out _, out var wrong) || DocumentMutations.IsNamed(wrong));
        DocumentMutations.Run(Row, 5, 5_000, bytes => FeatureRowDocument.TryRead(bytes, Verticals, null, 1, out _, out var wrong) || DocumentMutations.IsNamed(wrong));
        DocumentMutations.Run(Alias, 6, 5_000, bytes => AliasDocument.TryRead(bytes, new UserId("u"), 1, out _, out var wrong) || DocumentMutations.IsNamed(wrong));
    }

    private static AttributeValue Value(ItemChange change, string name) => change.Attributes.First(value => value.Name == name).Value;

    private static ItemChange Read(string json)
    {
        Assert.True(ItemDocument.TryRead(Encoding.UTF8.GetBytes(json), Verticals, Defaults, out var change, out var error), error.ToString());
        return change!;
    }

    private static (string Field, string Code) ErrorOf(string json)
    {
        Assert.False(ItemDocument.TryRead(Encoding.UTF8.GetBytes(json), Verticals, Defaults, out _, out var error));
        return (error.Field, error.Code);
    }
}
