using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Catalog;

/// <summary>A catalogue store that lives as long as its process: for tests and for runs that keep nothing.</summary>
public sealed class MemoryCatalogStore : ICatalogStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, StoredItem> _items = [];
    private readonly SortedDictionary<int, StoredEntity> _users = [];
    private readonly SortedDictionary<int, StoredEntity> _sellers = [];
    private long _asOf;

    /// <inheritdoc/>
    public long AsOf => Volatile.Read(ref _asOf);

    /// <inheritdoc/>
    public void Commit(long asOf, CatalogDelta delta)
    {
        ArgumentNullException.ThrowIfNull(delta);
        ArgumentOutOfRangeException.ThrowIfLessThan(asOf, AsOf);

        // Everything that can fail comes before the first change.
        StoredItem[] items = [.. delta.Items];
        StoredEntity[] users = [.. delta.Users];
        StoredEntity[] sellers = [.. delta.Sellers];
        lock (_gate)
        {
            foreach (var item in items)
            {
                _items[item.Ordinal] = item;
            }

            Put(users, _users);
            Put(sellers, _sellers);
            Volatile.Write(ref _asOf, asOf);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<StoredItem> ReadItems() => Copy(_items);

    /// <inheritdoc/>
    public int ItemEnd
    {
        get
        {
            lock (_gate)
            {
                return _items.Count == 0 ? 0 : _items.Keys.Last() + 1;
            }
        }
    }

    /// <inheritdoc/>
    public void VisitItems(int first, int until, StoredItemVisitor visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        var writer = new ByteWriter();
        foreach (var item in ReadItems().Where(item => item.Ordinal >= first && item.Ordinal < until))
        {
            writer.Clear();
            item.Put.Write(writer);
            visit(item.Ordinal, item.IsDeleted, writer.Written);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<StoredEntity> ReadUsers() => Copy(_users);

    /// <inheritdoc/>
    public IEnumerable<StoredEntity> ReadSellers() => Copy(_sellers);

    /// <inheritdoc/>
    public void Clear()
    {
        lock (_gate)
        {
            _items.Clear();
            _users.Clear();
            _sellers.Clear();
            Volatile.Write(ref _asOf, 0);
        }
    }

    /// <inheritdoc/>
    public bool Scrub() => true;

    /// <summary>Forgets nothing: there is nothing to close.</summary>
    public void Dispose()
    {
    }

    private static void Put(StoredEntity[] entities, SortedDictionary<int, StoredEntity> stored)
    {
        foreach (var entity in entities)
        {
            stored[entity.Ordinal] = entity;
        }
    }

    private T[] Copy<T>(SortedDictionary<int, T> stored)
    {
        lock (_gate)
        {
            return [.. stored.Values];
        }
    }
}
