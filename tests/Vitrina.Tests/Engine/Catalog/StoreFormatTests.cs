using System.IO.Compression;
using Vitrina.Engine.Catalog;
using Vitrina.Tests.Engine.Journal;
using static Vitrina.Tests.Engine.Catalog.StoredRows;

namespace Vitrina.Tests.Engine.Catalog;

/// <summary>Database files that earlier releases wrote, compressed with Brotli: they open forever.</summary>
public sealed class StoreFormatTests : IDisposable
{
    private const string CatalogVersion1 =
        "G/9PIAae7/2rzn0aUREYQetojN+9ZuVgEknpbtSTJAvQf/7eadMCs7FOY+Gjv6y1tqWRtKmNFGCo0bVYXR2E307g0qYhFxBa8YNf1BGNUrRlZwMKsEzMwNWo" +
        "RTu2+jp9AO8oKs/GRwAmIkDUnsg/kXPrVFEAkJw4kmiCktLS5Kim92yonq3zWv/hhk/Q2vbXZhevrE/OLY8txmReu88gp/d07yjPnpv0Nlq+f2Czl99aaE8L" +
        "YGG6SJob8+rmU7jVsT14VqCjd6CjTyo5Eq2DkiZejhx6N1C9WI6a98Lef+jYPpUpt4DuxnJUc+ztiTNvBB6Y0+Qv0RhRzoBGx3JUcew18Y1zk8+GPyHjBLE5" +
        "u8Z1Lru8kZXptwCgsN3zLw2lJRGARH1lTqQHAMV7IWIQUzq0UHIqAlBRxURt76naAICXV4ohZFQw6iIyDx9+dvTOtFNREAHEysb/WADgQ+uLJyXXjhRgCT7a" +
        "Kxi5+C0XeZz6B2+QDAxflPz7n4ji3L2UwoOVxs8rrDz/cq30+tRkZOCuKpv9G0cCDzbOBe64nVMTvsPXjILHrfD4f7ACAqe9QlryFl7rO+2tjgOAaXM+nZXl" +
        "4/yZnzcgANld19MlnR0ATJmRYkkKjlf1cHP36sibeixRMu3/L+JHHJhyOgAAC/CEaEFgMQPkPQEg+Xrb4VurExGARH1mTqIHAIUnDCtIj/f+Nz3rvQI=";

    private const string ControlVersion1 =
        "G/8fCB6H6cbodmFGvmITPMT+fJ+Ts9mWnIjrS4DiGuAiS12KPEavO6ADUvZ/XYJaW1BgYYABXQsswRYHyte5wVCyQWmUdAlU51W/+wYhXxE+eayIIkWPBxAF" +
        "OAVANlY3RofKGuAukvo7TYBgiWGkBgD++AYEjW638BO+BdJlE0Ri38TmVmLliVQUSO22tdoD4rrb+ewaYTk0m/6/y0u9Nk2lnBKNMk2OvfYhV/WInma1zAMA" +
        "7y7ZZQn2Cmr27uvyDKeQfQI=";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Catalogue_store_of_version_1_opens(bool readOnly)
    {
        using var store = SqliteCatalogStore.Open(Unpack(CatalogVersion1), readOnly);
        StoredItem[] items = [FullItem(0), Item(1, "gone", isDeleted: true)];
        StoredEntity[] users = [Entity(0, "u", put: FullEntity("u")), Entity(1, "alias", userOfAlias: 0)];
        Assert.Equal((42, Text(new CatalogDelta(items, users, [Entity(0, "s")]))), (store.AsOf, Text(store)));
    }

    [Fact]
    public void Control_store_of_version_1_opens()
    {
        using var store = SqliteControlStore.Open(Unpack(ControlVersion1));
        Assert.Equal(KeyValuePair.Create("1", "{\"имя\":1}"), store.List("jobs").Single());
    }

    private string Unpack(string packed)
    {
        var path = Path.Combine(_folder.Path, "store.db");
        using var bytes = new BrotliStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress);
        using var file = File.Create(path);
        bytes.CopyTo(file);
        return path;
    }
}
