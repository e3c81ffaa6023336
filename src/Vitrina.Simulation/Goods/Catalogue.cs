using System.Globalization;

namespace Vitrina.Simulation.Goods;

internal sealed record ItemType
{
    public required TypeTemplate Template { get; init; }

    /// <summary>Template title with the qualifier of further types: "Палатка складная".</summary>
    public required string Title { get; init; }

    /// <summary>What people type, most usual first.</summary>
    public required IReadOnlyList<string> Queries { get; init; }

    /// <summary>Ordinals of the brands that sell it, most usual first.</summary>
    public required int[] Brands { get; init; }

    /// <summary>Shape [Catalogue.TasteDimensions].</summary>
    public required float[] Taste { get; init; }

    public required int FirstModel { get; init; }

    public required int ModelCount { get; init; }

    public required int FirstItem { get; init; }

    public required int ItemCount { get; init; }

    public double LogMedianPrice { get; set; }
}

internal sealed record Brand(string Name, float[] Taste, double Quality, double LogPremium);

internal sealed record Seller(string Name, string Region, double Quality, double LogPriceOffset, int DeliveryDays, bool IsAbroad);

/// <summary>All things for sale and who sells them, as a struct of arrays over dense ordinals. Qualities are standard normal.</summary>
internal sealed class Catalogue
{
    /// <summary>Dimensions of latent taste.</summary>
    public const int TasteDimensions = 8;

    public required ItemType[] Types { get; init; }

    public required Brand[] Brands { get; init; }

    public required Seller[] Sellers { get; init; }

    public required int[] ModelType { get; init; }

    public required int[] ModelBrand { get; init; }

    public required string[] ModelName { get; init; }

    public required float[] ModelQuality { get; init; }

    /// <summary>Roubles.</summary>
    public required float[] ModelPrice { get; init; }

    /// <summary>Row-major, shape [models × TasteDimensions]; its product with a user's taste is standard normal.</summary>
    public required float[] ModelTaste { get; init; }

    public required byte[] ModelFeature { get; init; }

    public required byte[] ModelAudience { get; init; }

    public required int[] ItemModel { get; init; }

    public required int[] ItemSeller { get; init; }

    /// <summary>Index into the assortment's colours, or 255.</summary>
    public required byte[] ItemColour { get; init; }

    /// <summary>Index into the template's sizes, or 255.</summary>
    public required byte[] ItemSize { get; init; }

    public required float[] ItemQuality { get; init; }

    /// <summary>What a stale popularity table says: standard normal, partly quality.</summary>
    public required float[] ItemPopularity { get; init; }

    public required bool[] ItemIsNew { get; init; }

    public required int[] ItemReviews { get; init; }

    public required float[] ItemRating { get; init; }

    public required byte[] ItemPhotos { get; init; }

    /// <summary>UTC ticks.</summary>
    public required long[] ItemPublishedAt { get; init; }

    public required string[] ItemId { get; init; }

    public required string[] SellerId { get; init; }

    /// <summary>Items of a model: ItemsOfModel[ModelStart[m] .. ModelStart[m + 1]].</summary>
    public required int[] ModelStart { get; init; }

    public required int[] ItemsOfModel { get; init; }

    /// <summary>Items of a brand: ItemsOfBrand[BrandStart[b] .. BrandStart[b + 1]].</summary>
    public required int[] BrandStart { get; init; }

    public required int[] ItemsOfBrand { get; init; }

    public int ItemCount => ItemModel.Length;

    public int ModelCount => ModelType.Length;

    /// <summary>The ordinal behind an item id.</summary>
    /// <exception cref="ArgumentException">No such item is in this world.</exception>
    public int ItemOrdinal(string id)
    {
        if (id.Length > 1 && id[0] == 'i'
            && int.TryParse(id.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) && (uint)ordinal < (uint)ItemCount)
        {
            return ordinal;
        }

        throw new ArgumentException($"The world has no item '{id}'.", nameof(id));
    }

    /// <summary>Groups items by a key: the items of key k lie at [Start[k], Start[k + 1]) in ascending order.</summary>
    public static (int[] Start, int[] Items) GroupItems(int itemCount, int keyCount, Func<int, int> keyOf)
    {
        var start = new int[keyCount + 1];
        for (int item = 0; item < itemCount; item++)
        {
            start[keyOf(item) + 1]++;
        }

        for (int key = 0; key < keyCount; key++)
        {
            start[key + 1] += start[key];
        }

        var next = start[..keyCount];
        var items = new int[itemCount];
        for (int item = 0; item < itemCount; item++)
        {
            items[next[keyOf(item)]++] = item;
        }

        return (start, items);
    }
}
