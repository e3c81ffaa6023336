using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Ranking.Recording;

/// <summary>Reads the bodies that <see cref="FeaturePartWriter"/> wrote.</summary>
/// <remarks>Equal lists of feature names become one list. Not for concurrent use.</remarks>
internal sealed class FeaturePartReader
{
    /// <summary>More rows or values in one part are damage.</summary>
    private const long MaxValues = 1 << 28;

    private readonly List<string[]> _knownNames = [];
    private byte[] _scratch = [];

    /// <summary>The rankings of a part.</summary>
    /// <exception cref="CodecException">The body is not one of a known form.</exception>
    public FeatureBlock[] Read(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var names = ReadNames(ref reader);
        var (blockCount, rowCount) = (reader.ReadVarUInt(), reader.ReadVarUInt());
        if (blockCount > MaxValues || rowCount > MaxValues || (long)rowCount * Math.Max(names.Length, 1) > MaxValues)
        {
            throw new CodecException("a part of an impossible size", reader.Position);
        }

        var rows = (int)rowCount;
        var blocks = ReadRankings(ref reader, (int)blockCount, rows, names);
        var items = new ByteReader(CompressedColumn.Read(ref reader, -1, ref _scratch));
        foreach (var block in blocks)
        {
            for (var row = 0; row < block.Items.Length; row++)
            {
                block.Items[row] = items.ReadString();
            }
        }

        var positions = new short[rows];
        CompressedColumn.Join(CompressedColumn.Read(ref reader, rows * sizeof(short), ref _scratch), positions);
        Spread(blocks, positions);
        var values = new float[rows];
        for (var feature = 0; feature < names.Length; feature++)
        {
            CompressedColumn.Join(CompressedColumn.Read(ref reader, rows * sizeof(float), ref _scratch), values);
            Spread(blocks, values, feature);
        }

        return blocks;
    }

    private static void Spread(FeatureBlock[] blocks, short[] positions)
    {
        var start = 0;
        foreach (var block in blocks)
        {
            positions.AsSpan(start, block.Positions.Length).CopyTo(block.Positions);
            start += block.Positions.Length;
        }
    }

    private static void Spread(FeatureBlock[] blocks, float[] values, int feature)
    {
        var start = 0;
        foreach (var block in blocks)
        {
            var count = block.Items.Length;
            values.AsSpan(start, count).CopyTo(block.Values.AsSpan(feature * count));
            start += count;
        }
    }

    private FeatureBlock[] ReadRankings(ref ByteReader reader, int blockCount, int rowCount, string[] names)
    {
        var column = new ByteReader(CompressedColumn.Read(ref reader, -1, ref _scratch));
        if (blockCount > column.Remaining)
        {
            throw new CodecException("a part with more rankings than it describes", reader.Position);
        }

        var blocks = new FeatureBlock[blockCount];
        var (asOf, atMs, left) = (0L, 0L, rowCount);
        for (var i = 0; i < blocks.Length; i++)
        {
            var id = column.ReadString();
            asOf += column.ReadVarInt();
            atMs += column.ReadVarInt();
            var count = column.ReadVarUInt();
            if (count > (ulong)left)
            {
                throw new CodecException("a ranking with more rows than its part", reader.Position);
            }

            left -= (int)count;
            blocks[i] = new FeatureBlock
            {
                RankingId = id,
                AsOf = asOf,
                AtMs = atMs,
                FeatureNames = names,
                Items = new string[count],
                Positions = new short[count],
                Values = new float[(int)count * names.Length],
            };
        }

        return left == 0 ? blocks : throw new CodecException("a part with more rows than its rankings", reader.Position);
    }

    private string[] ReadNames(ref ByteReader reader)
    {
        var names = new string[reader.ReadCount()];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = reader.ReadString();
        }

        foreach (var known in _knownNames)
        {
            if (known.AsSpan().SequenceEqual(names))
            {
                return known;
            }
        }

        _knownNames.Add(names);
        return names;
    }
}
