using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>Says which items may be answered; implemented by structs, so that the search loop calls nothing through an interface.</summary>
public interface IItemFilter
{
    /// <summary>Whether the item may be answered. Asked only for items that are good enough to be answered, unless <see cref="IsQuick"/>.</summary>
    bool Accepts(int itemOrdinal);

    /// <summary>True when asking costs less than scoring an item: then it is asked first.</summary>
    bool IsQuick { get; }
}

/// <summary>Accepts every item.</summary>
public readonly struct AnyItem : IItemFilter
{
    /// <inheritdoc/>
    public bool Accepts(int itemOrdinal) => true;

    /// <inheritdoc/>
    public bool IsQuick => false;
}

/// <summary>Accepts the items whose bit is set; items behind the set's end are not accepted.</summary>
/// <param name="items">By item ordinal.</param>
public readonly struct ItemsIn(BitSet items) : IItemFilter
{
    /// <inheritdoc/>
    public bool Accepts(int itemOrdinal) => itemOrdinal < items.Length && items.Get(itemOrdinal);

    /// <inheritdoc/>
    public bool IsQuick => true;
}
