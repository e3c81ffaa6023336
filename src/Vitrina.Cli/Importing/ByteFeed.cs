namespace Vitrina.Cli.Importing;

/// <summary>A window on a stream's bytes that grows until a whole line or row is in it.</summary>
internal sealed class ByteFeed(Stream stream)
{
    private const int FirstSize = 1 << 18;

    // An unclosed quote would otherwise swallow the rest of a file into memory.
    public const int LongestRecord = 16 << 20;

    private byte[] _buffer = new byte[FirstSize];
    private int _start;
    private int _end;

    /// <summary>Whether the stream has ended; <see cref="Window"/> holds what is left.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>The bytes that were read and not consumed; may be changed in place.</summary>
    public Span<byte> Window => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Skips the byte order mark of UTF-8 at the beginning of a file.</summary>
    public void SkipMark()
    {
        while (_end - _start < 3 && !IsEnded)
        {
            Fill();
        }

        if (Window.StartsWith("\uFEFF"u8))
        {
            _start += 3;
        }
    }

    /// <summary>Forgets the first bytes of the window.</summary>
    public void Consume(int count) => _start += count;

    /// <summary>Reads more into the window; the window moves, so spans of it become invalid.</summary>
    /// <returns>False when the stream has ended, or the window is as long as a record may be.</returns>
    public bool Fill()
    {
        if (IsEnded || _end - _start >= LongestRecord)
        {
            return false;
        }

        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        IsEnded = read == 0;
        _end += read;
        return !IsEnded;
    }

    /// <summary>Everything that is left, read into one array.</summary>
    public byte[] ReadToEnd()
    {
        using var rest = new MemoryStream();
        rest.Write(Window);
        stream.CopyTo(rest);
        _start = _end;
        IsEnded = true;
        return rest.ToArray();
    }
}
