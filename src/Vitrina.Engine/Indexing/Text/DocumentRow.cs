namespace Vitrina.Engine.Indexing.Text;

/// <summary>Reads the terms of one document, by ascending term number.</summary>
/// <remarks>A row is a varint length for each field, then for each term a varint (difference of term numbers × 2 + 1 when a pattern number follows).</remarks>
internal ref struct DocumentRow
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;

    public DocumentRow(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        TermId = -1;
    }

    /// <summary>The present term.</summary>
    public int TermId { get; private set; }

    /// <summary>Its frequency pattern.</summary>
    public int Pattern { get; private set; }

    /// <summary>Reads the next field's length in words; call it once for every field before the first term.</summary>
    public int ReadLength() => (int)VarInt.Read(_bytes, ref _at);

    /// <summary>Skips the lengths.</summary>
    public void SkipLengths(int fieldCount)
    {
        for (var field = 0; field < fieldCount; field++)
        {
            VarInt.Read(_bytes, ref _at);
        }
    }

    /// <summary>Moves to the next term; false at the end.</summary>
    public bool Next()
    {
        if (_at >= _bytes.Length)
        {
            return false;
        }

        var code = VarInt.Read(_bytes, ref _at);
        TermId += (int)(code >> 1);
        Pattern = (code & 1) == 0 ? 0 : (int)VarInt.Read(_bytes, ref _at);
        return true;
    }
}
