namespace Vitrina.Engine.Catalog;

/// <summary>An item as a store keeps it: the put that would make its present state.</summary>
/// <param name="Ordinal">The item's ordinal.</param>
/// <param name="IsDeleted">True after a delete: the ordinal stays taken.</param>
/// <param name="Put">The present state as a put.</param>
public sealed record StoredItem(int Ordinal, bool IsDeleted, ItemChange Put);

/// <summary>A user or seller as a store keeps it.</summary>
/// <param name="Ordinal">Its ordinal.</param>
/// <param name="Id">Its id.</param>
/// <param name="UserOfAlias">The ordinal of the user that this id was joined to, or -1; -2 = erased.</param>
/// <param name="Put">Its attributes, or null when it is known by its id alone.</param>
public sealed record StoredEntity(int Ordinal, string Id, int UserOfAlias, EntityChange? Put);

/// <summary>Is shown a stored item as it was written.</summary>
/// <param name="ordinal">The item's ordinal.</param>
/// <param name="isDeleted">True after a delete.</param>
/// <param name="put">The present state as a put in the journal's form; valid during the call.</param>
public delegate void StoredItemVisitor(int ordinal, bool isDeleted, ReadOnlySpan<byte> put);

/// <summary>What changed in the catalogue since the last commit to a store. May be made while it is read, once.</summary>
/// <param name="Items">Changed items, by ordinal.</param>
/// <param name="Users">New and changed users, by ordinal.</param>
/// <param name="Sellers">New and changed sellers, by ordinal.</param>
public sealed record CatalogDelta(IEnumerable<StoredItem> Items, IEnumerable<StoredEntity> Users, IEnumerable<StoredEntity> Sellers);

/// <summary>Keeps the catalogue between runs, in the state of one journal sequence.</summary>
/// <remarks>
/// A commit is one transaction: after a crash the store holds a whole earlier state, named by <see cref="AsOf"/>. One writer; opened read-only
/// by other processes.
/// </remarks>
public interface ICatalogStore : IDisposable
{
    /// <summary>The journal sequence of the stored state; 0 = empty.</summary>
    long AsOf { get; }

    /// <summary>Brings the store to a later sequence; durable when it returns.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="asOf"/> is before the stored state.</exception>
    void Commit(long asOf, CatalogDelta delta);

    /// <summary>All items by ordinal.</summary>
    IEnumerable<StoredItem> ReadItems();

    /// <summary>One behind the largest ordinal of an item; 0 = there is none.</summary>
    int ItemEnd { get; }

    /// <summary>Shows the items of some ordinals as they were written, in order. Several threads may read at the same time.</summary>
    /// <param name="first">The first ordinal.</param>
    /// <param name="until">One behind the last ordinal.</param>
    /// <param name="visit">Is shown each item.</param>
    void VisitItems(int first, int until, StoredItemVisitor visit);

    /// <summary>All users by ordinal.</summary>
    IEnumerable<StoredEntity> ReadUsers();

    /// <summary>All sellers by ordinal.</summary>
    IEnumerable<StoredEntity> ReadSellers();

    /// <summary>Forgets everything, for a rebuild from the journal.</summary>
    void Clear();

    /// <summary>Leaves no bytes of what was replaced or removed in any file.</summary>
    /// <returns>False when a reader stood in the way: to be tried again later.</returns>
    bool Scrub();
}
