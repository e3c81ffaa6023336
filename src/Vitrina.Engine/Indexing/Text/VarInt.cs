using System.Runtime.CompilerServices;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>Unsigned numbers in 7-bit groups, the lowest first; the layout inside the index, which checks nothing because nobody else writes it.</summary>
internal static class VarInt
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Read(ReadOnlySpan<byte> bytes, ref int at)
    {
        uint value = bytes[at++];
        return value < 0x80 ? value : ReadLong(value, bytes, ref at);
    }

    private static uint ReadLong(uint value, ReadOnlySpan<byte> bytes, ref int at)
    {
        value &= 0x7F;
        for (var shift = 7; ; shift += 7)
        {
            uint next = bytes[at++];
            value |= (next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}

/// <summary>A growing byte array that numbers are appended to.</summary>
internal sealed class VarIntWriter(int capacity)
{
    private byte[] _bytes = new byte[Math.Max(16, capacity)];

    public int Length { get; private set; }

    public void Write(uint value)
    {
        if (_bytes.Length - Length < 5)
        {
            Array.Resize(ref _bytes, checked((int)Math.Min(Array.MaxLength, Math.Max(_bytes.Length * 2L, 64))));
        }

        while (value >= 0x80)
        {
            _bytes[Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _bytes[Length++] = (byte)value;
    }

    /// <summary>Appends a difference and a pattern; pattern 0, the usual one, costs nothing.</summary>
    public void WritePosting(int difference, int pattern)
    {
        Write(((uint)difference << 1) | (pattern == 0 ? 0u : 1u));
        if (pattern != 0)
        {
            Write((uint)pattern);
        }
    }

    public void Clear() => Length = 0;

    public byte[] ToArray() => _bytes.AsSpan(0, Length).ToArray();
}
