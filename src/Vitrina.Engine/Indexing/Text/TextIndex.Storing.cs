using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>The bytes of an index: its dictionary, patterns and rows. Segments are not stored: inverting the rows again costs less than reading texts.</summary>
internal sealed partial class TextIndex
{
    /// <summary>Raise it when texts are analysed differently: what older analysis left is then analysed anew.</summary>
    public const int AnalysisVersion = 1;

    /// <summary>Writes the index as it is now.</summary>
    public void Save(ByteWriter writer) => BeginSave()(writer);

    /// <summary>Freezes the index; it is written when the returned function is called, on any thread.</summary>
    public Action<ByteWriter> BeginSave()
    {
        var (terms, patterns, patternCount, rows) = (_dictionary.Count, _patterns.Table, _patterns.Count, _rows.Freeze());
        return writer =>
        {
            writer.WriteVarUInt(AnalysisVersion);
            writer.WriteVarUInt((ulong)_boosts.Length);
            writer.WriteVarUInt((ulong)terms);
            for (var term = 0; term < terms; term++)
            {
                writer.WriteString(_dictionary[term]);
            }

            writer.WriteVarUInt((ulong)patternCount);
            foreach (var pattern in patterns.AsSpan(0, patternCount))
            {
                foreach (var count in pattern.Counts)
                {
                    writer.WriteVarUInt(count);
                }
            }

            writer.WriteVarUInt((ulong)rows.Count);
            for (var item = 0; item < rows.Count; item++)
            {
                writer.WriteBlob(rows[item]);
            }
        };
    }

    /// <summary>Takes over what <see cref="Save"/> wrote, into an empty index.</summary>
    /// <returns>False, with the index still empty, when the texts were analysed differently then.</returns>
    /// <exception cref="CodecException">The bytes are not an index.</exception>
    public bool TryLoad(ref ByteReader reader)
    {
        if (_dictionary.Count > 0 || _rows.Count > 0)
        {
            throw new InvalidOperationException("Only an empty index can take over another.");
        }

        if (reader.ReadVarUInt() != AnalysisVersion || reader.ReadVarUInt() != (ulong)_boosts.Length)
        {
            return false;
        }

        for (var left = reader.ReadCount(); left > 0; left--)
        {
            AddTerm(reader.ReadString());
        }

        for (var left = reader.ReadCount(_boosts.Length); left > 0; left--)
        {
            for (var field = 0; field < _counts.Length; field++)
            {
                _counts[field] = checked((ushort)reader.ReadVarUInt());
            }

            _patterns.GetOrAdd(_counts);
        }

        var rows = reader.ReadCount();
        for (var item = 0; item < rows; item++)
        {
            var row = reader.ReadBlob();
            if (!row.IsEmpty)
            {
                SetRow(item, row.ToArray());
            }
        }

        return true;
    }
}
