using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics;

/// <summary>What follows what, directed and decayed: per key at most so many followers with their weights.</summary>
/// <remarks>
/// One writer, in journal order; readers hold a <see cref="FollowerView"/>. A full row gives the place of its lightest follower to a new one, so a
/// row keeps what is frequent or recent. Cells hang in chunks of eight: a row takes the memory that it fills. Cost of an event: one walk over the row.
/// </remarks>
internal sealed class FollowerTable
{
    private const int ChunkLog2 = 3;
    private const int ChunkMask = (1 << ChunkLog2) - 1;
    private readonly KeyTable _keys = new();
    private readonly PagedArray<FollowerRow> _rows = new(6);
    private readonly PagedArray<Follower> _cells = new(6);
    private readonly PagedArray<int> _next = new(8);
    private readonly ForwardDecay _decay;
    private readonly int _capacity;
    private readonly int _maxRows;

    /// <summary>Makes an empty table.</summary>
    /// <param name="capacity">Most followers of a key.</param>
    /// <param name="halfLife">Time in which a weight halves.</param>
    /// <param name="maxRows">Most keys; later ones are not counted.</param>
    public FollowerTable(int capacity, TimeSpan halfLife, int maxRows = int.MaxValue) => (_capacity, _decay, _maxRows) = (capacity, new ForwardDecay(halfLife), maxRows);

    /// <summary>How many keys have a row.</summary>
    public int RowCount => _rows.Count;

    /// <summary>Bytes held.</summary>
    public long Bytes => _keys.Bytes + ((long)_rows.Count * 16) + ((long)_cells.Count * 16) + ((long)_next.Count * 4);

    /// <summary>Counts that something followed a key.</summary>
    /// <param name="key">What was followed.</param>
    /// <param name="follower">What followed it, 0 or more.</param>
    /// <param name="weight">How much it counts, above 0.</param>
    /// <param name="atMs">When, Unix milliseconds.</param>
    public void Add(UInt128 key, int follower, double weight, long atMs)
    {
        if (_keys.Count >= _maxRows && _keys.Find(key) < 0)
        {
            return;
        }

        var added = weight * _decay.Weight(atMs, out var rescale);
        if (rescale != 1)
        {
            Rescale(rescale);
        }

        var index = _keys.GetOrAdd(key, out var isNew);
        if (isNew)
        {
            _rows.EnsureCount(index + 1);
        }

        ref var row = ref _rows.Edit(index);
        row.Total += added;
        var (cell, isKnown) = Place(row, follower);
        if (cell < 0)
        {
            cell = Append(ref row);
        }

        _cells.Edit(cell) = new Follower(follower, isKnown ? _cells[cell].Weight + added : added);
    }

    // The follower's cell, else the lightest one of a full row, else -1.
    private (int Cell, bool IsKnown) Place(in FollowerRow row, int follower)
    {
        var (lightest, weight, cell) = (-1, double.MaxValue, row.FirstCell);
        for (var i = 0; i < row.Count; i++)
        {
            cell = Step(row, cell, i);
            if (_cells[cell].Id == follower)
            {
                return (cell, true);
            }

            (lightest, weight) = _cells[cell].Weight < weight ? (cell, _cells[cell].Weight) : (lightest, weight);
        }

        return row.Count < _capacity ? (-1, false) : (lightest, false);
    }

    private int Step(in FollowerRow row, int cell, int i) => i == 0 ? row.FirstCell : (i & ChunkMask) == 0 ? _next[cell >> ChunkLog2] : cell + 1;

    private int Append(ref FollowerRow row)
    {
        var cell = row.FirstCell;
        for (var i = 0; i < row.Count; i++)
        {
            cell = Step(row, cell, i);
        }

        if ((row.Count & ChunkMask) != 0)
        {
            row.Count++;
            return cell + 1;
        }

        var fresh = _cells.Count;
        _cells.EnsureCount(fresh + ChunkMask + 1);
        _next.EnsureCount((fresh >> ChunkLog2) + 1);
        if (row.Count == 0)
        {
            row.FirstCell = fresh;
        }
        else
        {
            _next.Edit(cell >> ChunkLog2) = fresh;
        }

        row.Count++;
        return fresh;
    }

    private void Rescale(double factor)
    {
        for (var cell = 0; cell < _cells.Count; cell++)
        {
            _cells.Edit(cell) = _cells[cell] with { Weight = _cells[cell].Weight * factor };
        }

        for (var row = 0; row < _rows.Count; row++)
        {
            _rows.Edit(row).Total *= factor;
        }
    }

    /// <summary>An immutable view for readers on other threads.</summary>
    public FollowerView Freeze() => new(this, _rows.Freeze(), _cells.Freeze(), _next.Freeze(), _decay.LandmarkMs);

    /// <summary>A view of the present content, valid until the next write.</summary>
    public FollowerView Live() => new(this, _rows.Live(), _cells.Live(), _next.Live(), _decay.LandmarkMs);

    internal int Find(UInt128 key) => _keys.Find(key);

    internal double ScaleAt(long landmarkMs, long nowMs) => _decay.ScaleAt(landmarkMs, nowMs);

    /// <summary>Freezes the whole content for a checkpoint.</summary>
    public void Freeze(FrozenSection section) => section.Later(Freeze().Save);

    /// <summary>Writes the whole content.</summary>
    public void Save(ByteWriter writer) => Live().Save(writer);

    internal UInt128 KeyOf(int row) => _keys.KeyOf(row);

    /// <summary>Reads what <see cref="Save"/> wrote into an empty table.</summary>
    public void Load(ref ByteReader reader)
    {
        _decay.Restore(reader.ReadVarInt());
        for (var left = reader.ReadCount(25); left > 0; left--)
        {
            var index = _keys.GetOrAdd(reader.ReadUInt128(), out _);
            _rows.EnsureCount(index + 1);
            ref var row = ref _rows.Edit(index);
            row.Total = reader.ReadDouble();
            for (var followers = reader.ReadCount(9); followers > 0; followers--)
            {
                var id = (int)reader.ReadVarUInt();
                _cells.Edit(Append(ref row)) = new Follower(id, reader.ReadDouble());
            }
        }
    }
}

/// <summary>One follower of a key.</summary>
/// <param name="Id">What follows.</param>
/// <param name="Weight">How much, in the table's own scale.</param>
internal readonly record struct Follower(int Id, double Weight);

/// <summary>The followers of one key: where their first chunk of cells is, how many there are, and what all that ever followed add up to.</summary>
internal struct FollowerRow
{
    public int FirstCell;
    public int Count;
    public double Total;
}

/// <summary>A frozen state of a <see cref="FollowerTable"/>. Safe for concurrent use.</summary>
internal readonly struct FollowerView(FollowerTable table, PagedView<FollowerRow> rows, PagedView<Follower> cells, PagedView<int> next, long landmarkMs)
{
    private const int ChunkLog2 = 3;
    private const int ChunkMask = (1 << ChunkLog2) - 1;

    /// <summary>The row of a key, or -1 when nothing ever followed it.</summary>
    public int Find(UInt128 key) => table is null ? -1 : table.Find(key) is var row && row < rows.Count ? row : -1;

    /// <summary>What all that followed a key adds up to, in the table's scale; 0 for row -1.</summary>
    public double TotalOf(int row) => row < 0 ? 0 : rows[row].Total;

    /// <summary>Copies the followers of a row, in no order.</summary>
    /// <returns>How many; 0 for row -1.</returns>
    public int Followers(int row, Span<Follower> buffer)
    {
        if (row < 0)
        {
            return 0;
        }

        var (count, cell) = (Math.Min(rows[row].Count, buffer.Length), rows[row].FirstCell);
        for (var i = 0; i < count; i++)
        {
            cell = Step(rows[row], cell, i);
            buffer[i] = cells[cell];
        }

        return count;
    }

    private int Step(in FollowerRow row, int cell, int i) => i == 0 ? row.FirstCell : (i & ChunkMask) == 0 ? next[cell >> ChunkLog2] : cell + 1;

    /// <summary>What weights of the table's scale are multiplied with to be decayed counts at a moment.</summary>
    public double ScaleAt(long nowMs) => table is null ? 0 : table.ScaleAt(landmarkMs, nowMs);

    /// <summary>Writes the whole content.</summary>
    public void Save(ByteWriter writer)
    {
        writer.WriteVarInt(landmarkMs);
        writer.WriteVarUInt((ulong)rows.Count);
        for (var index = 0; index < rows.Count; index++)
        {
            var row = rows[index];
            writer.WriteUInt128(table.KeyOf(index));
            writer.WriteDouble(row.Total);
            writer.WriteVarUInt((ulong)row.Count);
            var cell = row.FirstCell;
            for (var i = 0; i < row.Count; i++)
            {
                cell = Step(row, cell, i);
                writer.WriteVarUInt((ulong)cells[cell].Id);
                writer.WriteDouble(cells[cell].Weight);
            }
        }
    }
}
