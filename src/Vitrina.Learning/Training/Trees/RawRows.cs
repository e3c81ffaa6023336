using System.Runtime.InteropServices;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Raw feature values, row after row, until they are binned: in memory up to a limit, behind it in a temporary file.</summary>
internal sealed class RawRows : IDisposable
{
    private const int ChunkValues = 1 << 20;
    private readonly List<float[]> _inMemory = [];
    private readonly long _memoryBytes;
    private readonly string _folder;
    private FileStream? _spilled;
    private float[] _open;
    private int _openRows;
    private int _fullChunks;

    /// <summary>Makes an empty store.</summary>
    public RawRows(int width, TreeDatasetOptions options)
    {
        Width = width;
        ChunkRows = Math.Max(1, ChunkValues / width);
        _memoryBytes = options.MemoryBytes;
        _folder = options.SpillFolder ?? Path.GetTempPath();
        _open = new float[ChunkRows * width];
    }

    /// <summary>Values of a row.</summary>
    public int Width { get; }

    /// <summary>Rows of a chunk, but the last.</summary>
    public int ChunkRows { get; }

    /// <summary>Chunks, the open one included.</summary>
    public int ChunkCount => _fullChunks + (_openRows > 0 ? 1 : 0);

    /// <summary>Appends a row.</summary>
    public void Add(ReadOnlySpan<float> row)
    {
        row.CopyTo(_open.AsSpan(_openRows * Width));
        if (++_openRows == ChunkRows)
        {
            Close();
        }
    }

    /// <summary>Whether a chunk is read without the file.</summary>
    public bool IsInMemory(int chunk) => chunk == _fullChunks || chunk < _inMemory.Count;

    /// <summary>Reads one chunk; chunks of the file come quickest in their order.</summary>
    /// <param name="chunk">Number of the chunk.</param>
    /// <param name="buffer">Receives values that come from the file; replaced when it is too small.</param>
    public ReadOnlySpan<float> Read(int chunk, ref float[] buffer)
    {
        if (chunk == _fullChunks)
        {
            return _open.AsSpan(0, _openRows * Width);
        }

        if (chunk < _inMemory.Count)
        {
            return _inMemory[chunk];
        }

        if (buffer.Length != ChunkRows * Width)
        {
            buffer = new float[ChunkRows * Width];
        }

        _spilled!.Position = (long)(chunk - _inMemory.Count) * buffer.Length * sizeof(float);
        _spilled.ReadExactly(MemoryMarshal.AsBytes(buffer.AsSpan()));
        return buffer;
    }

    /// <summary>Deletes the file.</summary>
    public void Dispose() => _spilled?.Dispose();

    private void Close()
    {
        _fullChunks++;
        _openRows = 0;
        if (_spilled is null && (long)(_inMemory.Count + 1) * _open.Length * sizeof(float) <= _memoryBytes)
        {
            _inMemory.Add(_open);
            _open = new float[ChunkRows * Width];
            return;
        }

        _spilled ??= new FileStream(Path.Combine(_folder, Path.GetRandomFileName()), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 0,
        });
        _spilled.Write(MemoryMarshal.AsBytes(_open.AsSpan()));
    }
}
