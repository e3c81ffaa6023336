using System.Globalization;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Tests.Engine.Catalog;

public class ItemDecoderTests
{
    private static readonly ItemSchema Schema = new(new Dictionary<string, AttributeDeclaration>
    {
        ["title"] = new() { Kind = AttributeKind.Text },
        ["brand"] = new() { Kind = AttributeKind.Keyword, Default = "noname" },
        ["color"] = new() { Kind = AttributeKind.Keyword, Multiple = true },
        ["price"] = new() { Kind = AttributeKind.Number },
        ["reviews"] = new() { Kind = AttributeKind.Number, Default = "0" },
        ["delivery"] = new() { Kind = AttributeKind.Days, PerZone = true },
        ["isUsed"] = new() { Kind = AttributeKind.Bool },
        ["place"] = new() { Kind = AttributeKind.Geo },
        ["picture"] = new() { Kind = AttributeKind.Vector, Dimension = 2 },
        ["note"] = new() { Kind = AttributeKind.Text, Default = "-" },
    });

    private readonly VerticalItems _items = new("goods", Schema);
    private readonly SymbolTable _sellers = new();

    [Fact]
    public void A_decoded_item_equals_the_one_that_its_put_builds()
    {
        var random = new Random(7);
        var puts = Enumerable.Range(0, 2000).Select(number => Put(random, number)).ToList();
        var built = puts.ConvertAll(put => Build(put, random.Next(10) == 0));
        var decoder = NewDecoder();
        foreach (var (put, expected) in puts.Zip(built))
        {
            // Both what was said and the put of the present state that a store keeps.
            foreach (var stored in new[] { put, _items.PutOf(expected) })
            {
                var actual = decoder.TryDecode(expected.Ordinal, expected.IsDeleted, Bytes(stored));
                Assert.NotNull(actual);
                Assert.Equal(Text(Build(stored, expected.IsDeleted)), Text(actual));
                Assert.Same(Schema, actual.Schema);
            }
        }
    }

    [Fact]
    public void What_has_no_number_yet_is_left_to_the_writer_and_gets_none()
    {
        var put = Put(new Random(1), 1) with { Seller = null, Attributes = [new("brand", AttributeValue.Of("acme"))] };
        Assert.Null(NewDecoder().TryDecode(0, false, Bytes(put)));
        _items.Keywords[0].GetOrAdd("noname");
        Assert.Null(NewDecoder().TryDecode(0, false, Bytes(put)));
        Assert.Equal(1, _items.Keywords[0].Count);
        _items.Keywords[0].GetOrAdd("acme");
        Assert.NotNull(NewDecoder().TryDecode(0, false, Bytes(put)));
        Assert.Null(NewDecoder().TryDecode(0, false, Bytes(put with { Seller = "s" })));
        Assert.Null(NewDecoder().TryDecode(0, false, Bytes(put with { Vertical = "jobs" })));
        Assert.Null(NewDecoder().TryDecode(0, false, Bytes(put with { Kind = ItemChangeKind.Delete })));
        Assert.Equal(0, _sellers.Count);
    }

    private ItemDecoder NewDecoder() => new(new Dictionary<string, VerticalItems>(StringComparer.Ordinal) { ["goods"] = _items }, _sellers);

    private Item Build(ItemChange put, bool isDeleted) => _items.Build(put, null, 5, put.Seller, put.Seller is null ? -1 : _sellers.GetOrAdd(put.Seller), isDeleted);

    private static ItemChange Put(Random random, int number)
    {
        T? Maybe<T>(T value)
            where T : struct => random.Next(3) == 0 ? null : value;
        List<NamedValue> attributes =
        [
            new("title", AttributeValue.Of($"Чайник {number}")), new("brand", random.Next(2) == 0 ? AttributeValue.Of($"brand{random.Next(9)}") : default),
            new("color", AttributeValue.Of([.. Enumerable.Range(0, random.Next(3)).Select(_ => $"цвет{random.Next(5)}")])), new("price", AttributeValue.Of(random.NextDouble())),
            new("delivery", random.Next(2) == 0 ? AttributeValue.Of(random.Next(9)) : AttributeValue.Of([new NamedNumber("msk", random.Next(9)), new NamedNumber("spb", random.Next(9))])),
            new("isUsed", AttributeValue.Of(random.Next(2))), new("place", AttributeValue.Of([1.5f, random.Next(9)])), new("picture", AttributeValue.Of([random.NextSingle(), 1])),
            new("reviews", random.Next(3) == 0 ? default : AttributeValue.Of(random.Next(9))), new("gone", AttributeValue.Of("of an older file")),
        ];
        attributes.RemoveAll(_ => random.Next(4) == 0);
        return new ItemChange
        {
            Id = new ItemId($"i{number}"),
            Kind = ItemChangeKind.Put,
            AtMs = number,
            Vertical = "goods",
            Owner = random.Next(2) == 0 ? "owner" : null,
            Seller = random.Next(2) == 0 ? $"s{random.Next(9)}" : null,
            PublishedAtMs = Maybe((long)random.Next(9)),
            ExpiresAtMs = Maybe((long)random.Next(9)),
            Stock = Maybe(random.Next(9)),
            IsActive = Maybe(random.Next(2) == 0),
            Attributes = attributes,
        };
    }

    private static byte[] Bytes(ItemChange put)
    {
        var writer = new ByteWriter();
        put.Write(writer);
        return writer.ToArray();
    }

    private static string Text(Item item) => string.Create(
        CultureInfo.InvariantCulture,
        $"{item.Ordinal} {item.Id} {item.Vertical} {item.Owner} {item.Seller} {item.SellerOrdinal} {item.PublishedAtMs} {item.ChangedAtMs} {item.ExpiresAtMs} {item.Stock} {item.IsActive} {item.IsDeleted} {string.Join(' ', item.Numbers)} {string.Join(' ', item.Keywords)} {string.Join('|', item.KeywordLists.Select(list => string.Join(' ', list)))} {string.Join('|', item.Texts)} {string.Join('|', item.Vectors.Select(vector => string.Join(' ', vector ?? [])))} {string.Join('|', item.Zones.Select(zones => zones is null ? "same" : string.Join(' ', zones)))}");
}
