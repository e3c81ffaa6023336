using System.Numerics;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Indexing.Values;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Ranking;

/// <summary>Sets of items that meet conditions, from the columns of a snapshot.</summary>
internal static class ItemSelection
{
    /// <summary>Fills a set with the items that meet a request's conditions and have the values that intents name.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="predicate">The conditions.</param>
    /// <param name="intents">The intents; an item needs one value of each.</param>
    /// <param name="set">Receives the items; shape [columns.Length].</param>
    public static void Fill(ItemColumnsView columns, ItemPredicate predicate, IntentReading[] intents, BitSet set)
    {
        for (var word = 0; word << 6 < columns.Length; word++)
        {
            var wanted = predicate.Among(columns, word, columns.ShownIn(word));
            foreach (var intent in intents)
            {
                wanted = wanted == 0 ? 0 : wanted & WithOneOf(columns, word, wanted, intent.Values);
            }

            set.SetWord(word, wanted);
        }
    }

    private static ulong WithOneOf(ItemColumnsView columns, int word, ulong wanted, IReadOnlyList<IntentValue> values)
    {
        var having = 0ul;
        foreach (var value in values)
        {
            having |= value.Slot.Storage == Verticals.AttributeStorage.KeywordLists
                ? Where(wanted & ~having, word, ordinal => columns.List(value.Slot.Slot, ordinal).AsSpan().Contains(value.Ordinal))
                : columns.WithKeyword(value.Slot.Slot, word, [value.Ordinal]);
        }

        return having;
    }

    /// <summary>The items of a word, of those that are wanted, for which something holds.</summary>
    public static ulong Where(ulong wanted, int word, Func<int, bool> holds)
    {
        var left = 0ul;
        for (var bits = wanted; bits != 0; bits &= bits - 1)
        {
            var bit = BitOperations.TrailingZeroCount(bits);
            left |= holds((word << 6) + bit) ? 1ul << bit : 0;
        }

        return left;
    }
}

/// <summary>The items that a source may find: shown ones that meet the request's conditions, and have the values of some intents.</summary>
internal readonly struct WantedItems(RankingContext context, IntentReading[] intents, int except = -1) : IItemFilter
{
    private readonly PagedView<Item?> _items = context.Snapshot.Market.Items;
    private readonly ItemPredicate _predicate = context.Predicate;
    private readonly ItemColumnsView? _columns = context.Snapshot.Market.Columns;
    private readonly BitSet? _selected = context.Selected;
    private readonly IntentReading[] _intents = intents;
    private readonly int _except = except;

    /// <inheritdoc/>
    public bool IsQuick => _selected is not null;

    /// <inheritdoc/>
    public bool Accepts(int itemOrdinal)
    {
        if (itemOrdinal == _except || !MeetsConditions(itemOrdinal))
        {
            return false;
        }

        foreach (var intent in _intents)
        {
            if (!intent.IsMetBy(_items[itemOrdinal]!))
            {
                return false;
            }
        }

        return true;
    }

    private bool MeetsConditions(int itemOrdinal)
    {
        if (_selected is { } selected)
        {
            return itemOrdinal < selected.Length && selected.Get(itemOrdinal);
        }

        // A market at rest has no columns.
        return _columns is { } columns
            ? columns.IsShown(itemOrdinal)
            : itemOrdinal < _items.Count && _items[itemOrdinal] is { IsActive: true } item && _predicate.Accepts(item);
    }
}
