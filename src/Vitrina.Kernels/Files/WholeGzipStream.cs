using System.IO.Compression;

namespace Vitrina.Kernels.Files;

/// <summary>Unpacks gzip (RFC 1952, one member or several) and refuses a file that was cut short, which <see cref="GZipStream"/> reads as a shorter one.</summary>
/// <remarks>
/// A member of its own is put behind the file's last byte. Where the file is whole its content comes out at the end, and is taken off; where a member
/// is cut, it is read as the rest of that member and never comes out whole. Bytes behind the last member are refused alike. For reading on one thread.
/// </remarks>
public sealed class WholeGzipStream : Stream
{
    private static readonly byte[] s_mark = "whole \u2713 4d8f17c2"u8.ToArray();
    private static readonly byte[] s_markMember = Pack(s_mark);
    private readonly GZipStream _unpacked;
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _isEnded;

    /// <summary>Unpacks a stream from its position on; disposing of this disposes of it.</summary>
    public WholeGzipStream(Stream packed)
    {
        ArgumentNullException.ThrowIfNull(packed);
        _unpacked = new GZipStream(new Marked(packed), CompressionMode.Decompress);
    }

    /// <summary>Opens a file for reading from its beginning to its end: unpacked when its name ends in <c>.gz</c>.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static Stream OpenFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new WholeGzipStream(file) : file;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private int Ready => _end - _start - (_isEnded ? 0 : s_mark.Length);

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The content is not gzip, is damaged, or was cut short.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (Ready <= 0 && !_isEnded)
        {
            Fill();
        }

        var count = Math.Min(buffer.Length, Ready);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    // The last bytes may be the mark: they wait until more came.
    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var read = _unpacked.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        if (read > 0)
        {
            return;
        }

        if (!_buffer.AsSpan(0, _end).EndsWith(s_mark))
        {
            throw new InvalidDataException("the compressed file is cut short");
        }

        (_isEnded, _end) = (true, _end - s_mark.Length);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unpacked.Dispose();
        }

        base.Dispose(disposing);
    }

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    /// <summary>The packed bytes, and behind them the member of the mark.</summary>
    private sealed class Marked(Stream packed) : Stream
    {
        private int _given;
        private bool _isEnded;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            if (!_isEnded)
            {
                var read = packed.Read(buffer);
                _isEnded = read == 0 && buffer.Length > 0;
                if (!_isEnded)
                {
                    return read;
                }
            }

            var count = Math.Min(buffer.Length, s_markMember.Length - _given);
            s_markMember.AsSpan(_given, count).CopyTo(buffer);
            _given += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                packed.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
