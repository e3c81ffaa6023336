using Vitrina.Engine.Catalog;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Collections;
using Vitrina.Kernels.Files;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>The vector indexes of one vertical: one per vector attribute of its items.</summary>
/// <remarks>One writer. Readers take <see cref="Freeze"/>.</remarks>
internal sealed class ItemVectors
{
    private readonly AttributeSlot[] _slots;
    private readonly VectorIndex[] _indexes;

    public ItemVectors(ItemSchema schema)
    {
        _slots = [.. schema.Slots.Where(slot => slot.Storage == AttributeStorage.Vectors)];
        _indexes = [.. _slots.Select(slot => new VectorIndex(OptionsOf(slot)))];
    }

    /// <summary>Whether vectors of any attribute are being linked beside the writer.</summary>
    public bool IsLinking => Array.Exists(_indexes, index => index.IsLinking);

    /// <summary>Takes over an item's present vectors.</summary>
    /// <param name="after">The item.</param>
    /// <param name="before">The item as it was; null when it is new.</param>
    public void Apply(Item after, Item? before)
    {
        for (var index = 0; index < _indexes.Length; index++)
        {
            var (vector, old) = (VectorOf(after, index), before is null ? null : VectorOf(before, index));
            if (vector is not null && !ReferenceEquals(vector, old))
            {
                _indexes[index].Put(after.Ordinal, vector);
            }
            else if (vector is null)
            {
                _indexes[index].Remove(after.Ordinal);
            }
        }
    }

    /// <summary>The content of this moment, by vector slot.</summary>
    public VectorSnapshot[] Freeze()
    {
        var snapshots = new VectorSnapshot[_indexes.Length];
        for (var index = 0; index < snapshots.Length; index++)
        {
            snapshots[index] = _indexes[index].Freeze();
        }

        return snapshots;
    }

    /// <summary>Writes every index that has a graph and is at rest; the others are written another time, or never: they are quickly made again.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="vertical">The vertical's name.</param>
    /// <param name="items">All items.</param>
    public void Save(string folder, string vertical, PagedView<Item?> items)
    {
        for (var index = 0; index < _indexes.Length; index++)
        {
            if (!_indexes[index].IsLinking && _indexes[index].HasUnsavedLinks)
            {
                Directory.CreateDirectory(folder);
                VectorIndexFile.Write(PathOf(folder, vertical, index), _indexes[index], ordinal => items[ordinal]!.Id.Value);
            }
        }
    }

    /// <summary>Takes over the graphs of files where there are any; the items' vectors of today count.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="vertical">The vertical's name.</param>
    /// <param name="catalog">All items.</param>
    /// <param name="damages">Receives what was wrong with a file, in sentences; its graph is built again beside serving.</param>
    public void Load(string folder, string vertical, ItemCatalog catalog, List<string> damages)
    {
        for (var index = 0; index < _indexes.Length; index++)
        {
            var path = PathOf(folder, vertical, index);
            if (!File.Exists(path))
            {
                continue;
            }

            try
            {
                _indexes[index] = Reconciled(VectorIndexFile.Read(path, OptionsOf(_slots[index]), catalog.ItemIds.Find), index, vertical, catalog);
            }
            catch (DamagedFileException damage)
            {
                damages.Add($"vectors: {VectorIndexFile.SetAside(damage)}; the graph is built again");
            }
        }
    }

    private VectorIndex Reconciled(VectorIndex read, int index, string vertical, ItemCatalog catalog)
    {
        for (var ordinal = 0; ordinal < catalog.ItemCount; ordinal++)
        {
            if (catalog[ordinal] is { } item && item.Vertical == vertical && VectorOf(item, index) is { } vector)
            {
                read.Put(ordinal, vector);
            }
            else
            {
                read.Remove(ordinal);
            }
        }

        return read;
    }

    // A vector of before the file's dimension changed is none.
    private float[]? VectorOf(Item item, int index)
        => !item.IsDeleted && item.Vectors[_slots[index].Slot] is { } vector
            && VectorCheck.ProblemOf(vector, _indexes[index].Options.Dimension, _indexes[index].Options.Metric) is null
                ? vector
                : null;

    private string PathOf(string folder, string vertical, int index) => Path.Combine(folder, $"{vertical}.{_slots[index].Name}.graph");

    private static VectorIndexOptions OptionsOf(AttributeSlot slot) => new() { Dimension = slot.Declaration.Dimension ?? 1, Metric = slot.Declaration.Metric };
}
