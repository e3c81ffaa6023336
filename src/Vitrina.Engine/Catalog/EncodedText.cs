using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Catalog;

/// <summary>Which text of an item encoders read: the text attribute with the largest boost, the first of equal ones.</summary>
/// <remarks>A title says what an item is; a description ten times as long would drown it in a sum of words.</remarks>
public static class EncodedText
{
    /// <summary>Its text slot; -1 when items have no text.</summary>
    public static int SlotOf(ItemSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return schema.Slots.Where(slot => slot.Storage == AttributeStorage.Texts).OrderByDescending(slot => slot.Declaration.Boost).FirstOrDefault()?.Slot ?? -1;
    }
}
