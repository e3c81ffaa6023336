using Vitrina.Engine.Verticals;

namespace Vitrina.Tests.Engine.Verticals;

public sealed class ItemSchemaTests
{
    [Fact]
    public void Attributes_of_each_storage_get_dense_slots_in_file_order()
    {
        var schema = new ItemSchema(VerticalFile.Load(GoodsFile.Path).Declaration!.Items);
        Assert.Equal((6, 4, 2, 2, 0, 1), (schema.NumberCount, schema.KeywordCount, schema.KeywordListCount, schema.TextCount, schema.VectorCount, schema.ZonedCount));
        Assert.Equal((AttributeStorage.Keywords, 1), (schema.Find("category").Storage, schema.Find("category").Slot));
        Assert.Equal((AttributeStorage.Numbers, 0), (schema.Find("price").Storage, schema.Find("price").Slot));
        Assert.Equal((AttributeStorage.KeywordLists, 1), (schema.Find("size").Storage, schema.Find("size").Slot));
        Assert.Equal(0, schema.Find("delivery").ZoneSlot);
        Assert.Equal(-1, schema.Find("price").ZoneSlot);
        Assert.Equal(0, schema.Find("reviews").DefaultNumber);
        Assert.True(double.IsNaN(schema.Find("rating").DefaultNumber));
        Assert.Same(schema.Find("category"), schema.Type);
        Assert.Same(schema.Find("model"), schema.MatchGroup);
        Assert.Null(schema.FindOrNull("nothing"));
        Assert.Throws<KeyNotFoundException>(() => schema.Find("nothing"));
    }

    [Fact]
    public void A_point_takes_two_numbers()
    {
        var schema = new ItemSchema(new OrderedDictionary<string, AttributeDeclaration>
        {
            ["point"] = new() { Kind = AttributeKind.Geo },
            ["isNew"] = new() { Kind = AttributeKind.Bool, Default = "true" },
            ["photo"] = new() { Kind = AttributeKind.Vector, Dimension = 4 },
        });
        Assert.Equal((0, 2, 3, 1), (schema.Find("point").Slot, schema.Find("isNew").Slot, schema.NumberCount, schema.VectorCount));
        Assert.Equal(1, schema.Find("isNew").DefaultNumber);
    }
}
