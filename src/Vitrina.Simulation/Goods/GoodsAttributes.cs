using System.Text.Json;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

/// <summary>What a card of goods says.</summary>
public sealed record GoodsCard : SimulatedAttributes
{
    /// <summary>The regions of buyers, in the order of <see cref="DeliveryByRegion"/>.</summary>
    public static IReadOnlyList<string> Regions { get; } = [.. Assortment.Regions.Select(region => region.Name)];

    /// <summary>Title.</summary>
    public required string Title { get; init; }

    /// <summary>A sentence or two.</summary>
    public required string Description { get; init; }

    /// <summary>Brand.</summary>
    public required string Brand { get; init; }

    /// <summary>Item type: the leaf category.</summary>
    public required string Category { get; init; }

    /// <summary>Department above the category.</summary>
    public required string Department { get; init; }

    /// <summary>Line and code of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Colour in dictionary form; null when there is none.</summary>
    public string? Colour { get; init; }

    /// <summary>Size; null when there is none.</summary>
    public string? Size { get; init; }

    /// <summary>Roubles.</summary>
    public required int Price { get; init; }

    /// <summary>Roubles before the discount; null without one.</summary>
    public int? OldPrice { get; init; }

    /// <summary>Days.</summary>
    public required int Delivery { get; init; }

    /// <summary>Days by region; null when they are the same everywhere.</summary>
    public IReadOnlyList<int>? DeliveryByRegion { get; init; }

    /// <summary>Mean review, 1–5; null without reviews.</summary>
    public double? Rating { get; init; }

    /// <summary>Number of reviews.</summary>
    public required int Reviews { get; init; }

    /// <summary>Number of photos.</summary>
    public required int Photos { get; init; }

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("title"u8, Title);
        json.WriteString("description"u8, Description);
        json.WriteString("brand"u8, Brand);
        json.WriteString("category"u8, Category);
        json.WriteString("department"u8, Department);
        json.WriteString("model"u8, Model);
        if (Colour is not null)
        {
            json.WriteString("color"u8, Colour);
        }

        if (Size is not null)
        {
            json.WriteString("size"u8, Size);
        }

        json.WriteNumber("price"u8, Price);
        if (OldPrice is { } oldPrice)
        {
            json.WriteNumber("oldPrice"u8, oldPrice);
        }

        WriteDelivery(json, Delivery, DeliveryByRegion);
        if (Rating is { } rating)
        {
            json.WriteNumber("rating"u8, rating);
        }

        json.WriteNumber("reviews"u8, Reviews);
        json.WriteNumber("photos"u8, Photos);
    }

    /// <summary>A number of days, or one per region.</summary>
    internal static void WriteDelivery(Utf8JsonWriter json, int days, IReadOnlyList<int>? byRegion)
    {
        if (byRegion is null)
        {
            json.WriteNumber("delivery"u8, days);
            return;
        }

        json.WriteStartObject("delivery"u8);
        for (int region = 0; region < byRegion.Count; region++)
        {
            json.WriteNumber(Assortment.Regions[region].Name, byRegion[region]);
        }

        json.WriteEndObject();
    }
}

/// <summary>What changes on a card of goods; what is null stays.</summary>
public sealed record GoodsCardChange : SimulatedAttributes
{
    /// <summary>Roubles.</summary>
    public int? Price { get; init; }

    /// <summary>The price before the discount, roubles.</summary>
    public int? OldPrice { get; init; }

    /// <summary>The discount is over: the attribute is set to null.</summary>
    public bool IsOldPriceRemoved { get; init; }

    /// <summary>Days.</summary>
    public int? Delivery { get; init; }

    /// <summary>Days by region; null when they are the same everywhere.</summary>
    public IReadOnlyList<int>? DeliveryByRegion { get; init; }

    internal override void Write(Utf8JsonWriter json)
    {
        if (Price is { } price)
        {
            json.WriteNumber("price"u8, price);
        }

        if (OldPrice is { } oldPrice)
        {
            json.WriteNumber("oldPrice"u8, oldPrice);
        }
        else if (IsOldPriceRemoved)
        {
            json.WriteNull("oldPrice"u8);
        }

        if (Delivery is { } delivery)
        {
            GoodsCard.WriteDelivery(json, delivery, DeliveryByRegion);
        }
    }
}

/// <summary>What is known of a buyer.</summary>
/// <param name="Region">City.</param>
/// <param name="BirthYear">Year of birth.</param>
public sealed record GoodsBuyer(string Region, int BirthYear) : SimulatedAttributes
{
    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("region"u8, Region);
        json.WriteNumber("birthYear"u8, BirthYear);
    }
}

/// <summary>What is known of a seller of goods.</summary>
/// <param name="Name">Trade name.</param>
/// <param name="Region">City or country goods are sent from.</param>
public sealed record GoodsSeller(string Name, string Region) : SimulatedAttributes
{
    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("name"u8, Name);
        json.WriteString("region"u8, Region);
    }
}
