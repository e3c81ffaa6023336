using System.Text.Json;

namespace Vitrina.Api.Items;

/// <summary>A batch of items.</summary>
/// <param name="Items">The items.</param>
public sealed record ItemBatch(IReadOnlyList<ItemBody> Items);

/// <summary>An item, or a change of one.</summary>
public sealed record ItemBody
{
    /// <summary>Its id, unique in the installation.</summary>
    public string? Id { get; init; }

    /// <summary><c>put</c> (replaces the whole item), <c>patch</c> or <c>delete</c>.</summary>
    public string? Op { get; init; }

    /// <summary>When it happened, RFC 3339; absent: now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Its vertical; may be left out while there is only one.</summary>
    public string? Vertical { get; init; }

    /// <summary>Its seller.</summary>
    public string? Seller { get; init; }

    /// <summary>The user it belongs to.</summary>
    public string? Owner { get; init; }

    /// <summary>When it was first offered.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>When it stops being shown.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Pieces or free slots left; absent: not counted.</summary>
    public int? Stock { get; init; }

    /// <summary>False hides it.</summary>
    public bool? Active { get; init; }

    /// <summary>The attributes that the vertical declares.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Attributes { get; init; }
}
