using System.Collections.Concurrent;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Catalog;

/// <summary>Taking over what a store kept.</summary>
public sealed partial class ItemCatalog
{
    private const int BatchItems = 4096;

    // So many batches wait at most: a few megabytes.
    private static readonly int BatchesAhead = 2 * Environment.ProcessorCount;

    // Either the item or, where it could not be decoded without giving numbers, what is stored of it.
    private readonly record struct RestoredRow(Item? Item, StoredItem? Stored);

    /// <summary>Takes over what a store kept; keyword tables stand already.</summary>
    /// <param name="store">The store.</param>
    /// <param name="restored">Called for every item of a declared vertical.</param>
    public void Restore(ICatalogStore store, Action<Item> restored)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(restored);
        foreach (var user in Restore(store.ReadUsers(), _userIds, _users).Where(user => user.UserOfAlias != -1))
        {
            _joined.EnsureCount(user.Ordinal + 1);
            _joined.Edit(user.Ordinal) = user.UserOfAlias + 1;
        }

        foreach (var _ in Restore(store.ReadSellers(), _sellerIds, _sellers))
        {
            // Each takes its place as it is read.
        }

        RestoreItems(store, restored);
        // All of it is in the store already.
        TakeChanges();
    }

    // Rows are read and decoded on other threads, some batches ahead; here they get their places, in the order of their ordinals.
    private void RestoreItems(ICatalogStore store, Action<Item> restored)
    {
        var end = store.ItemEnd;
        var ahead = new Queue<Task<List<RestoredRow>>>();
        var decoders = new ConcurrentBag<ItemDecoder>();
        try
        {
            for (var first = 0; first < end || ahead.Count > 0;)
            {
                while (first < end && ahead.Count < BatchesAhead)
                {
                    var from = first;
                    first = Math.Min(end, first + BatchItems);
                    var to = first;
                    ahead.Enqueue(Task.Run(() => Decode(store, from, to, decoders)));
                }

                foreach (var row in ahead.Dequeue().GetAwaiter().GetResult())
                {
                    if (Restore(row) is { } item)
                    {
                        restored(item);
                    }
                }
            }
        }
        finally
        {
            // After a failure nothing reads the store any more when it is closed.
            Task.WhenAny(Task.WhenAll(ahead)).Wait();
        }
    }

    private List<RestoredRow> Decode(ICatalogStore store, int first, int end, ConcurrentBag<ItemDecoder> decoders)
    {
        if (!decoders.TryTake(out var decoder))
        {
            decoder = new ItemDecoder(_verticals, _sellerIds);
        }

        var rows = new List<RestoredRow>(end - first);
        store.VisitItems(first, end, (ordinal, isDeleted, put) => rows.Add(decoder.TryDecode(ordinal, isDeleted, put) is { } item
            ? new RestoredRow(item, null)
            : new RestoredRow(null, new StoredItem(ordinal, isDeleted, ItemChange.Read(put)))));
        decoders.Add(decoder);
        return rows;
    }

    private IEnumerable<StoredEntity> Restore(IEnumerable<StoredEntity> stored, SymbolTable ids, PagedArray<Entity?> entities)
    {
        foreach (var entity in stored)
        {
            RequireOrdinal(ids.GetOrAdd(entity.Id), entity.Ordinal, entity.Id);
            if (entity.Put is { } put)
            {
                entities.EnsureCount(entity.Ordinal + 1);
                entities.Edit(entity.Ordinal) = new Entity(put.Id, put.AtMs, _attributes.Of(put.Attributes));
            }

            yield return entity;
        }
    }

    private Item? Restore(in RestoredRow row)
    {
        if (row.Item is not { } item)
        {
            return Restore(row.Stored!);
        }

        Place(item.Ordinal, item.Id.Value);
        return _items.Edit(item.Ordinal) = item;
    }

    private Item? Restore(StoredItem stored)
    {
        var (ordinal, put) = (stored.Ordinal, stored.Put);
        Place(ordinal, put.Id.Value);
        if (put.Vertical is null || !_verticals.TryGetValue(put.Vertical, out var items))
        {
            return null;
        }

        var seller = put.Seller is null ? -1 : _sellerIds.GetOrAdd(put.Seller);
        return _items.Edit(ordinal) = items.Build(put, null, ordinal, put.Seller, seller, stored.IsDeleted);
    }

    private void Place(int ordinal, string id)
    {
        RequireOrdinal(_itemIds.GetOrAdd(id), ordinal, id);
        _items.EnsureCount(ordinal + 1);
    }

    private static void RequireOrdinal(int given, int stored, string id)
    {
        if (given != stored)
        {
            throw new InvalidDataException($"The catalogue store gives '{id}' the ordinal {stored}, which is not the next one ({given}).");
        }
    }
}
