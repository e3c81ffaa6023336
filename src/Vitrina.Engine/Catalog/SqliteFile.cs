using Microsoft.Data.Sqlite;

namespace Vitrina.Engine.Catalog;

/// <summary>What a store expects of its database file.</summary>
/// <param name="ApplicationId">The number in the file's header that tells the store's files from others.</param>
/// <param name="Version">The schema's version.</param>
/// <param name="Schema">The statements that make the tables.</param>
/// <param name="Content">What the file holds, for messages.</param>
internal sealed record SqliteSchema(int ApplicationId, int Version, string Schema, string Content);

/// <summary>One SQLite database in write-ahead mode, whose failures name the file.</summary>
/// <remarks>Not for concurrent use.</remarks>
internal sealed class SqliteFile : IDisposable
{
    // Result codes of SQLite (sqlite.org/rescode.html) that say that the file is not what was written. The plain error is among them because the
    // statements are fixed: they only fail when the schema they name is not there.
    private const int PlainError = 1;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;
    private const int ShortRead = 522;

    private readonly string _connectionString;

    private SqliteFile(string path, bool readOnly)
    {
        Path = path;
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
        }.ToString();
        Connection = new SqliteConnection(_connectionString);
        IsReadOnly = readOnly;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Whether the file was opened beside its writer.</summary>
    public bool IsReadOnly { get; }

    /// <summary>The connection that stays open.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>Opens the file and checks that it is the store's; creates it when it is to be written and absent.</summary>
    public static SqliteFile Open(string path, bool readOnly, SqliteSchema schema)
    {
        path = System.IO.Path.GetFullPath(path);
        if (!readOnly)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        }
        else if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path} does not exist: there is no {schema.Content} to read yet.", path);
        }

        var file = new SqliteFile(path, readOnly);
        try
        {
            file.Guard(() => file.Prepare(schema));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A further connection, for reading beside the one that writes.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }

    /// <summary>Runs database work; its failures name the file, and damage has its own type.</summary>
    public T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException failure)
        {
            throw Named(failure);
        }
    }

    /// <inheritdoc cref="Guard{T}"/>
    public void Guard(Action work) => Guard(() =>
    {
        work();
        return 0;
    });

    /// <inheritdoc/>
    public void Dispose() => Connection.Dispose();

    private IOException Named(SqliteException failure) =>
        failure.SqliteErrorCode is PlainError or Corrupt or NotADatabase || failure.SqliteExtendedErrorCode == ShortRead
            ? new StoreDamagedException(Path, failure.Message, failure)
            : new IOException($"{Path}: {failure.Message}", failure);

    private void Prepare(SqliteSchema schema)
    {
        Connection.Open();
        var (application, version) = (Pragma("application_id"), Pragma("user_version"));
        var isEmpty = application == 0 && version == 0 && Pragma("page_count") == 0;
        if (isEmpty && IsReadOnly)
        {
            throw new StoreDamagedException(Path, $"it is empty, not a {schema.Content}");
        }

        if (!isEmpty && application != schema.ApplicationId)
        {
            throw new StoreDamagedException(Path, $"it is another database, not a {schema.Content}");
        }

        if (version > schema.Version)
        {
            throw new StoreVersionException(Path, version, schema.Version);
        }

        if (!isEmpty)
        {
            // A damaged page head makes rows vanish without any error when they are read; this finds it, at some 0.2 s per 100 MB.
            CheckStructure();
        }

        if (IsReadOnly)
        {
            return;
        }

        // secure_delete: what was erased leaves no readable bytes in the file's free pages.
        Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -65536");
        if (isEmpty)
        {
            using var transaction = Connection.BeginTransaction();
            Run($"{schema.Schema}; PRAGMA application_id = {schema.ApplicationId}; PRAGMA user_version = {schema.Version}", transaction);
            transaction.Commit();
        }
    }

    /// <summary>Empties the write-ahead file, where pages stand as they were before; the database's own free space holds zeros (secure_delete).</summary>
    /// <returns>False when a reader still needs those pages.</returns>
    public bool Scrub() => Guard(() =>
    {
        using var command = Connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        using var rows = command.ExecuteReader();
        return rows.Read() && rows.GetInt64(0) == 0;
    });

    private void CheckStructure()
    {
        using var command = Connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (command.ExecuteScalar() as string is not "ok" and var finding)
        {
            throw new StoreDamagedException(Path, finding ?? "its structure cannot be checked");
        }
    }

    private long Pragma(string name)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = "PRAGMA " + name;
        return (long)command.ExecuteScalar()!;
    }

    private void Run(string sql, SqliteTransaction? transaction = null)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }
}
