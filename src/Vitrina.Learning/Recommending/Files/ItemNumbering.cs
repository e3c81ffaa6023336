using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Recommending.Files;

/// <summary>
/// Gives the items of a data set ordinals in an order drawn by a seed. Files number items by first appearance, so that an id, or a tie broken by it,
/// would tell which items nobody has met yet.
/// </summary>
public sealed class ItemNumbering
{
    private readonly Dictionary<string, int> _ordinals = new(StringComparer.Ordinal);

    /// <summary>Numbers all items that occur.</summary>
    /// <param name="seed">Seeds the order.</param>
    /// <param name="parts">All parts of the data set.</param>
    public ItemNumbering(ulong seed, params IReadOnlyList<IReadOnlyList<NamedSequence>> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (NamedSequence sequence in parts.SelectMany(part => part))
        {
            names.UnionWith(sequence.Items);
        }

        string[] order = [.. names];
        RandomStream random = RandomStream.For(seed, "item ordinals");
        random.Shuffle<string>(order);
        Names = order;
        for (int ordinal = 0; ordinal < order.Length; ordinal++)
        {
            _ordinals[order[ordinal]] = ordinal;
        }
    }

    /// <summary>Names by ordinal.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The items of a sequence as ordinals.</summary>
    public int[] OrdinalsOf(NamedSequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return Array.ConvertAll(sequence.Items, item => _ordinals[item]);
    }

    /// <summary>The ordinal of an item; −1 for one that does not occur.</summary>
    public int OrdinalOf(string item) => _ordinals.GetValueOrDefault(item, -1);
}
