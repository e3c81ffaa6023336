using Vitrina.Engine.Catalog;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>Which candidates a rule means: those with one of some values of a keyword attribute.</summary>
/// <param name="attribute">The attribute's place.</param>
/// <param name="values">The values; empty = any value.</param>
internal sealed class RuleTarget(AttributeSlot attribute, IReadOnlyList<string> values)
{
    /// <summary>The values, in the order of the declaration.</summary>
    public IReadOnlyList<string> Values { get; } = values;

    /// <summary>The ordinal of a candidate's value, or -1 without one; of several values the first.</summary>
    public int ValueOf(Item item) => attribute.Storage == AttributeStorage.Keywords
        ? item.Keywords[attribute.Slot]
        : item.KeywordLists[attribute.Slot] is [var first, ..] ? first : -1;

    /// <summary>Where a candidate's value stands among the rule's, from 0; -1 = it is not meant.</summary>
    public int PlaceOf(RankingContext context, Item item)
    {
        var isSingle = attribute.Storage == AttributeStorage.Keywords;
        var words = (isSingle ? context.Snapshot.Market.Keywords : context.Snapshot.Market.ListKeywords)[attribute.Slot];
        for (var i = 0; i < Values.Count; i++)
        {
            if (words.Find(Values[i]) is >= 0 and var ordinal
                && (isSingle ? item.Keywords[attribute.Slot] == ordinal : Array.IndexOf(item.KeywordLists[attribute.Slot], ordinal) >= 0))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>True when a candidate is meant.</summary>
    public bool Means(RankingContext context, Item item) => Values.Count == 0 ? ValueOf(item) >= 0 : PlaceOf(context, item) >= 0;
}
