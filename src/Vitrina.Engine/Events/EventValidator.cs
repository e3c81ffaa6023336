using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Events;

/// <summary>How far from now an accepted event may lie.</summary>
public sealed class EventValidatorOptions
{
    /// <summary>Minutes by which an event may be ahead of the clock. Default 5: the skew of well-kept clocks is seconds, of phones minutes.</summary>
    [Range(0, 1440)]
    public int FutureToleranceMinutes { get; init; } = 5;

    /// <summary>Days after which an event is too old. Default 400: the retention; importers of older histories lift it.</summary>
    [Range(1, 36_500)]
    public int RetentionDays { get; init; } = 400;
}

/// <summary>Says whether an event may be accepted: its item is known, its type is declared, its time is plausible, its token is ours.</summary>
/// <remarks>Safe for concurrent use when the given function is.</remarks>
public sealed class EventValidator
{
    private readonly DocumentVerticals _verticals;
    private readonly Func<string, string?> _verticalOfItem;
    private readonly TokenSigner? _tokens;
    private readonly long _futureMs;
    private readonly long _retentionMs;

    /// <summary>Makes a validator.</summary>
    /// <param name="verticals">The installation's verticals.</param>
    /// <param name="verticalOfItem">The vertical of a known item; null for unknown items.</param>
    /// <param name="tokens">Verifies tokens; null refuses every event that carries one.</param>
    /// <param name="options">Bounds of the time; absent: the defaults.</param>
    public EventValidator(DocumentVerticals verticals, Func<string, string?> verticalOfItem, TokenSigner? tokens, EventValidatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(verticals);
        ArgumentNullException.ThrowIfNull(verticalOfItem);
        options ??= new EventValidatorOptions();
        (_verticals, _verticalOfItem, _tokens) = (verticals, verticalOfItem, tokens);
        _futureMs = options.FutureToleranceMinutes * 60_000L;
        _retentionMs = options.RetentionDays * 86_400_000L;
    }

    /// <summary>Checks an event.</summary>
    /// <param name="marketEvent">The event as it was read.</param>
    /// <param name="nowMs">The clock, Unix milliseconds.</param>
    /// <param name="error">Why it is refused; its code is one of unknown_item, unknown_type, future, too_old, negative_price, negative_value, negative_delivery, currency_mismatch,
    /// not_finite, out_of_range, bad_token, token_invalid.</param>
    public bool TryValidate(MarketEvent marketEvent, long nowMs, out FieldError error)
    {
        ArgumentNullException.ThrowIfNull(marketEvent);
        error = default;
        return IsTimely(marketEvent.OccurredAtMs, nowMs, ref error)
            && HasSoundNumbers(marketEvent, ref error)
            && IsDeclared(marketEvent, ref error)
            && (marketEvent.Token is null || HasOurToken(marketEvent, ref error));
    }

    private bool IsTimely(long atMs, long nowMs, ref FieldError error)
    {
        if (atMs > nowMs + _futureMs)
        {
            error = new FieldError("occurredAt", $"lies {Ago(atMs - nowMs)} in the future; {Ago(_futureMs)} are tolerated", null, "future");
            return false;
        }

        if (atMs < nowMs - _retentionMs)
        {
            error = new FieldError("occurredAt", $"lies {Ago(nowMs - atMs)} back; events are kept for {Ago(_retentionMs)}", null, "too_old");
            return false;
        }

        return true;
    }

    private static string Ago(long milliseconds) => milliseconds < 7_200_000
        ? $"{milliseconds / 60_000} minutes"
        : milliseconds < 172_800_000 ? $"{milliseconds / 3_600_000} hours" : $"{milliseconds / 86_400_000} days";

    private static bool HasSoundNumbers(MarketEvent marketEvent, ref FieldError error)
    {
        // NaN means that the number was not given; infinity and negative numbers come only from callers that make events in code.
        error = double.IsInfinity(marketEvent.Price) ? new FieldError("price", "must be a finite number", null, "not_finite")
            : double.IsInfinity(marketEvent.Delivery) ? new FieldError("delivery", "must be a finite number of days", null, "not_finite")
            : marketEvent.Delivery < 0 ? new FieldError("delivery", "must not be negative", null, "negative_delivery")
            : double.IsInfinity(marketEvent.Value) ? new FieldError("value", "must be a finite number", null, "not_finite")
            : marketEvent.Price < 0 ? new FieldError("price", "must not be negative", null, "negative_price")
            : marketEvent.Value < 0 ? new FieldError("value", "must not be negative", null, "negative_value")
            : marketEvent.Quantity < 0 ? new FieldError("quantity", "must not be negative", null, "out_of_range")
            : marketEvent.Position is < 0 or > 10_000 ? new FieldError("position", "must be from 0 to 10000", null, "out_of_range")
            : default;
        return error.Message is null;
    }

    private bool IsDeclared(MarketEvent marketEvent, ref FieldError error)
    {
        if (_verticalOfItem(marketEvent.Item) is not { } vertical || !_verticals.TryGet(vertical, out var declaration, out _))
        {
            error = new FieldError("item", $"there is no item '{marketEvent.Item}'; put the item before its events", null, "unknown_item");
            return false;
        }

        // The view always exists: the reader of vertical files adds it.
        var name = EventTypes.NameOf(marketEvent.Type);
        if (marketEvent.Type == EventType.View || declaration.Events.ContainsKey(name))
        {
            return HasOurCurrency(marketEvent, declaration, ref error);
        }

        var known = string.Join(", ", declaration.Events.Keys);
        error = new FieldError(
            "type", $"'{name}' is not declared in the vertical '{vertical}', which has {known}", NearestName.Find(name, declaration.Events.Keys), "unknown_type");
        return false;
    }

    // A price of another currency would be counted in a bin where it does not belong.
    private static bool HasOurCurrency(MarketEvent marketEvent, VerticalDeclaration declaration, ref FieldError error)
    {
        foreach (var (key, value) in marketEvent.Context)
        {
            if (key == "currency" && declaration.Items.Attributes.TryGetValue("price", out var price) && price.Unit is { } unit && unit != value)
            {
                error = new FieldError("context.currency", $"is '{value}'; prices of this vertical are in {unit}", unit, "currency_mismatch");
                return false;
            }
        }

        return true;
    }

    private bool HasOurToken(MarketEvent marketEvent, ref FieldError error)
    {
        if (_tokens is null || !_tokens.TryRead(marketEvent.Token, out var token))
        {
            error = new FieldError("token", "was not signed by this installation; echo the token of the answered item as it is", null, "bad_token");
            return false;
        }

        if (token.Item != marketEvent.Item && !token.IsOfGroup)
        {
            error = new FieldError("token", $"belongs to item '{token.Item}', not to '{marketEvent.Item}'", null, "token_invalid");
            return false;
        }

        if (marketEvent.RankingId is { } ranking && ranking != token.RankingId)
        {
            error = new FieldError("token", $"belongs to ranking '{token.RankingId}', not to '{ranking}'", null, "token_invalid");
            return false;
        }

        return true;
    }
}
