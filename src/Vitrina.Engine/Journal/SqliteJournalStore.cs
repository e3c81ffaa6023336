using Microsoft.Data.Sqlite;

namespace Vitrina.Engine.Journal;

/// <summary>The journal in one SQLite table in write-ahead mode, every append flushed.</summary>
/// <remarks>
/// The row id is the sequence and there is no other index: recorded times never fall, so a time is found by halving the sequences. SQLite
/// repairs a crash itself; a damaged database surfaces as <see cref="SqliteException"/>.
/// </remarks>
public sealed class SqliteJournalStore : IJournalStore
{
    private readonly Lock _gate = new();
    private readonly string _connectionString;
    private readonly bool _readOnly;
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteParameter[] _row;
    private bool _isBroken;
    private long _lastSequence;
    private long _lastRecordedAtMs;

    private SqliteJournalStore(string file, bool readOnly)
    {
        _readOnly = readOnly;
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = readOnly ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
        }.ToString();
        _connection = Connect();
        if (!readOnly)
        {
            Execute(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; " +
                "CREATE TABLE IF NOT EXISTS entries (sequence INTEGER PRIMARY KEY, recorded_at INTEGER NOT NULL, kind INTEGER NOT NULL, payload BLOB NOT NULL)");
        }

        _insert = _connection.CreateCommand();
        _insert.CommandText = "INSERT INTO entries (sequence, recorded_at, kind, payload) VALUES ($sequence, $recorded_at, $kind, $payload)";
        _row =
        [
            _insert.Parameters.Add("$sequence", SqliteType.Integer),
            _insert.Parameters.Add("$recorded_at", SqliteType.Integer),
            _insert.Parameters.Add("$kind", SqliteType.Integer),
            _insert.Parameters.Add("$payload", SqliteType.Blob),
        ];
        ReadEnd();
    }

    /// <inheritdoc/>
    public long FirstSequence
    {
        get
        {
            lock (_gate)
            {
                return Scalar(_connection, "SELECT coalesce(min(sequence), 1) FROM entries", 0);
            }
        }
    }

    /// <inheritdoc/>
    public long LastSequence => Volatile.Read(ref _lastSequence);

    /// <inheritdoc/>
    public long LastRecordedAtMs => Volatile.Read(ref _lastRecordedAtMs);

    /// <inheritdoc/>
    public IReadOnlyList<string> Recovery => [];

    /// <summary>Opens a journal database, which is created when it is absent.</summary>
    /// <param name="file">The database file.</param>
    /// <param name="readOnly">Opens beside the one appender; the last sequence is that of the last read.</param>
    public static SqliteJournalStore Open(string file, bool readOnly = false) => new(file, readOnly);

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<JournalEntry> entries)
    {
        lock (_gate)
        {
            if (_readOnly)
            {
                throw new InvalidOperationException("The journal was opened read-only.");
            }

            if (_isBroken)
            {
                throw new IOException("An earlier append failed; the journal must be opened again.");
            }

            if (entries.IsEmpty)
            {
                return;
            }

            JournalOrder.Check(entries, _lastSequence, _lastRecordedAtMs);
            try
            {
                Insert(entries);
            }
            catch (SqliteException failure)
            {
                _isBroken = true;
                throw new IOException("The journal database could not be written: " + failure.Message, failure);
            }

            Volatile.Write(ref _lastRecordedAtMs, entries[^1].RecordedAtMs);
            Volatile.Write(ref _lastSequence, entries[^1].Sequence);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<JournalEntry> Read(long fromSequence)
    {
        RefreshEnd();
        long last = LastSequence;
        using SqliteConnection connection = Connect();
        foreach (JournalEntry entry in ReadRows(connection, fromSequence, last))
        {
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<JournalEntry> ReadRecordedSince(long recordedAtMs)
    {
        RefreshEnd();
        long last = LastSequence;
        using SqliteConnection connection = Connect();
        long low = Scalar(connection, "SELECT coalesce(min(sequence), 1) FROM entries", 0);
        long high = last + 1;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (Scalar(connection, "SELECT recorded_at FROM entries WHERE sequence = $value", middle) >= recordedAtMs)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        foreach (JournalEntry entry in ReadRows(connection, low, last))
        {
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _insert.Dispose();
            _connection.Dispose();
        }
    }

    private static IEnumerable<JournalEntry> ReadRows(SqliteConnection connection, long first, long last)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT sequence, recorded_at, kind, payload FROM entries WHERE sequence BETWEEN $first AND $last ORDER BY sequence";
        command.Parameters.AddWithValue("$first", first);
        command.Parameters.AddWithValue("$last", last);
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return new JournalEntry(reader.GetInt64(0), reader.GetInt64(1), (EntryKind)reader.GetByte(2), reader.GetFieldValue<byte[]>(3));
        }
    }

    private static long Scalar(SqliteConnection connection, string sql, long value)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$value", value);
        return (long)(command.ExecuteScalar() ?? 0L);
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private void Insert(ReadOnlySpan<JournalEntry> entries)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        _insert.Transaction = transaction;
        foreach (JournalEntry entry in entries)
        {
            _row[0].Value = entry.Sequence;
            _row[1].Value = entry.RecordedAtMs;
            _row[2].Value = (long)entry.Kind;
            _row[3].Value = entry.Payload.ToArray();
            _insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private void RefreshEnd()
    {
        if (_readOnly)
        {
            ReadEnd();
        }
    }

    private void ReadEnd()
    {
        lock (_gate)
        {
            _lastSequence = Scalar(_connection, "SELECT coalesce(max(sequence), 0) FROM entries", 0);
            _lastRecordedAtMs = Scalar(_connection, "SELECT recorded_at FROM entries WHERE sequence = $value", _lastSequence);
        }
    }
}
