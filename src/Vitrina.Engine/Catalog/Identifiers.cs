namespace Vitrina.Engine.Catalog;

/// <summary>An item's id as the marketplace gave it: unique in an installation, opaque, case-sensitive.</summary>
/// <param name="Value">1 to 128 characters without control characters.</param>
public readonly record struct ItemId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A user's id (a login or an anonymous id) as the marketplace gave it: opaque, can be erased.</summary>
/// <param name="Value">1 to 128 characters without control characters.</param>
public readonly record struct UserId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A seller's id as the marketplace gave it.</summary>
/// <param name="Value">1 to 128 characters without control characters.</param>
public readonly record struct SellerId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
