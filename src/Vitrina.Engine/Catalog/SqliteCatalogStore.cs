using Microsoft.Data.Sqlite;
using SQLitePCL;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Catalog;

/// <summary>The catalogue in one SQLite database in write-ahead mode, every commit flushed to the disk.</summary>
/// <remarks>
/// One writer. A store opened read-only sees the state of the moment it was opened, all of it at one journal sequence; it is meant to be closed
/// soon, because the write-ahead file cannot shrink while it is open. An enumeration sees the state of its beginning. Damage surfaces as
/// <see cref="StoreDamagedException"/>, any other failure of the database as <see cref="IOException"/> with the file's name.
/// </remarks>
public sealed class SqliteCatalogStore : ICatalogStore
{
    // "VtCt": tells the file from other databases.
    private const int ApplicationId = 0x56744374;

    private static readonly SqliteSchema s_schema = new(
        ApplicationId,
        1,
        """
        CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), as_of INTEGER NOT NULL, checksum INTEGER NOT NULL);
        CREATE TABLE items (ordinal INTEGER PRIMARY KEY, is_deleted INTEGER NOT NULL, payload BLOB NOT NULL);
        CREATE TABLE users (ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL, user_of_alias INTEGER NOT NULL, payload BLOB NOT NULL);
        CREATE TABLE sellers (ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL, user_of_alias INTEGER NOT NULL, payload BLOB NOT NULL)
        """,
        "catalogue store");

    private readonly Lock _gate = new();
    private readonly SqliteFile _file;
    private readonly SqliteTransaction? _pinned;
    private long _asOf;

    private SqliteCatalogStore(SqliteFile file)
    {
        _file = file;
        _pinned = file.IsReadOnly ? file.Connection.BeginTransaction(deferred: true) : null;
        _asOf = ReadAsOf();
    }

    /// <inheritdoc/>
    public long AsOf => Volatile.Read(ref _asOf);

    /// <summary>Opens a catalogue store.</summary>
    /// <param name="path">The database file; created with its folder when it is absent.</param>
    /// <param name="readOnly">Opens the present state beside the one writer.</param>
    /// <exception cref="FileNotFoundException">There is nothing to open read-only.</exception>
    /// <exception cref="StoreDamagedException">The file is not a whole catalogue store.</exception>
    /// <exception cref="StoreVersionException">A newer release wrote the file.</exception>
    public static SqliteCatalogStore Open(string path, bool readOnly = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = SqliteFile.Open(path, readOnly, s_schema);
        try
        {
            return file.Guard(() => new SqliteCatalogStore(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Commit(long asOf, CatalogDelta delta)
    {
        ArgumentNullException.ThrowIfNull(delta);
        lock (_gate)
        {
            RequireWriter();
            ArgumentOutOfRangeException.ThrowIfLessThan(asOf, _asOf);
            _file.Guard(() =>
            {
                using var transaction = _file.Connection.BeginTransaction();
                WriteItems(transaction, delta.Items);
                WriteEntities(transaction, "users", delta.Users);
                WriteEntities(transaction, "sellers", delta.Sellers);
                WriteAsOf(transaction, asOf);
                transaction.Commit();
            });
            Volatile.Write(ref _asOf, asOf);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<StoredItem> ReadItems() =>
        Read("SELECT ordinal, is_deleted, payload FROM items ORDER BY ordinal", static (row, writer) =>
            CatalogRows.ReadItem(writer, row.GetInt32(0), row.GetBoolean(1), row.GetFieldValue<byte[]>(2)));

    /// <inheritdoc/>
    public int ItemEnd => _file.Guard(() =>
    {
        using var command = _file.Connection.CreateCommand();
        command.CommandText = "SELECT coalesce(max(ordinal) + 1, 0) FROM items";
        command.Transaction = _pinned;
        return (int)(long)command.ExecuteScalar()!;
    });

    /// <inheritdoc/>
    public void VisitItems(int first, int until, StoredItemVisitor visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        if (_pinned is not null)
        {
            // The state of the moment of opening is that of the one connection.
            lock (_gate)
            {
                _file.Guard(() => VisitItems(_file.Connection, first, until, visit));
            }

            return;
        }

        using var own = _file.Guard(_file.Connect);
        _file.Guard(() => VisitItems(own, first, until, visit));
    }

    private void VisitItems(SqliteConnection connection, int first, int until, StoredItemVisitor visit)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT ordinal, is_deleted, payload FROM items WHERE ordinal >= $first AND ordinal < $end ORDER BY ordinal";
        command.Parameters.AddWithValue("$first", first);
        command.Parameters.AddWithValue("$end", until);
        command.Transaction = _pinned;
        using var rows = command.ExecuteReader();
        Visit(rows, visit);
    }

    // A million rows: the columns are read where the database has them, without a copy of each payload.
    private void Visit(SqliteDataReader rows, StoredItemVisitor visit)
    {
        var writer = new ByteWriter();
        while (rows.Read())
        {
            var ordinal = raw.sqlite3_column_int(rows.Handle, 0);
            var isDeleted = raw.sqlite3_column_int(rows.Handle, 1) != 0;
            try
            {
                visit(ordinal, isDeleted, CatalogRows.CheckItem(writer, ordinal, isDeleted, raw.sqlite3_column_blob(rows.Handle, 2)));
            }
            catch (CodecException failure)
            {
                throw new StoreDamagedException(_file.Path, $"row {ordinal} cannot be read: {failure.Message}", failure);
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<StoredEntity> ReadUsers() => ReadEntities("users");

    /// <inheritdoc/>
    public IEnumerable<StoredEntity> ReadSellers() => ReadEntities("sellers");

    /// <inheritdoc/>
    public void Clear()
    {
        lock (_gate)
        {
            RequireWriter();
            _file.Guard(() =>
            {
                using var transaction = _file.Connection.BeginTransaction();
                using var command = NewCommand(transaction, "DELETE FROM items; DELETE FROM users; DELETE FROM sellers");
                command.ExecuteNonQuery();
                WriteAsOf(transaction, 0);
                transaction.Commit();
            });
            Volatile.Write(ref _asOf, 0);
        }
    }

    /// <inheritdoc/>
    public bool Scrub()
    {
        lock (_gate)
        {
            RequireWriter();
            return _file.Scrub();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _pinned?.Dispose();
            _file.Dispose();
        }
    }

    private static void WriteAsOf(SqliteTransaction transaction, long asOf)
    {
        using var command = NewCommand(transaction, "INSERT OR REPLACE INTO state (id, as_of, checksum) VALUES (1, $as_of, $checksum)");
        command.Parameters.AddWithValue("$as_of", asOf);
        command.Parameters.AddWithValue("$checksum", CatalogRows.ChecksumOf(asOf));
        command.ExecuteNonQuery();
    }

    private static void WriteItems(SqliteTransaction transaction, IEnumerable<StoredItem> items)
    {
        using var command = NewCommand(
            transaction,
            """
            INSERT INTO items (ordinal, is_deleted, payload) VALUES ($ordinal, $is_deleted, $payload)
            ON CONFLICT (ordinal) DO UPDATE SET is_deleted = excluded.is_deleted, payload = excluded.payload
            """);
        var ordinal = command.Parameters.Add("$ordinal", SqliteType.Integer);
        var isDeleted = command.Parameters.Add("$is_deleted", SqliteType.Integer);
        var payload = command.Parameters.Add("$payload", SqliteType.Blob);
        command.Prepare();
        var writer = new ByteWriter();
        foreach (var item in items)
        {
            ordinal.Value = item.Ordinal;
            isDeleted.Value = item.IsDeleted;
            payload.Value = CatalogRows.Write(writer, item);
            command.ExecuteNonQuery();
        }
    }

    private static void WriteEntities(SqliteTransaction transaction, string table, IEnumerable<StoredEntity> entities)
    {
        using var command = NewCommand(
            transaction,
            $"""
            INSERT INTO {table} (ordinal, id, user_of_alias, payload) VALUES ($ordinal, $id, $user_of_alias, $payload)
            ON CONFLICT (ordinal) DO UPDATE SET id = excluded.id, user_of_alias = excluded.user_of_alias, payload = excluded.payload
            """);
        var ordinal = command.Parameters.Add("$ordinal", SqliteType.Integer);
        var id = command.Parameters.Add("$id", SqliteType.Text);
        var userOfAlias = command.Parameters.Add("$user_of_alias", SqliteType.Integer);
        var payload = command.Parameters.Add("$payload", SqliteType.Blob);
        command.Prepare();
        var writer = new ByteWriter();
        foreach (var entity in entities)
        {
            ordinal.Value = entity.Ordinal;
            id.Value = entity.Id;
            userOfAlias.Value = entity.UserOfAlias;
            payload.Value = CatalogRows.Write(writer, entity);
            command.ExecuteNonQuery();
        }
    }

    private static SqliteCommand NewCommand(SqliteTransaction transaction, string sql)
    {
        var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        return command;
    }

    private IEnumerable<StoredEntity> ReadEntities(string table) =>
        Read($"SELECT ordinal, id, user_of_alias, payload FROM {table} ORDER BY ordinal", static (row, writer) =>
            CatalogRows.ReadEntity(writer, row.GetInt32(0), row.GetString(1), row.GetInt32(2), row.GetFieldValue<byte[]>(3)));

    private IEnumerable<T> Read<T>(string sql, Func<SqliteDataReader, ByteWriter, T> decode)
    {
        using var own = _pinned is null ? _file.Guard(_file.Connect) : null;
        using var command = (own ?? _file.Connection).CreateCommand();
        command.CommandText = sql;
        command.Transaction = _pinned;
        using var rows = _file.Guard(command.ExecuteReader);
        var writer = new ByteWriter();
        while (_file.Guard(rows.Read))
        {
            yield return Decode(rows, writer, decode);
        }
    }

    private T Decode<T>(SqliteDataReader row, ByteWriter writer, Func<SqliteDataReader, ByteWriter, T> decode)
    {
        try
        {
            return _file.Guard(() => decode(row, writer));
        }
        catch (Exception failure) when (failure is CodecException or InvalidCastException or OverflowException)
        {
            throw new StoreDamagedException(_file.Path, $"row {row.GetValue(0)} cannot be read: {failure.Message}", failure);
        }
    }

    private long ReadAsOf()
    {
        using var command = _file.Connection.CreateCommand();
        command.CommandText = "SELECT as_of, checksum FROM state WHERE id = 1";
        command.Transaction = _pinned;
        using var rows = command.ExecuteReader();
        if (!rows.Read())
        {
            return 0;
        }

        var asOf = rows.GetInt64(0);
        return rows.GetInt64(1) == CatalogRows.ChecksumOf(asOf)
            ? asOf
            : throw new StoreDamagedException(_file.Path, "the journal sequence of its state is not what was written");
    }

    private void RequireWriter()
    {
        if (_file.IsReadOnly)
        {
            throw new InvalidOperationException("The catalogue store was opened read-only.");
        }
    }
}
