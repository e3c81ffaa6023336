using System.Text.Json;

namespace Vitrina.Api.Users;

/// <summary>A batch of users.</summary>
/// <param name="Users">The users.</param>
public sealed record UserBatch(IReadOnlyList<EntityBody> Users);

/// <summary>A batch of sellers.</summary>
/// <param name="Sellers">The sellers.</param>
public sealed record SellerBatch(IReadOnlyList<EntityBody> Sellers);

/// <summary>A user or a seller with all its attributes.</summary>
public sealed record EntityBody
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>When it happened, RFC 3339; absent: now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The attributes that a vertical declares.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Attributes { get; init; }
}

/// <summary>An anonymous id that belongs to a user.</summary>
public sealed record AliasBody
{
    /// <summary>The anonymous id.</summary>
    public required string Alias { get; init; }

    /// <summary>When it was joined, RFC 3339; absent: now.</summary>
    public DateTimeOffset? At { get; init; }
}
