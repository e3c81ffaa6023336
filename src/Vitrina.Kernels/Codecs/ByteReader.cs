using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Vitrina.Kernels.Codecs;

/// <summary>Reads what <see cref="ByteWriter"/> wrote; trusts no length before it has compared it with the bytes that are there.</summary>
/// <remarks>Every read beyond the end or of a malformed value throws <see cref="CodecException"/> and leaves the position undefined.</remarks>
public ref struct ByteReader(ReadOnlySpan<byte> data)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _data = data;
    private int _position;

    /// <summary>Offset of the next read, in bytes.</summary>
    public readonly int Position => _position;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _data.Length - _position;

    /// <summary>Whether everything was read.</summary>
    public readonly bool AtEnd => _position == _data.Length;

    /// <summary>Reads one byte.</summary>
    public byte ReadByte()
    {
        if ((uint)_position >= (uint)_data.Length)
        {
            ThrowCutShort();
        }
        return _data[_position++];
    }

    /// <summary>Reads an unsigned number of 1 to 10 bytes; only the shortest form of a number is well-formed.</summary>
    public ulong ReadVarUInt()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = ReadByte();
            if (shift == 63 && part > 1)
            {
                Throw("A number exceeds 64 bits");
            }
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                if (part == 0 && shift > 0)
                {
                    Throw("A number is not in its shortest form");
                }
                return value;
            }
        }
    }

    /// <summary>Reads a zigzag number.</summary>
    public long ReadVarInt()
    {
        var value = ReadVarUInt();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Reads the count of elements that follow, each at least <paramref name="minimumBytesEach"/> long, so that it is safe to allocate for them.</summary>
    public int ReadCount(int minimumBytesEach = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumBytesEach, 1);
        var count = ReadVarUInt();
        if (count > (ulong)Remaining / (ulong)minimumBytesEach)
        {
            ThrowCutShort();
        }
        return (int)count;
    }

    /// <summary>Reads 4 bytes.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>Reads 8 bytes.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>Reads 8 bytes.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    /// <summary>Reads 4 bytes.</summary>
    public float ReadSingle() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

    /// <summary>Reads 8 bytes.</summary>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    /// <summary>Reads a string.</summary>
    public string ReadString() => ReadText(ReadVarUInt());

    /// <summary>Reads a string or its absence.</summary>
    public string? ReadOptionalString()
    {
        var length = ReadVarUInt();
        return length == 0 ? null : ReadText(length - 1);
    }

    /// <summary>Reads the given number of bytes; the result is a window on the reader's data.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Take(count);
    }

    /// <summary>Reads length-prefixed bytes; the result is a window on the reader's data.</summary>
    public ReadOnlySpan<byte> ReadBlob() => Take(CheckLength(ReadVarUInt()));

    private string ReadText(ulong length)
    {
        var start = _position;
        var bytes = Take(CheckLength(length));
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new CodecException("A string is not valid UTF-8", start);
        }
    }

    private readonly int CheckLength(ulong length)
    {
        if (length > (ulong)Remaining)
        {
            ThrowCutShort();
        }
        return (int)length;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining)
        {
            ThrowCutShort();
        }
        var span = _data.Slice(_position, count);
        _position += count;
        return span;
    }

    [DoesNotReturn]
    private readonly void ThrowCutShort() => Throw("The data is cut short");

    [DoesNotReturn]
    private readonly void Throw(string message) => throw new CodecException(message, _position);
}
