namespace Vitrina.Kernels.Files;

/// <summary>A read-only, seekable part of another stream, which it owns.</summary>
internal sealed class WindowStream : Stream
{
    private readonly Stream _inner;
    private readonly long _start;
    private readonly long _length;

    public WindowStream(Stream inner, long start, long length)
    {
        _inner = inner;
        _start = start;
        _length = length;
        _inner.Position = start;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _inner.Position - _start;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _inner.Position = _start + value;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var rest = Math.Max(0, _length - Position);
        return _inner.Read(buffer.Length <= rest ? buffer : buffer[..(int)rest]);
    }

    public override int ReadByte() => Position < _length ? _inner.ReadByte() : -1;

    public override long Seek(long offset, SeekOrigin origin)
    {
        Position = offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => Position,
            _ => _length,
        };
        return Position;
    }

    public override void Flush()
    {
        // Nothing is ever written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }
}
