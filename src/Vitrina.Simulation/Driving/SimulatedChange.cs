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

        /// <summary>Who sells it.</summary>
        public required string Seller { get; init; }

        /// <summary>When the card was published; may lie before <see cref="SimulatedChange.At"/>.</summary>
        public required DateTimeOffset PublishedAt { get; init; }

        /// <summary>Pieces in stock.</summary>
        public required int Stock { get; init; }

        /// <summary>What the card says.</summary>
        public required SimulatedItemAttributes Attributes { get; init; }
    }

    /// <summary>Some of an item's state changes; what is null stays.</summary>
    public sealed record ItemPatch : SimulatedChange
    {
        /// <summary>The item.</summary>
        public required string Id { get; init; }

        /// <summary>Roubles.</summary>
        public int? Price { get; init; }

        /// <summary>The price before the discount, roubles.</summary>
        public int? OldPrice { get; init; }

        /// <summary>The discount is over: the attribute is set to null.</summary>
        public bool IsOldPriceRemoved { get; init; }

        /// <summary>Days.</summary>
        public int? Delivery { get; init; }

        /// <summary>Pieces.</summary>
        public int? Stock { get; init; }
    }

    /// <summary>An item is withdrawn for good.</summary>
    public sealed record ItemDelete : SimulatedChange
    {
        /// <summary>The item.</summary>
        public required string Id { get; init; }
    }

    /// <summary>A person registers.</summary>
    public sealed record UserPut : SimulatedChange
    {
        /// <summary>The user.</summary>
        public required string Id { get; init; }

        /// <summary>City.</summary>
        public required string Region { get; init; }

        /// <summary>Year of birth.</summary>
        public required int BirthYear { get; init; }
    }

    /// <summary>A seller registers.</summary>
    public sealed record SellerPut : SimulatedChange
    {
        /// <summary>The seller.</summary>
        public required string Id { get; init; }

        /// <summary>Trade name.</summary>
        public required string Name { get; init; }

        /// <summary>City or country goods are sent from.</summary>
        public required string Region { get; init; }
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

        /// <summary>view, click, favorite, cart or order.</summary>
        public required string Type { get; init; }

        /// <summary>Who.</summary>
        public required string User { get; init; }

        /// <summary>The visit.</summary>
        public required string Session { get; init; }

        /// <summary>To what.</summary>
        public required string Item { get; init; }

        /// <summary>In which list.</summary>
        public required string RankingId { get; init; }

        /// <summary>At which place, from 1.</summary>
        public required int Position { get; init; }

        /// <summary>The token of the shown item; null when there was none.</summary>
        public string? Token { get; init; }

        /// <summary>The words of the request, on views and clicks.</summary>
        public string? Query { get; init; }

        /// <summary>The price seen, roubles; null on views.</summary>
        public int? Price { get; init; }

        /// <summary>Pieces; on carts and orders.</summary>
        public int? Quantity { get; init; }

        /// <summary>Money of the whole event, roubles; on orders.</summary>
        public double? Value { get; init; }
    }
}

/// <summary>What a card of goods says.</summary>
public sealed record SimulatedItemAttributes
{
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

    /// <summary>Mean review, 1–5; null without reviews.</summary>
    public double? Rating { get; init; }

    /// <summary>Number of reviews.</summary>
    public required int Reviews { get; init; }

    /// <summary>Number of photos.</summary>
    public required int Photos { get; init; }
}
