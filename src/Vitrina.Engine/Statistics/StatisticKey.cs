using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Statistics;

/// <summary>What one part of a statistic's key stands for.</summary>
public enum KeyPartKind
{
    /// <summary>The item.</summary>
    Item,

    /// <summary>The normalised query.</summary>
    Query,

    /// <summary>The user.</summary>
    User,

    /// <summary>The item's seller.</summary>
    Seller,

    /// <summary>A keyword attribute of the item.</summary>
    Keyword,

    /// <summary>The condition under which the item was seen: an offer is the conditions of an item that share a state.</summary>
    Offer,
}

/// <summary>One part of a statistic's key.</summary>
/// <param name="Kind">What it stands for.</param>
/// <param name="Slot">The keyword's slot in the item's schema, when it is a keyword.</param>
public readonly record struct KeyPart(KeyPartKind Kind, int Slot = -1);

/// <summary>By what a table of counters counts: no part = everything together, else one row per combination.</summary>
/// <param name="Name">The parts' names joined by <c>_</c>, as in feature names; <c>all</c> without parts.</param>
/// <param name="Parts">The parts, in the order of the declaration.</param>
public sealed record StatisticKey(string Name, IReadOnlyList<KeyPart> Parts)
{
    // An event reads them: not through an interface.
    private readonly KeyPart[] _parts = [.. Parts];

    /// <summary>Everything together.</summary>
    public static StatisticKey All { get; } = new("all", []);

    /// <summary>By offer alone.</summary>
    public static StatisticKey Offer { get; } = new("offer", [new KeyPart(KeyPartKind.Offer)]);

    /// <summary>True when every part is known from the request alone, so that all candidates share one row.</summary>
    public bool IsRequestConstant => Parts.All(part => part.Kind is KeyPartKind.Query or KeyPartKind.User);

    /// <summary>True when the item was seen under a condition that is part of the key: an item then has several rows.</summary>
    public bool IsByOffer => Parts.Any(part => part.Kind == KeyPartKind.Offer);

    /// <summary>The condition in a key whose only part is the offer.</summary>
    internal static int ConditionIn(UInt128 key) => (int)(ulong)key - 1;

    /// <summary>The row's key for an item in a context.</summary>
    /// <param name="item">The item.</param>
    /// <param name="user">The user's ordinal, or -1.</param>
    /// <param name="queryHash">The hash of the normalised query; 0 without one.</param>
    /// <param name="condition">The condition under which the item was seen, or -1.</param>
    /// <returns>0 when a part is missing: nothing is counted and nothing is found.</returns>
    public UInt128 Of(Item? item, int user, ulong queryHash, int condition = -1)
    {
        UInt128 key = 1;
        for (var i = 0; i < _parts.Length; i++)
        {
            var value = Value(_parts[i], item, user, queryHash, condition);
            if (value == 0)
            {
                return 0;
            }

            key = i switch
            {
                0 => value,
                1 => new UInt128((ulong)key, value),
                _ => new UInt128(Hash.Combine((ulong)(key >> 64), (ulong)key), value),
            };
        }

        return key;
    }

    private static ulong Value(KeyPart part, Item? item, int user, ulong queryHash, int condition) => part.Kind switch
    {
        KeyPartKind.Query => queryHash,
        KeyPartKind.User => (ulong)(user + 1),
        KeyPartKind.Offer => (ulong)(condition + 1),
        _ when item is null => 0,
        KeyPartKind.Item => (ulong)(item.Ordinal + 1),
        KeyPartKind.Seller => (ulong)(item.SellerOrdinal + 1),
        _ => (ulong)(item.Keywords[part.Slot] + 1),
    };

    /// <inheritdoc/>
    public bool Equals(StatisticKey? other) => other is not null && Name == other.Name;

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);
}
