using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Values;

/// <summary>An immutable state of a <see cref="ValueIndex"/>. Safe for concurrent use.</summary>
internal sealed class ValueView(AttributeSlot[] attributes, SymbolTable names, PagedView<NamedAttributeValue[]> values, PagedView<MetValue> met, PagedView<int> counts)
{
    /// <summary>The attribute that a value belongs to.</summary>
    public AttributeSlot AttributeOf(NamedAttributeValue value) => attributes[value.Attribute];

    /// <summary>How many items have a value.</summary>
    public int CountOf(NamedAttributeValue value) => value.Number < counts.Count ? counts[value.Number] : 0;

    /// <summary>The values that words name and items have; empty when there are none.</summary>
    /// <param name="name">Stems separated by spaces, without function words.</param>
    public IEnumerable<NamedAttributeValue> Find(ReadOnlySpan<char> name) =>
        names.Find(name) is >= 0 and var ordinal && ordinal < values.Count ? values[ordinal].Where(value => CountOf(value) > 0) : [];

    /// <summary>Writes the values with their counts and names.</summary>
    public void Save(ByteWriter writer)
    {
        writer.WriteVarUInt((ulong)attributes.Length);
        writer.WriteVarUInt((ulong)met.Count);
        for (var number = 0; number < met.Count; number++)
        {
            writer.WriteVarUInt((ulong)met[number].Attribute);
            writer.WriteVarUInt((ulong)met[number].Ordinal);
            writer.WriteVarInt(counts[number]);
        }

        writer.WriteVarUInt((ulong)values.Count);
        for (var name = 0; name < values.Count; name++)
        {
            writer.WriteString(names[name]);
            writer.WriteVarUInt((ulong)values[name].Length);
            foreach (var value in values[name])
            {
                writer.WriteVarUInt((ulong)value.Number);
            }
        }
    }
}
