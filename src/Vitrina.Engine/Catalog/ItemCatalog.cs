using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Catalog;

/// <summary>The items, users and sellers of an installation, in the state of one point of the journal.</summary>
/// <remarks>One writer; readers hold frozen views. Ordinals are given in journal order and never change.</remarks>
public sealed partial class ItemCatalog
{
    // Ids have no control characters: what begins or goes on with this one was named here.
    private const char Again = '\u0001';

    // In the array of aliases: 0 = nobody else, n > 0 = the user with the ordinal n - 1, -1 = erased, n < -1 = erased, and the id returned as -n - 2.
    private const int Erased = -1;
    private readonly SymbolTable _itemIds = new();
    private readonly SymbolTable _sellerIds = new();
    private readonly SymbolTable _userIds = new();
    private readonly PagedArray<Item?> _items = new(6);
    private readonly PagedArray<Entity?> _users = new(6);
    private readonly PagedArray<Entity?> _sellers = new(6);
    private readonly PagedArray<int> _joined = new(6);
    private readonly SharedAttributes _attributes = new();
    private readonly ChangedOrdinals _changedItems = new();
    private readonly ChangedOrdinals _changedUsers = new();
    private readonly ChangedOrdinals _changedSellers = new();
    private int _storedUsers;
    private int _storedSellers;
    private readonly Dictionary<string, VerticalItems> _verticals = new(StringComparer.Ordinal);

    /// <summary>How many items were ever put, deleted ones included.</summary>
    public int ItemCount => _items.Count;

    /// <summary>How many users are known by name.</summary>
    public int UserCount => _userIds.Count;

    /// <summary>How many sellers are known by name.</summary>
    public int SellerCount => _sellerIds.Count;

    /// <summary>The items' ids by ordinal: safe for concurrent reading.</summary>
    public SymbolTable ItemIds => _itemIds;

    // An entity of an id that stands already and a list of attributes that others have too.
    private const int EntityBytes = 40;

    /// <summary>Bytes of the users' ids.</summary>
    internal long UserIdBytes => _userIds.Bytes;

    /// <summary>Bytes of the users' attributes, without lists that only one person has, and of aliases.</summary>
    internal long UserBytes => ((long)_users.Count * (EntityBytes + 8)) + ((long)_joined.Count * sizeof(int));

    /// <summary>The name under which a user's ordinal is stored: its id, or after an erasure a name that no caller can send. For the writer.</summary>
    public string UserNameOf(int ordinal) => UserNameOf(ordinal, _joined.Live());

    private string UserNameOf(int ordinal, PagedView<int> joined)
    {
        if (ordinal < joined.Count && joined[ordinal] < 0)
        {
            return $"{Again}erased:{ordinal}";
        }

        var name = _userIds[ordinal];
        return name.IndexOf(Again, StringComparison.Ordinal) is > 0 and var end ? name[..end] : name;
    }

    /// <summary>Declares a vertical before its first item.</summary>
    public void Declare(string vertical, ItemSchema schema) => _verticals[vertical] = new VerticalItems(vertical, schema);

    /// <summary>The words behind keyword ordinals of a vertical, by slot: safe for concurrent reading.</summary>
    public SymbolTable[] KeywordsOf(string vertical) => _verticals[vertical].Keywords;

    /// <summary>The words behind ordinals of multiple keywords of a vertical, by slot: safe for concurrent reading.</summary>
    public SymbolTable[] ListKeywordsOf(string vertical) => _verticals[vertical].ListKeywords;

    /// <summary>The sellers' ids by ordinal: safe for concurrent reading.</summary>
    public SymbolTable SellerIds => _sellerIds;

    internal VerticalItems ItemsOf(string vertical) => _verticals[vertical];

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

    /// <summary>The ordinal of a user, given at the first sight of its id; that of the login for a joined alias.</summary>
    public int UserOrdinal(string id) => UserOf(OwnOrdinal(id), _joined.Live());

    // The ordinal of the id itself. An erased one is never given again: whoever comes back under an erased id begins as somebody new, and all that
    // was counted under the old ordinal can be reached no more.
    private int OwnOrdinal(string id)
    {
        var ordinal = _userIds.GetOrAdd(id);
        while (ordinal < _joined.Count && _joined[ordinal] < 0)
        {
            if (_joined[ordinal] == Erased)
            {
                var next = _userIds.GetOrAdd($"{id}{Again}{ordinal}");
                _joined.Edit(ordinal) = -next - 2;
                return next;
            }

            ordinal = -_joined[ordinal] - 2;
        }

        return ordinal;
    }

    /// <summary>The ordinal of a user in a frozen state, or -1: safe beside the writer.</summary>
    /// <param name="id">The user's id or an alias.</param>
    /// <param name="joined">The aliases of that state.</param>
    public int FindUser(string? id, PagedView<int> joined) => id is not null && _userIds.Find(id) is >= 0 and var ordinal ? UserOf(ordinal, joined) : -1;

    // A login that is joined to another one later takes its aliases along; only a user that is joined to nobody is joined to, so there is no circle.
    private static int UserOf(int ordinal, PagedView<int> joined)
    {
        while (ordinal >= 0 && ordinal < joined.Count && joined[ordinal] is not 0 and var next)
        {
            ordinal = next > 0 ? next - 1 : -next - 2;
        }

        return ordinal;
    }

    /// <summary>Joins an alias to a user.</summary>
    /// <returns>The ordinals of the user and the alias; the same number twice when nothing is to be joined.</returns>
    public (int User, int Alias) Join(UserAlias alias)
    {
        ArgumentNullException.ThrowIfNull(alias);
        var user = UserOrdinal(alias.User.Value);
        var own = OwnOrdinal(alias.Alias.Value);
        var before = UserOf(own, _joined.Live());
        if (own == user || before == user)
        {
            return (user, user);
        }

        _joined.EnsureCount(own + 1);
        _joined.Edit(own) = user + 1;
        _changedUsers.Add(own);

        // A device that passes to another person: what it did before belongs to the first one and is not handed over.
        return before == own ? (user, own) : (user, user);
    }

    /// <summary>An immutable view of which user each alias belongs to.</summary>
    public PagedView<int> FreezeAliases() => _joined.Freeze();

    /// <summary>The same, valid until the next write.</summary>
    public PagedView<int> LiveAliases() => _joined.Live();

    /// <summary>Applies a put of a user.</summary>
    public void ApplyUser(EntityChange change) => Apply(change, _users, UserOrdinal(change.Id), _changedUsers);

    /// <summary>Applies a put of a seller.</summary>
    public void ApplySeller(EntityChange change) => Apply(change, _sellers, _sellerIds.GetOrAdd(change.Id), _changedSellers);

    /// <summary>The person behind an id: the ordinals of the login and of everything joined to it; none when the id is not known.</summary>
    public IReadOnlyList<int> PersonOf(string id)
    {
        var joined = _joined.Live();
        var user = FindUser(id, joined);
        if (user < 0)
        {
            return [];
        }

        var person = new List<int> { user };
        for (var ordinal = 0; ordinal < joined.Count; ordinal++)
        {
            if (joined[ordinal] > 0 && UserOf(ordinal, joined) == user)
            {
                person.Add(ordinal);
            }
        }

        return person;
    }

    /// <summary>Forgets a person: attributes, names and aliases. Whoever comes back under one of the ids is somebody new.</summary>
    /// <returns>The ordinals that nobody has any more.</returns>
    public IReadOnlyList<int> Erase(string id)
    {
        var person = PersonOf(id);
        _attributes.Clear();
        foreach (var ordinal in person)
        {
            _joined.EnsureCount(ordinal + 1);
            _joined.Edit(ordinal) = Erased;
            _changedUsers.Add(ordinal);
            if (ordinal < _users.Count)
            {
                _users.Edit(ordinal) = null;
            }
        }

        return person;
    }

    /// <summary>True for an ordinal whose person was erased. For the writer.</summary>
    public bool IsErased(int user) => user >= 0 && user < _joined.Count && _joined[user] < 0;

    /// <summary>A user's attributes, or null when it was never put. For the writer.</summary>
    public Entity? UserAt(int user) => user >= 0 && user < _users.Count ? _users[user] : null;

    private void Apply(EntityChange change, PagedArray<Entity?> entities, int ordinal, ChangedOrdinals changed)
    {
        entities.EnsureCount(ordinal + 1);
        entities.Edit(ordinal) = new Entity(change.Id, change.AtMs, _attributes.Of(change.Attributes));
        changed.Add(ordinal);
    }

    /// <summary>An immutable view of all items.</summary>
    public PagedView<Item?> FreezeItems() => _items.Freeze();

    /// <summary>A view of all items, valid until the next write.</summary>
    public PagedView<Item?> LiveItems() => _items.Live();

    /// <summary>A view of all users' attributes, valid until the next write.</summary>
    public PagedView<Entity?> LiveUsers() => _users.Live();

    /// <summary>An immutable view of all users' attributes.</summary>
    public PagedView<Entity?> FreezeUsers() => _users.Freeze();

    /// <summary>An immutable view of all sellers' attributes.</summary>
    public PagedView<Entity?> FreezeSellers() => _sellers.Freeze();

    /// <summary>Takes what changed since the last time, for a store: frozen, so that it may be read on another thread while changes are applied.</summary>
    public CatalogDelta TakeChanges()
    {
        AddNew(_changedUsers, _storedUsers, _userIds.Count);
        AddNew(_changedSellers, _storedSellers, _sellerIds.Count);
        (_storedUsers, _storedSellers) = (_userIds.Count, _sellerIds.Count);
        var (items, users, sellers, joined) = (_items.Freeze(), _users.Freeze(), _sellers.Freeze(), _joined.Freeze());
        return new CatalogDelta(
            _changedItems.Take().Select(ordinal => items[ordinal]!).Select(item => new StoredItem(item.Ordinal, item.IsDeleted, PutOf(item))),
            _changedUsers.Take().Select(ordinal => Stored(ordinal, UserNameOf(ordinal, joined), users, ordinal < joined.Count ? Math.Max(joined[ordinal], Erased) - 1 : -1)),
            _changedSellers.Take().Select(ordinal => Stored(ordinal, _sellerIds[ordinal], sellers, -1)));
    }

    private static void AddNew(ChangedOrdinals changed, int from, int end)
    {
        for (var ordinal = from; ordinal < end; ordinal++)
        {
            changed.Add(ordinal);
        }
    }

    private static StoredEntity Stored(int ordinal, string id, PagedView<Entity?> entities, int userOfAlias)
    {
        var entity = ordinal < entities.Count ? entities[ordinal] : null;
        return new StoredEntity(ordinal, id, userOfAlias, entity is null ? null : new EntityChange { Id = entity.Id, AtMs = entity.ChangedAtMs, Attributes = entity.Attributes });
    }

    /// <summary>The put that would make an item's present state.</summary>
    public ItemChange PutOf(Item item) => _verticals[item.Vertical].PutOf(item);
}
