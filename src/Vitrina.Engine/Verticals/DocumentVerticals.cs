using System.Diagnostics.CodeAnalysis;

namespace Vitrina.Engine.Verticals;

/// <summary>What documents are checked against: the installation's verticals with the schemas of their items, users and sellers.</summary>
/// <remarks>Immutable. Users and sellers belong to the installation, so their attributes may be declared by any vertical.</remarks>
public sealed class DocumentVerticals
{
    private readonly Dictionary<string, (VerticalDeclaration Declaration, ItemSchema Items)> _verticals = new(StringComparer.Ordinal);
    private readonly List<ItemSchema> _users = [];
    private readonly List<ItemSchema> _sellers = [];

    /// <summary>Collects the schemas of verticals.</summary>
    public DocumentVerticals(IEnumerable<VerticalDeclaration> verticals)
    {
        ArgumentNullException.ThrowIfNull(verticals);
        foreach (var vertical in verticals)
        {
            _verticals[vertical.Vertical] = (vertical, new ItemSchema(vertical.Items));
            _users.Add(new ItemSchema(vertical.Users.Attributes));
            _sellers.Add(new ItemSchema(vertical.Sellers.Attributes));
        }
    }

    /// <summary>The names of the verticals.</summary>
    public IReadOnlyCollection<string> Names => _verticals.Keys;

    /// <summary>The name of the vertical when there is only one, else null.</summary>
    public string? OnlyName => _verticals.Count == 1 ? _verticals.Keys.First() : null;

    /// <summary>The schemas in which a user's attributes are looked up.</summary>
    public IReadOnlyList<ItemSchema> Users => _users;

    /// <summary>The schemas in which a seller's attributes are looked up.</summary>
    public IReadOnlyList<ItemSchema> Sellers => _sellers;

    /// <summary>Finds a vertical.</summary>
    public bool TryGet(string? name, [NotNullWhen(true)] out VerticalDeclaration? declaration, [NotNullWhen(true)] out ItemSchema? items)
    {
        if (name is not null && _verticals.TryGetValue(name, out var found))
        {
            (declaration, items) = found;
            return true;
        }

        (declaration, items) = (null, null);
        return false;
    }

    /// <summary>Finds a feature table in any of the verticals.</summary>
    public TableDeclaration? FindTable(string name)
    {
        foreach (var (declaration, _) in _verticals.Values)
        {
            if (declaration.Tables.TryGetValue(name, out var table))
            {
                return table;
            }
        }

        return null;
    }

    /// <summary>The names of all feature tables.</summary>
    public IEnumerable<string> TableNames()
    {
        foreach (var (declaration, _) in _verticals.Values)
        {
            foreach (var name in declaration.Tables.Keys)
            {
                yield return name;
            }
        }
    }
}
