using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>The bins that smoothing holds away from the raw ones: BIN_CLASS where it differs. Few items have one.</summary>
/// <remarks>One writer. The axis of an entry is 0 for the price and 1 + zone for a delivery time.</remarks>
public sealed class HeldBins
{
    private readonly KeyTable _keys = new();

    // The held bin + 1; 0 = none any more.
    private readonly PagedArray<byte> _bins = new(8);

    /// <summary>The held bin, or -1.</summary>
    public int Find(int item, int axis)
    {
        var row = _keys.Find(KeyOf(item, axis));
        return row < 0 ? -1 : _bins[row] - 1;
    }

    /// <summary>Holds a bin, or with -1 lets it go.</summary>
    public void Set(int item, int axis, int bin)
    {
        var key = KeyOf(item, axis);
        var row = _keys.Find(key);
        if (row < 0)
        {
            if (bin < 0)
            {
                return;
            }

            row = _keys.GetOrAdd(key, out _);
            _bins.EnsureCount(row + 1);
        }

        _bins.Edit(row) = (byte)(bin + 1);
    }

    private static UInt128 KeyOf(int item, int axis) => new((ulong)(uint)item + 1, (ulong)(uint)axis);

    /// <summary>An immutable view for readers on other threads.</summary>
    public HeldBinsView Freeze() => new(_keys, _bins.Freeze());

    /// <summary>A view of the present content, valid until the next write.</summary>
    public HeldBinsView Live() => new(_keys, _bins.Live());

    internal void Save(ByteWriter writer)
    {
        // By key: in which order they came depends on what was computed beside the work.
        var rows = Enumerable.Range(0, _bins.Count).Where(row => _bins[row] > 0).OrderBy(_keys.KeyOf).ToList();
        writer.WriteVarUInt((ulong)rows.Count);
        foreach (var row in rows)
        {
            writer.WriteUInt128(_keys.KeyOf(row));
            writer.WriteByte(_bins[row]);
        }
    }

    internal void Load(ref ByteReader reader)
    {
        for (var left = reader.ReadCount(17); left > 0; left--)
        {
            var row = _keys.GetOrAdd(reader.ReadUInt128(), out _);
            _bins.EnsureCount(row + 1);
            _bins.Edit(row) = reader.ReadByte();
        }
    }

    internal static int Find(KeyTable keys, PagedView<byte> bins, int item, int axis)
    {
        var row = keys.Find(KeyOf(item, axis));
        return row < 0 || row >= bins.Count ? -1 : bins[row] - 1;
    }
}

/// <summary>A frozen state of <see cref="HeldBins"/>. Safe for concurrent use.</summary>
public readonly struct HeldBinsView
{
    private readonly KeyTable? _keys;
    private readonly PagedView<byte> _bins;

    internal HeldBinsView(KeyTable keys, PagedView<byte> bins) => (_keys, _bins) = (keys, bins);

    /// <summary>The held bin, or -1.</summary>
    public int Find(int item, int axis) => _keys is null ? -1 : HeldBins.Find(_keys, _bins, item, axis);
}
