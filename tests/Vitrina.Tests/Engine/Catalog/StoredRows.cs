using System.Collections;
using System.Globalization;
using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Tests.Engine.Catalog;

internal static class StoredRows
{
    private const long AtMs = 1_760_000_000_000;

    public static StoredItem Item(int ordinal, string id, double price = 1, bool isDeleted = false) => new(ordinal, isDeleted, new ItemChange
    {
        Id = new ItemId(id),
        Kind = ItemChangeKind.Put,
        AtMs = AtMs,
        Vertical = "goods",
        Attributes = [new NamedValue("price", AttributeValue.Of(price))],
    });

    public static StoredItem FullItem(int ordinal) => new(ordinal, false, new ItemChange
    {
        Id = new ItemId("full"),
        Kind = ItemChangeKind.Put,
        AtMs = AtMs,
        Vertical = "goods",
        Owner = "owner",
        Seller = "seller",
        PublishedAtMs = -1,
        ExpiresAtMs = long.MaxValue,
        Stock = 3,
        IsActive = false,
        Attributes =
        [
            new NamedValue("price", AttributeValue.Of(double.Epsilon)),
            new NamedValue("title", AttributeValue.Of("")),
            new NamedValue("color", AttributeValue.Of(["red", "красный"])),
            new NamedValue("vector", AttributeValue.Of([1.5f, float.NaN])),
            new NamedValue("delivery", AttributeValue.Of([new NamedNumber("msk", 1), new NamedNumber("spb", 2.5)])),
            new NamedValue("absent", default),
        ],
    });

    public static StoredEntity Entity(int ordinal, string id, int userOfAlias = -1, EntityChange? put = null) => new(ordinal, id, userOfAlias, put);

    public static EntityChange FullEntity(string id) =>
        new() { Id = id, AtMs = AtMs, Attributes = [new NamedValue("region", AttributeValue.Of("msk")), new NamedValue("birthYear", AttributeValue.Of(1990))] };

    public static string Text(CatalogDelta delta) => Text(delta.Items, delta.Users, delta.Sellers);

    public static string Text(ICatalogStore store) => Text(store.ReadItems(), store.ReadUsers(), store.ReadSellers());

    private static string Text(IEnumerable<StoredItem> items, IEnumerable<StoredEntity> users, IEnumerable<StoredEntity> sellers) => string.Join(
        '\n',
        [
            .. items.Select(item => Line("item", item.Ordinal, item.Put.Id.Value, item.IsDeleted ? 1 : 0, item.Put.Write)),
            .. users.Select(user => Line("user", user.Ordinal, user.Id, user.UserOfAlias, user.Put is { } put ? put.Write : null)),
            .. sellers.Select(seller => Line("seller", seller.Ordinal, seller.Id, seller.UserOfAlias, seller.Put is { } put ? put.Write : null)),
        ]);

    private static string Line(string kind, int ordinal, string id, int number, Action<ByteWriter>? write)
    {
        var writer = new ByteWriter();
        write?.Invoke(writer);
        return string.Create(CultureInfo.InvariantCulture, $"{kind} {ordinal} '{id}' {number} {Convert.ToHexString(writer.Written)}");
    }
}

/// <summary>A list whose enumeration breaks off, as a process does that is killed.</summary>
internal sealed class FailingList<T>(Func<int, T> element, int count, int failsAt, Action? beforeFailing = null) : IReadOnlyList<T>
{
    public int Count => count;

    public T this[int index]
    {
        get
        {
            if (index == failsAt)
            {
                beforeFailing?.Invoke();
                throw new TimeoutException("broken off");
            }

            return element(index);
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0; i < count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
