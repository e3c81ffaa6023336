using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Values;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Ranking;

/// <summary>An order by an attribute or by the time of publication. Items without the number stand last in both directions; ties go by the item's ordinal.</summary>
internal readonly struct ItemOrder
{
    private readonly int _slot;
    private readonly int _sign;

    private ItemOrder(int slot, int sign) => (_slot, _sign) = (slot, sign);

    /// <summary>Reads an asked order.</summary>
    /// <exception cref="RankRequestException">It names no number attribute of the vertical, or the surface ranks groups.</exception>
    public static ItemOrder Of(RankingContext context, SortOrder sort)
    {
        if (context.Surface.RanksGroups)
        {
            throw new RankRequestException("sort", "groups have no other order than their score: leave sort out", "unknown_sort");
        }

        var slot = sort.By == "newest" ? null : context.Vertical.Schema.FindOrNull(sort.By);
        if (slot is not { Storage: AttributeStorage.Numbers } && sort.By != "newest")
        {
            var numbers = context.Vertical.Schema.Slots.Where(s => s.Storage == AttributeStorage.Numbers).Select(s => s.Name).Append("newest").ToList();
            var nearest = NearestName.Find(sort.By, numbers);
            throw new RankRequestException(
                "sort.by", $"'{sort.By}' is not a number attribute of '{context.Vertical.Name}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")}", "unknown_sort");
        }

        return new ItemOrder(slot?.Slot ?? -1, sort.IsDescending ? -1 : 1);
    }

    /// <summary>What an item is ordered by, smaller first; infinity when it has no number.</summary>
    public double KeyOf(Item item) => KeyOf(_slot < 0 ? item.PublishedAtMs : item.Numbers[_slot]);

    /// <summary>The same from the columns.</summary>
    public double KeyOf(ItemColumnsView columns, int ordinal) => KeyOf(_slot < 0 ? columns.PublishedAtMs(ordinal) : columns.Number(_slot, ordinal));

    private double KeyOf(double value) => double.IsNaN(value) ? double.PositiveInfinity : _sign * value;
}
