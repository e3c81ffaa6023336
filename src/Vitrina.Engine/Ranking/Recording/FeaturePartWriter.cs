using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Ranking.Recording;

/// <summary>Turns rankings with the same features into one part of a feature file.</summary>
/// <remarks>
/// <code>
/// body    feature count varuint | feature names | ranking count varuint | row count varuint | columns, each compressed
/// columns rankings: id, asOf and at (differences to the ranking before, varint), row count varuint
///         item ids, one per row
///         positions, int16 in byte planes
///         one per feature: float32 in byte planes
/// </code>
/// Keeps its buffers for the next part. Not for concurrent use.
/// </remarks>
internal sealed class FeaturePartWriter
{
    private readonly ByteWriter _part = new(1 << 16);
    private readonly ByteWriter _column = new(1 << 16);
    private float[] _values = [];
    private short[] _positions = [];
    private byte[] _planes = [];
    private byte[] _compressed = [];

    /// <summary>The part, head and body; valid until the next call.</summary>
    /// <param name="blocks">At least one ranking; all have the first one's features.</param>
    public ReadOnlyMemory<byte> Write(List<FeatureBlock> blocks)
    {
        var rowCount = 0;
        foreach (var block in blocks)
        {
            rowCount += block.Items.Length;
        }

        Reserve(rowCount);
        _part.Clear();
        Span<byte> head = stackalloc byte[FeatureLogFormat.PartHeadBytes];
        _part.WriteBytes(head);
        var names = blocks[0].FeatureNames;
        _part.WriteVarUInt((ulong)names.Count);
        foreach (var name in names)
        {
            _part.WriteString(name);
        }

        _part.WriteVarUInt((ulong)blocks.Count);
        _part.WriteVarUInt((ulong)rowCount);
        WriteRankings(blocks);
        WriteItems(blocks);
        WritePositions(blocks, rowCount);
        for (var feature = 0; feature < names.Count; feature++)
        {
            WriteFeature(blocks, feature, rowCount);
        }

        return Finish();
    }

    private ReadOnlyMemory<byte> Finish()
    {
        var part = _part.ToArray();
        FeatureLogFormat.WritePartHead(part, part.AsSpan(FeatureLogFormat.PartHeadBytes));
        return part;
    }

    private void Reserve(int rowCount)
    {
        if (_values.Length < rowCount)
        {
            _values = new float[rowCount];
            _positions = new short[rowCount];
            _planes = new byte[rowCount * sizeof(float)];
        }
    }

    private void WriteRankings(List<FeatureBlock> blocks)
    {
        _column.Clear();
        var (asOf, atMs) = (0L, 0L);
        foreach (var block in blocks)
        {
            _column.WriteString(block.RankingId);
            _column.WriteVarInt(block.AsOf - asOf);
            _column.WriteVarInt(block.AtMs - atMs);
            _column.WriteVarUInt((ulong)block.Items.Length);
            (asOf, atMs) = (block.AsOf, block.AtMs);
        }

        CompressedColumn.Write(_part, _column.Written, ref _compressed);
    }

    private void WriteItems(List<FeatureBlock> blocks)
    {
        _column.Clear();
        foreach (var block in blocks)
        {
            foreach (var item in block.Items)
            {
                _column.WriteString(item);
            }
        }

        CompressedColumn.Write(_part, _column.Written, ref _compressed);
    }

    private void WritePositions(List<FeatureBlock> blocks, int rowCount)
    {
        var row = 0;
        foreach (var block in blocks)
        {
            block.Positions.CopyTo(_positions, row);
            row += block.Positions.Length;
        }

        var planes = _planes.AsSpan(0, rowCount * sizeof(short));
        CompressedColumn.Split(_positions.AsSpan(0, rowCount), planes);
        CompressedColumn.Write(_part, planes, ref _compressed);
    }

    private void WriteFeature(List<FeatureBlock> blocks, int feature, int rowCount)
    {
        var row = 0;
        foreach (var block in blocks)
        {
            var count = block.Items.Length;
            block.Values.AsSpan(feature * count, count).CopyTo(_values.AsSpan(row));
            row += count;
        }

        var planes = _planes.AsSpan(0, rowCount * sizeof(float));
        CompressedColumn.Split(_values.AsSpan(0, rowCount), planes);
        CompressedColumn.Write(_part, planes, ref _compressed);
    }
}
