namespace Vitrina.Api.Events;

/// <summary>A batch of events.</summary>
/// <param name="Events">The events.</param>
public sealed record EventBatch(IReadOnlyList<EventBody> Events);

/// <summary>One event as callers send it.</summary>
public sealed record EventBody
{
    /// <summary>The event's id: an event with the same id counts once.</summary>
    public required string Id { get; init; }

    /// <summary>view, click, favorite, cart, order, cancel, refund, hide; two-sided: contact, chat, response, refusal, deal.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened, RFC 3339.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The item it happened to; it must be known.</summary>
    public required string Item { get; init; }

    /// <summary>Who did it.</summary>
    public string? User { get; init; }

    /// <summary>The visit.</summary>
    public string? Session { get; init; }

    /// <summary>The answer it followed from.</summary>
    public string? RankingId { get; init; }

    /// <summary>The token of the answered item, echoed as it is.</summary>
    public string? Token { get; init; }

    /// <summary>The place on the page, from 1.</summary>
    public int? Position { get; init; }

    /// <summary>The query's text.</summary>
    public string? Query { get; init; }

    /// <summary>Two-sided: how the contact was made.</summary>
    public string? Channel { get; init; }

    /// <summary>The event's own value.</summary>
    public double? Value { get; init; }

    /// <summary>The price that the user saw.</summary>
    public double? Price { get; init; }

    /// <summary>How many pieces.</summary>
    public int? Quantity { get; init; }

    /// <summary>Anything else worth keeping, as texts.</summary>
    public IReadOnlyDictionary<string, string>? Context { get; init; }
}
