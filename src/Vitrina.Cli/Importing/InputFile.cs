using System.IO.Compression;

namespace Vitrina.Cli.Importing;

/// <summary>Opens the files of an import: plain or gzip, by name; counts what was read of them.</summary>
internal sealed class InputFile : IDisposable
{
    private readonly FileStream _file;
    private readonly bool _isCompressed;

    private InputFile(FileStream file, bool isCompressed, Stream content) => (_file, _isCompressed, Content) = (file, isCompressed, content);

    /// <summary>The content, unpacked.</summary>
    public Stream Content { get; }

    /// <summary>Bytes of the file that were read so far.</summary>
    public long Position => _file.Position;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static InputFile Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        var isCompressed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        return new InputFile(file, isCompressed, isCompressed ? new GZipStream(file, CompressionMode.Decompress) : file);
    }

    /// <summary>Says that a compressed file ended too early; called when its content ended.</summary>
    /// <exception cref="InvalidDataException">The content is not as long as the file's trailer says: it was cut short.</exception>
    public void CheckEnd(long contentBytes)
    {
        if (!_isCompressed || _file.Length < 18)
        {
            return;
        }

        // The last four bytes of a member hold its length modulo 2^32 (RFC 1952, 2.3.1). Files of several members say only their last one's.
        _file.Seek(-4, SeekOrigin.End);
        Span<byte> trailer = stackalloc byte[4];
        _file.ReadExactly(trailer);
        var stated = BitConverter.ToUInt32(trailer);
        if (stated > (ulong)contentBytes)
        {
            throw new InvalidDataException("the compressed file is cut short");
        }
    }

    public void Dispose()
    {
        Content.Dispose();
        _file.Dispose();
    }
}
