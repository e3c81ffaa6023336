namespace Vitrina.Engine.Journal;

/// <summary>A whole checkpoint, open for reading.</summary>
public sealed class Checkpoint : IDisposable
{
    private readonly Stream _payload;
    private readonly Dictionary<string, (long Offset, long Length)> _sections;

    private readonly Func<string, byte[]?> _readPart;

    internal Checkpoint(long asOf, ushort version, Stream payload, Dictionary<string, (long Offset, long Length)> sections, Func<string, byte[]?> readPart)
    {
        _readPart = readPart;
        AsOf = asOf;
        Version = version;
        _payload = payload;
        _sections = sections;
    }

    /// <summary>The journal sequence up to which the state is computed.</summary>
    public long AsOf { get; }

    /// <summary>The file's format version; sections carry their own.</summary>
    public ushort Version { get; }

    /// <summary>Whether there is a section of this name.</summary>
    public bool Has(string section) => _sections.ContainsKey(section);

    /// <summary>Opens a section's bytes. Several sections may be read at the same time.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public Stream Open(string section)
    {
        (long offset, long length) = _sections[section];

        // Large buffers in front: all sections share one file position.
        return new BufferedStream(new SectionStream(_payload, offset, length), 1 << 16);
    }

    /// <summary>The bytes of a part, which stands in a file of its own; null when there is none or it is damaged: then it is to be rebuilt.</summary>
    public byte[]? ReadPart(string name) => _readPart(name);

    /// <inheritdoc/>
    public void Dispose() => _payload.Dispose();

    private sealed class SectionStream(Stream payload, long start, long length) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position
        {
            get => _position;
            set
            {
                ArgumentOutOfRangeException.ThrowIfNegative(value);
                _position = value;
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            long rest = Math.Max(0, length - _position);
            if (buffer.Length > rest)
            {
                buffer = buffer[..(int)rest];
            }

            lock (payload)
            {
                payload.Position = start + _position;
                int read = payload.Read(buffer);
                _position += read;
                return read;
            }
        }

        public override long Seek(long offset, SeekOrigin origin)
        {
            Position = offset + origin switch
            {
                SeekOrigin.Begin => 0,
                SeekOrigin.Current => _position,
                _ => length,
            };
            return _position;
        }

        public override void Flush()
        {
            // Nothing is ever written.
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
