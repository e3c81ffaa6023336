using System.Text;

namespace Vitrina.Simulation.Goods;

/// <summary>Writes a card's words from a grammar: noun, audience, brand, model, feature, colour, size.</summary>
internal static class CardWriter
{
    private const byte None = 255;

    public static GoodsCard Write(Catalogue catalogue, DeliveryZones zones, in ItemState state)
    {
        int item = state.Item;
        int model = catalogue.ItemModel[item];
        ItemType type = catalogue.Types[catalogue.ModelType[model]];
        string brand = catalogue.Brands[catalogue.ModelBrand[model]].Name;
        string? feature = catalogue.ModelFeature[model] == None ? null : type.Template.Features[catalogue.ModelFeature[model]];
        string? colour = catalogue.ItemColour[item] == None ? null : Assortment.Colours[catalogue.ItemColour[item]];
        string? size = catalogue.ItemSize[item] == None ? null : type.Template.Sizes[catalogue.ItemSize[item]];
        string? audience = catalogue.ModelAudience[model] == None ? null : Assortment.Audiences[catalogue.ModelAudience[model]];
        string title = Title(type, brand, catalogue.ModelName[model], audience, feature, colour, size);
        return new GoodsCard
        {
            Title = title,
            Description = Description(type, brand, feature, colour),
            Brand = brand,
            Category = type.Title,
            Department = type.Template.Department,
            Model = catalogue.ModelName[model],
            Colour = colour,
            Size = size,
            Price = state.Price,
            OldPrice = state.OldPrice > 0 ? state.OldPrice : null,
            Delivery = state.Delivery,
            DeliveryByRegion = zones.Days(catalogue.ItemSeller[item], state.Delivery),
            Rating = catalogue.ItemReviews[item] == 0 ? null : Math.Round((double)catalogue.ItemRating[item], 1),
            Reviews = catalogue.ItemReviews[item],
            Photos = catalogue.ItemPhotos[item],
        };
    }

    /// <summary>A title; adjectives agree with the type's noun.</summary>
    public static string Title(ItemType type, string brand, string model, string? audience, string? feature, string? colour, string? size)
    {
        Gender gender = type.Template.Gender;
        var title = new StringBuilder(type.Title);
        Append(title, audience is null ? null : Adjective.Agree(audience, gender));
        Append(title, brand);
        Append(title, model);
        Append(title, feature);
        Append(title, colour is null ? null : Adjective.Agree(colour, gender));
        Append(title, size);
        return title.ToString();
    }

    private static string Description(ItemType type, string brand, string? feature, string? colour)
    {
        var text = new StringBuilder(type.Title).Append(" от ").Append(brand);
        if (!string.IsNullOrEmpty(feature))
        {
            text.Append(", ").Append(feature);
        }

        text.Append('.');
        if (colour is not null)
        {
            text.Append(" Цвет: ").Append(colour).Append('.');
        }

        return text.Append(" Раздел «").Append(type.Template.Department).Append("».").ToString();
    }

    private static void Append(StringBuilder title, string? part)
    {
        if (!string.IsNullOrEmpty(part))
        {
            title.Append(' ').Append(part);
        }
    }
}
