using System.Globalization;

namespace Vitrina.Engine.Verticals;

/// <summary>Where an attribute's values are stored.</summary>
public enum AttributeStorage
{
    /// <summary><c>double[] Numbers</c>: number, days, date (Unix seconds), bool (0 or 1), geo (latitude and longitude in two neighbouring slots). Missing: NaN.</summary>
    Numbers,

    /// <summary><c>int[] Keywords</c>: ordinal of the value. Missing: −1.</summary>
    Keywords,

    /// <summary><c>int[][] KeywordLists</c>: ordinals of the values. Missing: empty.</summary>
    KeywordLists,

    /// <summary><c>string?[] Texts</c>. Missing: null.</summary>
    Texts,

    /// <summary><c>float[]?[] Vectors</c>. Missing: null.</summary>
    Vectors,
}

/// <summary>An attribute's place in the dense storage of items.</summary>
public sealed class AttributeSlot
{
    internal AttributeSlot(string name, AttributeDeclaration declaration, AttributeStorage storage, int slot)
    {
        Name = name;
        Declaration = declaration;
        Storage = storage;
        Slot = slot;
        DefaultNumber = declaration.Default is { } text ? ReadNumber(declaration.Kind, text) : double.NaN;
    }

    /// <summary>The attribute's name.</summary>
    public string Name { get; }

    /// <summary>What the attribute holds.</summary>
    public AttributeKind Kind => Declaration.Kind;

    /// <summary>Which storage holds it.</summary>
    public AttributeStorage Storage { get; }

    /// <summary>Index within the storage; geo: of the latitude, the longitude follows.</summary>
    public int Slot { get; }

    /// <summary>Index among the attributes that may differ by region zone; −1 for the others.</summary>
    public int ZoneSlot { get; internal init; } = -1;

    /// <summary>The declaration.</summary>
    public AttributeDeclaration Declaration { get; }

    /// <summary>The declared default as a number; NaN when there is none or the attribute is no number.</summary>
    public double DefaultNumber { get; }

    /// <summary>Reads a number, days or bool value as it stands in a file; NaN when it is none.</summary>
    internal static double ReadNumber(AttributeKind kind, string text)
    {
        if (kind == AttributeKind.Bool)
        {
            return text switch { "true" => 1, "false" => 0, _ => double.NaN };
        }

        return kind is AttributeKind.Number or AttributeKind.Days
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : double.NaN;
    }
}

/// <summary>Gives each attribute of a vertical's items a dense slot in the storage of its kind, in the order of the file.</summary>
/// <remarks>Immutable. The same declarations give the same slots.</remarks>
public sealed class ItemSchema
{
    private readonly Dictionary<string, AttributeSlot> _byName = [];

    /// <summary>Lays out the attributes of a vertical's items.</summary>
    public ItemSchema(ItemsDeclaration items)
        : this((items ?? throw new ArgumentNullException(nameof(items))).Attributes)
    {
        Type = FindOrNull(items.Type);
        MatchGroup = items.MatchGroup is null ? null : FindOrNull(items.MatchGroup);
        Groups = [.. items.Groups.Select(Find)];
    }

    /// <summary>Lays out attributes, for users and sellers.</summary>
    public ItemSchema(IReadOnlyDictionary<string, AttributeDeclaration> attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        var slots = new List<AttributeSlot>(attributes.Count);
        foreach (var (name, declaration) in attributes)
        {
            var storage = StorageOf(declaration);
            var slot = new AttributeSlot(name, declaration, storage, Count(storage)) { ZoneSlot = declaration.PerZone ? ZonedCount++ : -1 };
            Grow(storage, declaration.Kind == AttributeKind.Geo ? 2 : 1);
            slots.Add(slot);
            _byName.Add(name, slot);
        }

        Slots = slots;
    }

    /// <summary>All attributes in the order of the file.</summary>
    public IReadOnlyList<AttributeSlot> Slots { get; }

    /// <summary>The item type; null for users and sellers.</summary>
    public AttributeSlot? Type { get; }

    /// <summary>The match group; null when the vertical has none.</summary>
    public AttributeSlot? MatchGroup { get; }

    /// <summary>The attributes whose values are product groups.</summary>
    public IReadOnlyList<AttributeSlot> Groups { get; } = [];

    /// <summary>Length of an item's Numbers.</summary>
    public int NumberCount { get; private set; }

    /// <summary>Length of an item's Keywords.</summary>
    public int KeywordCount { get; private set; }

    /// <summary>Length of an item's KeywordLists.</summary>
    public int KeywordListCount { get; private set; }

    /// <summary>Length of an item's Texts.</summary>
    public int TextCount { get; private set; }

    /// <summary>Length of an item's Vectors.</summary>
    public int VectorCount { get; private set; }

    /// <summary>How many attributes may differ by region zone.</summary>
    public int ZonedCount { get; private set; }

    /// <summary>The slot of an attribute.</summary>
    /// <exception cref="KeyNotFoundException">No such attribute is declared.</exception>
    public AttributeSlot Find(string name) =>
        FindOrNull(name) ?? throw new KeyNotFoundException($"No attribute '{name}' is declared.");

    /// <summary>The slot of an attribute; null when none of that name is declared.</summary>
    public AttributeSlot? FindOrNull(string name) => _byName.GetValueOrDefault(name);

    private static AttributeStorage StorageOf(AttributeDeclaration attribute) => attribute.Kind switch
    {
        AttributeKind.Keyword => attribute.Multiple ? AttributeStorage.KeywordLists : AttributeStorage.Keywords,
        AttributeKind.Text => AttributeStorage.Texts,
        AttributeKind.Vector => AttributeStorage.Vectors,
        _ => AttributeStorage.Numbers,
    };

    private int Count(AttributeStorage storage) => storage switch
    {
        AttributeStorage.Numbers => NumberCount,
        AttributeStorage.Keywords => KeywordCount,
        AttributeStorage.KeywordLists => KeywordListCount,
        AttributeStorage.Texts => TextCount,
        _ => VectorCount,
    };

    private void Grow(AttributeStorage storage, int slots)
    {
        switch (storage)
        {
            case AttributeStorage.Numbers: NumberCount += slots; break;
            case AttributeStorage.Keywords: KeywordCount += slots; break;
            case AttributeStorage.KeywordLists: KeywordListCount += slots; break;
            case AttributeStorage.Texts: TextCount += slots; break;
            default: VectorCount += slots; break;
        }
    }
}
