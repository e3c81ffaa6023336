using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Catalog;

/// <summary>The items, users and sellers of an installation, in the state of one point of the journal.</summary>
/// <remarks>One writer; readers hold frozen views. Ordinals are given in journal order and never change.</remarks>
public sealed class ItemCatalog
{
    private readonly SymbolTable _itemIds = new();
    private readonly SymbolTable _sellerIds = new();
    private readonly SymbolTable _userIds = new();
    private readonly PagedArray<Item?> _items = new(6);
    private readonly PagedArray<Entity?> _users = new(6);
    private readonly PagedArray<Entity?> _sellers = new(6);
    private readonly Dictionary<int, int> _userOfAlias = [];
    private readonly Dictionary<string, VerticalItems> _verticals = new(StringComparer.Ordinal);

    /// <summary>How many items were ever put, deleted ones included.</summary>
    public int ItemCount => _items.Count;

    /// <summary>How many users are known by name.</summary>
    public int UserCount => _userIds.Count;

    /// <summary>How many sellers are known by name.</summary>
    public int SellerCount => _sellerIds.Count;

    /// <summary>The items' ids by ordinal: safe for concurrent reading.</summary>
    public SymbolTable ItemIds => _itemIds;

    /// <summary>The users' ids by ordinal: safe for concurrent reading.</summary>
    public SymbolTable UserIds => _userIds;

    /// <summary>Ordinals of items that changed since the last <see cref="TakeChanged"/>.</summary>
    private readonly HashSet<int> _changedItems = [];
    private readonly HashSet<int> _changedUsers = [];
    private readonly HashSet<int> _changedSellers = [];

    /// <summary>Declares a vertical before its first item.</summary>
    public void Declare(string vertical, ItemSchema schema) => _verticals[vertical] = new VerticalItems(vertical, schema);

    /// <summary>The words behind keyword ordinals of a vertical, by slot: safe for concurrent reading.</summary>
    public SymbolTable[] KeywordsOf(string vertical) => _verticals[vertical].Keywords;

    /// <summary>The present state of an item, or null.</summary>
    public Item? Find(string id) => _itemIds.Find(id) is >= 0 and var ordinal ? _items[ordinal] : null;

    /// <summary>The present state of an item by its ordinal, or null.</summary>
    public Item? this[int ordinal] => ordinal < _items.Count ? _items[ordinal] : null;

    /// <summary>Applies a change.</summary>
    /// <param name="change">The change; a patch or delete of an unknown item and a put into an unknown vertical change nothing.</param>
    /// <param name="before">The item before, or null.</param>
    /// <returns>The item after, or null when nothing changed.</returns>
    public Item? Apply(ItemChange change, out Item? before)
    {
        ArgumentNullException.ThrowIfNull(change);
        before = Find(change.Id.Value);
        var vertical = change.Kind == ItemChangeKind.Put ? change.Vertical : before?.Vertical;
        if (vertical is null || !_verticals.TryGetValue(vertical, out var items) || (before is { IsDeleted: true } && change.Kind != ItemChangeKind.Put))
        {
            return null;
        }

        var ordinal = _itemIds.GetOrAdd(change.Id.Value);
        var seller = change.Seller ?? (change.Kind == ItemChangeKind.Put ? null : before?.Seller);
        var after = items.Build(change, before, ordinal, seller, seller is null ? -1 : _sellerIds.GetOrAdd(seller));
        _items.EnsureCount(ordinal + 1);
        _items.Edit(ordinal) = after;
        _changedItems.Add(ordinal);
        return after;
    }

    /// <summary>Puts an item back as a store kept it.</summary>
    public Item? Restore(int ordinal, ItemChange put, bool isDeleted)
    {
        ArgumentNullException.ThrowIfNull(put);
        if (_itemIds.GetOrAdd(put.Id.Value) != ordinal)
        {
            throw new InvalidOperationException($"Item '{put.Id}' was stored with ordinal {ordinal}, which belongs to another item.");
        }

        _items.EnsureCount(ordinal + 1);
        if (put.Vertical is null || !_verticals.TryGetValue(put.Vertical, out var items))
        {
            return null;
        }

        var seller = put.Seller is null ? -1 : _sellerIds.GetOrAdd(put.Seller);
        return _items.Edit(ordinal) = items.Build(put with { Kind = ItemChangeKind.Put }, null, ordinal, put.Seller, seller, isDeleted);
    }

    /// <summary>The ordinal of a user, given at the first sight of its id.</summary>
    public int UserOrdinal(string id)
    {
        var ordinal = _userIds.GetOrAdd(id);
        return _userOfAlias.GetValueOrDefault(ordinal, ordinal);
    }

    /// <summary>The ordinal of a known user, or -1.</summary>
    public int FindUser(string? id) => id is not null && _userIds.Find(id) is >= 0 and var ordinal ? _userOfAlias.GetValueOrDefault(ordinal, ordinal) : -1;

    /// <summary>Joins an alias to a user.</summary>
    /// <returns>The ordinals of the user and the alias; the same number twice when nothing is to be joined.</returns>
    public (int User, int Alias) Join(UserAlias alias)
    {
        ArgumentNullException.ThrowIfNull(alias);
        var user = UserOrdinal(alias.User.Value);
        var own = _userIds.GetOrAdd(alias.Alias.Value);
        var before = _userOfAlias.GetValueOrDefault(own, own);
        if (own == user || before == user)
        {
            return (user, user);
        }

        _userOfAlias[own] = user;
        _changedUsers.Add(own);
        return (user, before);
    }

    /// <summary>Applies a put of a user.</summary>
    public void ApplyUser(EntityChange change) => Apply(change, _users, UserOrdinal(change.Id), _changedUsers);

    /// <summary>Applies a put of a seller.</summary>
    public void ApplySeller(EntityChange change) => Apply(change, _sellers, _sellerIds.GetOrAdd(change.Id), _changedSellers);

    /// <summary>Forgets a user's attributes.</summary>
    /// <returns>The user's ordinal, or -1 when it is not known.</returns>
    public int Erase(string id)
    {
        var user = FindUser(id);
        if (user >= 0 && user < _users.Count)
        {
            _users.Edit(user) = null;
            _changedUsers.Add(user);
        }

        return user;
    }

    private static void Apply(EntityChange change, PagedArray<Entity?> entities, int ordinal, HashSet<int> changed)
    {
        entities.EnsureCount(ordinal + 1);
        entities.Edit(ordinal) = new Entity(change.Id, change.AtMs, change.Attributes);
        changed.Add(ordinal);
    }

    /// <summary>An immutable view of all items.</summary>
    public PagedView<Item?> FreezeItems() => _items.Freeze();

    /// <summary>A view of all items, valid until the next write.</summary>
    public PagedView<Item?> LiveItems() => _items.Live();

    /// <summary>An immutable view of all users' attributes.</summary>
    public PagedView<Entity?> FreezeUsers() => _users.Freeze();

    /// <summary>An immutable view of all sellers' attributes.</summary>
    public PagedView<Entity?> FreezeSellers() => _sellers.Freeze();
}
