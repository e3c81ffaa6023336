namespace Vitrina.Engine.Catalog;

/// <summary>Lists of attributes that many people have alike, each held once: a million people of some regions and ages have a few hundred.</summary>
/// <remarks>One writer. A slot keeps the list that came last, so that a list which only one person has is soon let go of.</remarks>
internal sealed class SharedAttributes
{
    private const int SlotMask = (1 << 14) - 1;
    private readonly IReadOnlyList<NamedValue>?[] _slots = new IReadOnlyList<NamedValue>?[SlotMask + 1];

    /// <summary>The list itself, or an equal one that is held already.</summary>
    public IReadOnlyList<NamedValue> Of(IReadOnlyList<NamedValue> attributes)
    {
        var hash = new HashCode();
        foreach (var attribute in attributes)
        {
            hash.Add(attribute);
        }

        ref var slot = ref _slots[hash.ToHashCode() & SlotMask];
        return slot is not null && slot.SequenceEqual(attributes) ? slot : slot = attributes;
    }

    /// <summary>Lets go of everything: nothing of an erased person stays.</summary>
    public void Clear() => Array.Clear(_slots);
}
