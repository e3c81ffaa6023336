using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Values;

/// <summary>An immutable state of a <see cref="ValueIndex"/>. Safe for concurrent use.</summary>
internal sealed class ValueView(AttributeSlot[] attributes, SymbolTable names, PagedView<NamedAttributeValue[]> values, PagedView<int> counts)
{
    /// <summary>The attribute that a value belongs to.</summary>
    public AttributeSlot AttributeOf(NamedAttributeValue value) => attributes[value.Attribute];

    /// <summary>How many items have a value.</summary>
    public int CountOf(NamedAttributeValue value) => value.Number < counts.Count ? counts[value.Number] : 0;

    /// <summary>The values that words name and items have; empty when there are none.</summary>
    /// <param name="name">Stems separated by spaces, without function words.</param>
    public IEnumerable<NamedAttributeValue> Find(ReadOnlySpan<char> name) =>
        names.Find(name) is >= 0 and var ordinal && ordinal < values.Count ? values[ordinal].Where(value => CountOf(value) > 0) : [];
}
