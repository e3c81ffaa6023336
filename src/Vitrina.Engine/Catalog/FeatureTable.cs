using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Catalog;

/// <summary>A feature table from the company's own marts: per key the two newest rows by the time from which they hold.</summary>
/// <remarks>One writer. Two rows, so that a row sent ahead of its time does not hide the one that still holds.</remarks>
public sealed class FeatureTable
{
    private readonly KeyTable _keys = new();
    private readonly PagedArray<long> _validFrom = new(8);
    private readonly PagedArray<float> _values = new(9);
    private readonly string[] _columns;

    /// <summary>Makes an empty table.</summary>
    /// <param name="columns">The columns' names, in the order of the declaration.</param>
    public FeatureTable(IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        _columns = [.. columns];
    }

    /// <summary>How many keys have a row.</summary>
    public int RowCount => _keys.Count;

    internal int ColumnCount => _columns.Length;

    /// <summary>Takes a row; an older one than both that are held changes nothing.</summary>
    public void Apply(FeatureRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var slot = _keys.GetOrAdd(KeyOf(row.Key), out var added) * 2;
        if (added)
        {
            _validFrom.EnsureCount(slot + 2);
            _values.EnsureCount((slot + 2) * _columns.Length);
            _validFrom.Edit(slot) = long.MinValue;
            _validFrom.Edit(slot + 1) = long.MinValue;
        }

        // The newer of the two stands second.
        if (row.ValidFromMs >= _validFrom[slot + 1])
        {
            if (row.ValidFromMs > _validFrom[slot + 1])
            {
                Copy(slot + 1, slot);
            }

            Store(slot + 1, row);
        }
        else if (row.ValidFromMs >= _validFrom[slot])
        {
            Store(slot, row);
        }
    }

    /// <summary>Forgets the rows of a key.</summary>
    public void Erase(string key)
    {
        if (_keys.Find(KeyOf(key)) is not (>= 0 and var row))
        {
            return;
        }

        for (var slot = row * 2; slot < (row * 2) + 2; slot++)
        {
            _validFrom.Edit(slot) = long.MinValue;
            for (var column = 0; column < _columns.Length; column++)
            {
                _values.Edit((slot * _columns.Length) + column) = 0;
            }
        }
    }

    private void Copy(int from, int to)
    {
        _validFrom.Edit(to) = _validFrom[from];
        for (var column = 0; column < _columns.Length; column++)
        {
            _values.Edit((to * _columns.Length) + column) = _values[(from * _columns.Length) + column];
        }
    }

    private void Store(int slot, FeatureRow row)
    {
        _validFrom.Edit(slot) = row.ValidFromMs;
        for (var column = 0; column < _columns.Length; column++)
        {
            var value = float.NaN;
            foreach (var (name, given) in row.Columns)
            {
                value = name == _columns[column] ? given : value;
            }

            _values.Edit((slot * _columns.Length) + column) = value;
        }
    }

    internal static UInt128 KeyOf(string key) => Hash.Of128(key) | 1;

    internal int Find(UInt128 key) => _keys.Find(key);

    /// <summary>An immutable view for readers on other threads.</summary>
    public FeatureTableView Freeze() => new(this, _validFrom.Freeze(), _values.Freeze(), _keys.Count);

    /// <summary>A view of the present content, valid until the next write.</summary>
    public FeatureTableView Live() => new(this, _validFrom.Live(), _values.Live(), _keys.Count);

    /// <summary>Freezes the whole content for a checkpoint.</summary>
    public void Freeze(FrozenSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        section.Later(Freeze().Save);
    }

    internal UInt128 KeyOf(int row) => _keys.KeyOf(row);

    /// <summary>Reads what <see cref="FeatureTableView.Save"/> wrote into an empty table of the same columns.</summary>
    public void Load(ref ByteReader reader)
    {
        var count = reader.ReadCount(32);
        _validFrom.EnsureCount(count * 2);
        _values.EnsureCount(count * 2 * _columns.Length);
        for (var row = 0; row < count; row++)
        {
            _keys.GetOrAdd(reader.ReadUInt128(), out _);
            for (var slot = row * 2; slot < (row * 2) + 2; slot++)
            {
                _validFrom.Edit(slot) = reader.ReadInt64();
                for (var column = 0; column < _columns.Length; column++)
                {
                    _values.Edit((slot * _columns.Length) + column) = reader.ReadSingle();
                }
            }
        }
    }
}

/// <summary>A frozen state of a <see cref="FeatureTable"/>. Safe for concurrent use.</summary>
public readonly struct FeatureTableView
{
    private readonly FeatureTable _table;
    private readonly PagedView<long> _validFrom;
    private readonly PagedView<float> _values;
    private readonly int _rowCount;

    internal FeatureTableView(FeatureTable table, PagedView<long> validFrom, PagedView<float> values, int rowCount) =>
        (_table, _validFrom, _values, _rowCount) = (table, validFrom, values, rowCount);

    /// <summary>The value that holds at a time; NaN without a valid row.</summary>
    /// <param name="key">The row's key.</param>
    /// <param name="column">The column's index in the declaration.</param>
    /// <param name="nowMs">The time, Unix milliseconds.</param>
    /// <param name="ttlMs">How long a row stays valid, milliseconds; <see cref="long.MaxValue"/> = until it is replaced.</param>
    public float ValueOf(string key, int column, long nowMs, long ttlMs)
    {
        var row = _table.Find(FeatureTable.KeyOf(key));
        if (row < 0 || row >= _rowCount)
        {
            return float.NaN;
        }

        var slot = _validFrom[(row * 2) + 1] <= nowMs ? (row * 2) + 1 : row * 2;
        var from = _validFrom[slot];
        return from == long.MinValue || from > nowMs || nowMs - from > ttlMs ? float.NaN : _values[(slot * _table.ColumnCount) + column];
    }

    /// <summary>Writes the whole content.</summary>
    public void Save(ByteWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteVarUInt((ulong)_rowCount);
        for (var row = 0; row < _rowCount; row++)
        {
            writer.WriteUInt128(_table.KeyOf(row));
            for (var slot = row * 2; slot < (row * 2) + 2; slot++)
            {
                writer.WriteInt64(_validFrom[slot]);
                for (var column = 0; column < _table.ColumnCount; column++)
                {
                    writer.WriteSingle(_values[(slot * _table.ColumnCount) + column]);
                }
            }
        }
    }
}
