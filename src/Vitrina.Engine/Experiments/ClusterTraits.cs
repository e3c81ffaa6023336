using Vitrina.Engine.Catalog;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Experiments;

/// <summary>A trait of a request by which experiments choose: where its value comes from, and its name there.</summary>
/// <param name="Source"><c>context</c>, <c>filter</c>, <c>user</c> or <c>item</c>; empty: the first of these that has it.</param>
/// <param name="Name">The name there.</param>
public readonly record struct TraitName(string Source, string Name)
{
    internal static readonly string[] Sources = ["context", "filter", "user", "item"];

    private const string Separator = " x ";

    /// <summary>Reads <c>city</c> or <c>context.city</c>.</summary>
    public static TraitName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? new TraitName("", text.Trim()) : new TraitName(text[..dot].Trim(), text[(dot + 1)..].Trim());
    }

    /// <summary>Reads <c>category x city</c>.</summary>
    public static TraitName[] ParseAll(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return [.. expression.Split(Separator).Select(Parse)];
    }
}

/// <summary>What experiments may ask about a request.</summary>
public sealed record RequestTraits
{
    /// <summary>Who asks.</summary>
    public string? User { get; init; }

    /// <summary>The visit.</summary>
    public string? Session { get; init; }

    /// <summary>What the caller said about the request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Context { get; init; } = [];

    /// <summary>Attributes that were filtered to one value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Filters { get; init; } = [];

    /// <summary>The user's attributes.</summary>
    public Entity? UserAttributes { get; init; }

    /// <summary>The item that the request starts from.</summary>
    public Item? Item { get; init; }

    /// <summary>The words behind keyword ordinals of items.</summary>
    public SymbolTable[] Keywords { get; init; } = [];

    /// <summary>The value of a trait, or null.</summary>
    public string? ValueOf(TraitName trait) => trait.Source switch
    {
        "context" => Find(Context, trait.Name),
        "filter" => Find(Filters, trait.Name),
        "user" => UserAttributes?.TextOf(trait.Name),
        "item" => ValueOf(Item, trait.Name, Keywords),
        _ when trait.Name == "user" => User,
        _ when trait.Name == "session" => Session,
        _ => Find(Context, trait.Name) ?? Find(Filters, trait.Name) ?? UserAttributes?.TextOf(trait.Name) ?? ValueOf(Item, trait.Name, Keywords),
    };

    /// <summary>The value of an item's keyword attribute; <c>item</c> is its id, <c>seller</c> and <c>owner</c> are whose it is; null when it has none.</summary>
    public static string? ValueOf(Item? item, string attribute, SymbolTable[] keywords)
    {
        if (item is null)
        {
            return null;
        }

        if (item.Schema.FindOrNull(attribute) is { Storage: AttributeStorage.Keywords } slot)
        {
            return slot.Slot < item.Keywords.Length && item.Keywords[slot.Slot] is >= 0 and var ordinal ? keywords[slot.Slot][ordinal] : null;
        }

        return attribute switch { "item" => item.Id.Value, "seller" => item.Seller, "owner" => item.Owner, _ => null };
    }

    private static string? Find(IReadOnlyList<KeyValuePair<string, string>> pairs, string name)
    {
        for (var i = 0; i < pairs.Count; i++)
        {
            if (pairs[i].Key == name)
            {
                return pairs[i].Value;
            }
        }

        return null;
    }
}

/// <summary>Puts requests and items into clusters.</summary>
public sealed class ClusterTraits
{
    private readonly TraitName[] _request;
    private readonly TraitName[] _items;
    private readonly IReadOnlyDictionary<string, string>? _map;
    private readonly IReadOnlyDictionary<string, string>? _itemMap;

    /// <summary>Reads a declaration that was checked.</summary>
    public ClusterTraits(ClustersDeclaration declaration)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        _request = TraitName.ParseAll(declaration.By);
        _items = declaration.ItemsBy is { } own ? TraitName.ParseAll(own) : _request;
        (_map, _itemMap) = (declaration.Map, declaration.ItemMap ?? declaration.Map);
    }

    /// <summary>The cluster of a request; null when a trait is missing or the map does not know the value.</summary>
    public string? Of(RequestTraits traits)
    {
        ArgumentNullException.ThrowIfNull(traits);
        string? value = null;
        foreach (var trait in _request)
        {
            if (traits.ValueOf(trait) is not { } part)
            {
                return null;
            }

            value = value is null ? part : $"{value}/{part}";
        }

        return Mapped(value, _map);
    }

    /// <summary>The cluster of an item; null when it has none.</summary>
    public string? Of(Item item, SymbolTable[] keywords)
    {
        ArgumentNullException.ThrowIfNull(item);
        string? value = null;
        foreach (var trait in _items)
        {
            if (RequestTraits.ValueOf(item, trait.Name, keywords) is not { } part)
            {
                return null;
            }

            value = value is null ? part : $"{value}/{part}";
        }

        return Mapped(value, _itemMap);
    }

    private static string? Mapped(string? value, IReadOnlyDictionary<string, string>? map) =>
        map is null || value is null ? value : map.TryGetValue(value, out var cluster) ? cluster : null;
}
