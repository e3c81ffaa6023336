using Vitrina.Kernels.Hashing;

namespace Vitrina.Kernels.Files;

/// <summary>Passes writes on to another stream, which it does not close, and keeps their length and checksum.</summary>
internal sealed class ChecksummingStream(Stream inner, uint checksum) : Stream
{
    private uint _checksum = checksum;
    private long _length;

    public uint Checksum => _checksum;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    /// <summary>Bytes written.</summary>
    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        _checksum = Crc32C.Append(_checksum, buffer);
        _length += buffer.Length;
    }

    public override void WriteByte(byte value) => Write(new ReadOnlySpan<byte>(in value));

    public override void Flush()
    {
        // The file is flushed once, at its end.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
