using Vitrina.Engine.Language;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Catalog;

/// <summary>An item in its present state: immutable; every change makes a new one.</summary>
public sealed class Item
{
    private MatchText?[]? _words;

    /// <summary>Where the item's live availability stands, once somebody asked.</summary>
    internal LiveState? Live { get; set; }

    /// <summary>The item's dense number, given in journal order.</summary>
    public required int Ordinal { get; init; }

    /// <summary>The item's id.</summary>
    public required ItemId Id { get; init; }

    /// <summary>The schema that the slots below follow; it names the vertical.</summary>
    public required ItemSchema Schema { get; init; }

    /// <summary>The vertical's name.</summary>
    public required string Vertical { get; init; }

    /// <summary>The user the item belongs to, if any.</summary>
    public string? Owner { get; init; }

    /// <summary>The seller's id, if any.</summary>
    public string? Seller { get; init; }

    /// <summary>The seller's ordinal, or -1.</summary>
    public int SellerOrdinal { get; init; } = -1;

    /// <summary>When it was first offered, Unix milliseconds.</summary>
    public long PublishedAtMs { get; init; }

    /// <summary>When its state last changed, Unix milliseconds.</summary>
    public long ChangedAtMs { get; init; }

    /// <summary>When it stops being shown, Unix milliseconds; <see cref="long.MaxValue"/> = never.</summary>
    public long ExpiresAtMs { get; init; } = long.MaxValue;

    /// <summary>Pieces or slots left; -1 = not counted.</summary>
    public int Stock { get; init; } = -1;

    /// <summary>False while hidden or after a delete.</summary>
    public bool IsActive { get; init; } = true;

    /// <summary>True after a delete.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>Numbers by slot; NaN = missing.</summary>
    public required double[] Numbers { get; init; }

    /// <summary>Keyword ordinals by slot; -1 = missing.</summary>
    public required int[] Keywords { get; init; }

    /// <summary>Ordinals of multiple keywords by slot.</summary>
    public required int[][] KeywordLists { get; init; }

    /// <summary>Texts by slot; null = missing.</summary>
    public required string?[] Texts { get; init; }

    /// <summary>Vectors by slot; null = missing.</summary>
    public required float[]?[] Vectors { get; init; }

    /// <summary>Numbers by region for attributes that differ by zone, by zone slot; null = the same everywhere.</summary>
    public NamedNumber[]?[] Zones { get; init; } = [];

    /// <summary>The number that holds in a region; the number for everywhere where the region has none of its own.</summary>
    public double NumberIn(string? region, int slot, int zoneSlot)
    {
        if (region is not null && Zones.Length > zoneSlot && Zones[zoneSlot] is { } zones)
        {
            foreach (var (zone, number) in zones)
            {
                if (zone == region)
                {
                    return number;
                }
            }
        }

        return Numbers[slot];
    }

    /// <summary>A text prepared for comparing with queries; null without the text. Prepared when first asked for, and kept.</summary>
    /// <remarks>Two threads that ask at once may both prepare it, alike; either's stays.</remarks>
    internal MatchText? WordsOf(int slot, TextAnalyzer analyzer)
    {
        if (Texts[slot] is not { } text)
        {
            return null;
        }

        var words = _words ?? Interlocked.CompareExchange(ref _words, new MatchText?[Texts.Length], null) ?? _words;
        return Volatile.Read(ref words[slot]) ?? (words[slot] = MatchText.Of(analyzer, text));
    }

    /// <summary>Takes over what was prepared of texts that a change left as they were.</summary>
    internal void KeepWordsOf(Item before)
    {
        if (before._words is { } prepared && ReferenceEquals(before.Schema, Schema))
        {
            _words = new MatchText?[Texts.Length];
            for (var slot = 0; slot < Texts.Length; slot++)
            {
                _words[slot] = Texts[slot] == before.Texts[slot] ? Volatile.Read(ref prepared[slot]) : null;
            }
        }
    }
}
