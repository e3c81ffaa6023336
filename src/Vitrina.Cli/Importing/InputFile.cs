using Vitrina.Kernels.Files;

namespace Vitrina.Cli.Importing;

/// <summary>Opens the files of an import: plain or gzip, by name; counts what was read of them.</summary>
internal sealed class InputFile : IDisposable
{
    private readonly FileStream _file;

    private InputFile(FileStream file, Stream content) => (_file, Content) = (file, content);

    /// <summary>The content, unpacked; reading one that was cut short ends in <see cref="InvalidDataException"/>.</summary>
    public Stream Content { get; }

    /// <summary>Bytes of the file that were read so far.</summary>
    public long Position => _file.Position;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static InputFile Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return new InputFile(file, path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new WholeGzipStream(file) : file);
    }

    public void Dispose()
    {
        Content.Dispose();
        _file.Dispose();
    }
}
