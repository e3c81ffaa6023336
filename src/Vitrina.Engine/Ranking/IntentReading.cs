using Vitrina.Engine.Catalog;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Ranking;

/// <summary>Words of a query that name values of attributes: an item fits that has any one of them.</summary>
/// <param name="Start">The first of its words among the query's terms.</param>
/// <param name="Length">How many words they are.</param>
/// <param name="Values">The values that they name.</param>
/// <param name="IsHard">True when an item must have one of them, as long as that leaves something.</param>
internal sealed record IntentReading(int Start, int Length, IReadOnlyList<IntentValue> Values, bool IsHard)
{
    /// <summary>True when nothing had these values beside what else is asked for, so that they were no longer demanded.</summary>
    public bool IsRelaxed { get; set; }

    /// <summary>Whether an item has one of the values.</summary>
    public bool IsMetBy(Item item)
    {
        for (var i = 0; i < Values.Count; i++)
        {
            if (Values[i].IsOf(item))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first value that an item has, as <c>color = red</c>; null when it has none.</summary>
    public string? MetValue(Item item) => Values.FirstOrDefault(value => value.IsOf(item)) is { } met ? $"{met.Slot.Name} = {met.Value}" : null;
}

/// <summary>A value of an attribute that a query names.</summary>
/// <param name="Slot">The attribute.</param>
/// <param name="Ordinal">The value's ordinal in the attribute's own table.</param>
/// <param name="Value">The value.</param>
/// <param name="ItemCount">How many items have it.</param>
internal sealed record IntentValue(AttributeSlot Slot, int Ordinal, string Value, int ItemCount)
{
    public bool IsOf(Item item) => Slot.Storage == AttributeStorage.KeywordLists
        ? item.KeywordLists[Slot.Slot].AsSpan().Contains(Ordinal)
        : item.Keywords[Slot.Slot] == Ordinal;
}
