using Dapper;

namespace Vitrina.Engine.Catalog;

/// <summary>Control documents in one SQLite database in write-ahead mode, every write flushed to the disk.</summary>
/// <remarks>
/// Damage surfaces as <see cref="StoreDamagedException"/>, any other failure of the database as <see cref="IOException"/> with the file's name.
/// A store opened read-only sees each write of the writer at once.
/// </remarks>
public sealed class SqliteControlStore : IControlStore
{
    // "VtCo": tells the file from other databases.
    private const int ApplicationId = 0x5674436F;

    private static readonly SqliteSchema s_schema = new(
        ApplicationId,
        1,
        "CREATE TABLE documents (collection TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (collection, key)) WITHOUT ROWID",
        "control store");

    private readonly Lock _gate = new();
    private readonly SqliteFile _file;

    private SqliteControlStore(SqliteFile file) => _file = file;

    /// <summary>Opens a control store.</summary>
    /// <param name="path">The database file; created with its folder when it is absent.</param>
    /// <param name="readOnly">Opens it beside its writer.</param>
    /// <exception cref="FileNotFoundException">There is nothing to open read-only.</exception>
    /// <exception cref="StoreDamagedException">The file is not a whole control store.</exception>
    /// <exception cref="StoreVersionException">A newer release wrote the file.</exception>
    public static SqliteControlStore Open(string path, bool readOnly = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new SqliteControlStore(SqliteFile.Open(path, readOnly, s_schema));
    }

    /// <inheritdoc/>
    public void Put(string collection, string key, string json)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(json);
        Write(
            """
            INSERT INTO documents (collection, key, json) VALUES (@collection, @key, @json)
            ON CONFLICT (collection, key) DO UPDATE SET json = excluded.json
            """,
            new { collection, key, json });
    }

    /// <inheritdoc/>
    public string? Find(string collection, string key)
    {
        lock (_gate)
        {
            return _file.Guard(() => _file.Connection.QuerySingleOrDefault<string>(
                "SELECT json FROM documents WHERE collection = @collection AND key = @key", new { collection, key }));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> List(string collection)
    {
        List<KeyValuePair<string, string>> documents;
        lock (_gate)
        {
            documents = _file.Guard(() => _file.Connection
                .Query<(string Key, string Json)>("SELECT key, json FROM documents WHERE collection = @collection", new { collection })
                .Select(row => KeyValuePair.Create(row.Key, row.Json)).ToList());
        }

        // SQLite would compare the bytes of UTF-8, which put characters beyond U+FFFF after U+E000 to U+FFFF; ordinal order does not.
        documents.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return documents;
    }

    /// <inheritdoc/>
    public bool Remove(string collection, string key) =>
        Write("DELETE FROM documents WHERE collection = @collection AND key = @key", new { collection, key }) > 0;

    /// <inheritdoc/>
    public bool Scrub()
    {
        lock (_gate)
        {
            return _file.Scrub();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _file.Dispose();
        }
    }

    private int Write(string sql, object parameters)
    {
        lock (_gate)
        {
            if (_file.IsReadOnly)
            {
                throw new InvalidOperationException("The control store was opened read-only.");
            }

            return _file.Guard(() => _file.Connection.Execute(sql, parameters));
        }
    }
}
