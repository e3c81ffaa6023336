namespace Vitrina.Simulation.Driving;

/// <summary>Something the marketplace is told. Closed: the nested records are all there are.</summary>
public abstract record SimulatedChange
{
    private SimulatedChange()
    {
    }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>A whole item appears.</summary>
    public sealed record ItemPut : SimulatedChange
    {
        /// <summary>The item.</summary>
        public required string Id { get; init; }

        /// <summary>Its vertical.</summary>
        public required string Vertical { get; init; }

        /// <summary>Who sells it; null when nobody does.</summary>
        public string? Seller { get; init; }

        /// <summary>The user it belongs to; null when there is none.</summary>
        public string? Owner { get; init; }

        /// <summary>When it was published; may lie before <see cref="SimulatedChange.At"/>.</summary>
        public required DateTimeOffset PublishedAt { get; init; }

        /// <summary>When it ends by itself; null = never.</summary>
        public DateTimeOffset? ExpiresAt { get; init; }

        /// <summary>Pieces in stock, or free places; null when there is no limit.</summary>
        public int? Stock { get; init; }

        /// <summary>What the card says.</summary>
        public required SimulatedAttributes Attributes { get; init; }
    }

    /// <summary>Some of an item's state changes; what is null stays.</summary>
    public sealed record ItemPatch : SimulatedChange
    {
        /// <summary>The item.</summary>
        public required string Id { get; init; }

        /// <summary>Pieces, or free places.</summary>
        public int? Stock { get; init; }

        /// <summary>When it ends by itself.</summary>
        public DateTimeOffset? ExpiresAt { get; init; }

        /// <summary>Only what changes.</summary>
        public SimulatedAttributes? Attributes { get; init; }
    }

    /// <summary>An item is withdrawn for good.</summary>
    public sealed record ItemDelete : SimulatedChange
    {
        /// <summary>The item.</summary>
        public required string Id { get; init; }
    }

    /// <summary>A person registers, or says something new of itself.</summary>
    public sealed record UserPut : SimulatedChange
    {
        /// <summary>The user.</summary>
        public required string Id { get; init; }

        /// <summary>What is known of the person.</summary>
        public required SimulatedAttributes Attributes { get; init; }
    }

    /// <summary>A seller registers.</summary>
    public sealed record SellerPut : SimulatedChange
    {
        /// <summary>The seller.</summary>
        public required string Id { get; init; }

        /// <summary>What is known of the seller.</summary>
        public required SimulatedAttributes Attributes { get; init; }
    }

    /// <summary>A row of a feature table.</summary>
    public sealed record FeatureRow : SimulatedChange
    {
        /// <summary>The table.</summary>
        public required string Table { get; init; }

        /// <summary>The row's key.</summary>
        public required string Key { get; init; }

        /// <summary>The column that is set.</summary>
        public required string Column { get; init; }

        /// <summary>Its value.</summary>
        public required double Value { get; init; }
    }

    /// <summary>A person did something.</summary>
    public sealed record UserEvent : SimulatedChange
    {
        /// <summary>Unique; the dedupe key.</summary>
        public required string Id { get; init; }

        /// <summary>One of the event types that the vertical declares.</summary>
        public required string Type { get; init; }

        /// <summary>Who.</summary>
        public required string User { get; init; }

        /// <summary>The visit.</summary>
        public required string Session { get; init; }

        /// <summary>To what.</summary>
        public required string Item { get; init; }

        /// <summary>In which list; null outside of lists.</summary>
        public string? RankingId { get; init; }

        /// <summary>At which place, from 1; 0 outside of lists.</summary>
        public int Position { get; init; }

        /// <summary>The token of the shown item; null when there was none.</summary>
        public string? Token { get; init; }

        /// <summary>The words of the request, on views and clicks.</summary>
        public string? Query { get; init; }

        /// <summary>The way of contact, in two-sided verticals.</summary>
        public string? Channel { get; init; }

        /// <summary>The price seen, roubles; null on views.</summary>
        public int? Price { get; init; }

        /// <summary>Pieces; on carts and orders.</summary>
        public int? Quantity { get; init; }

        /// <summary>Money of the whole event, roubles; on orders.</summary>
        public double? Value { get; init; }

        /// <summary>What else is known of it, such as the reason of a refusal; null when nothing is.</summary>
        public IReadOnlyList<KeyValuePair<string, string>>? Context { get; init; }
    }
}
