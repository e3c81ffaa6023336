using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Text;
using Vitrina.Kernels.Files;

namespace Vitrina.Experimentation.Tables;

/// <summary>Handles one row.</summary>
/// <param name="row">The row.</param>
/// <param name="block">The number of the block of the file that it stands in, from 0.</param>
public delegate void RowHandler(CsvRow row, int block);

/// <summary>A CSV file with a header, plain or gzip, read in blocks by several threads.</summary>
/// <remarks>
/// UTF-8, comma separated; a field may stand in quotes, with quotes inside it doubled, but no line break. Memory: a few blocks per thread,
/// however long the file. Rows of one block are handled in order by one thread; blocks in any order.
/// </remarks>
public sealed class CsvSource
{
    private const int UsualBlock = 1 << 21;
    private const int SmallestBlock = 1 << 12;
    private const int LongestLine = 1 << 24;
    private readonly string _path;
    private readonly string[] _firstRow;

    private CsvSource(string path, string[] columns, string[] firstRow) => (_path, Name, Columns, _firstRow) = (path, Path.GetFileName(path), columns, firstRow);

    /// <summary>The file's name, for messages.</summary>
    public string Name { get; }

    /// <summary>The header's columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="TableException">It has none, or a column stands twice.</exception>
    public static CsvSource Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var reader = new StreamReader(WholeGzipStream.OpenFile(path), Encoding.UTF8);
        string header, first;
        try
        {
            header = reader.ReadLine() ?? throw new TableException(Path.GetFileName(path), 0, "", "the file is empty; a header with the columns' names is expected");
            first = reader.ReadLine() ?? "";
        }
        catch (InvalidDataException)
        {
            throw new TableException(Path.GetFileName(path), 0, "", "the name ends in .gz, but the content is not gzip, or is cut short");
        }

        string[] columns = [.. header.TrimStart('\uFEFF').Split(',').Select(name => name.Trim().Trim('"'))];
        var twice = columns.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? new CsvSource(path, columns, first.Split(',')) : throw new TableException(Path.GetFileName(path), 1, twice, "the column stands twice in the header");
    }

    /// <summary>The number of a column; −1 when there is none.</summary>
    public int Find(string column) => Array.IndexOf((string[])Columns, column);

    /// <summary>Whether the first row has a number in a column, or nothing that says otherwise: words of a slice are no metric.</summary>
    public bool LooksNumeric(string column)
        => _firstRow.Length != Columns.Count || _firstRow[Find(column)].Trim() is "" || double.TryParse(_firstRow[Find(column)].Trim('"', ' '), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _);

    /// <summary>The number of a column that must be there.</summary>
    /// <exception cref="TableException">It is not.</exception>
    public int Require(string column) => Find(column) is >= 0 and var found
        ? found
        : throw new TableException(Name, 1, column, $"there is no such column; there are {string.Join(", ", Columns)}");

    /// <summary>Reads all rows.</summary>
    /// <param name="handlerOf">Makes the handler of a thread; called once per thread, under a lock.</param>
    /// <param name="threads">Threads that parse; 1 keeps the order of the file.</param>
    /// <param name="blocks">About how many blocks are wanted, so that there are points in time to look back on; 0 = as is fastest.</param>
    /// <param name="progress">Gets the share of the file that was read.</param>
    /// <exception cref="TableException">A row is wrong; of several, the first that was met.</exception>
    public void Read(Func<RowHandler> handlerOf, int threads, int blocks = 0, IProgress<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(handlerOf);
        using var queue = new BlockingCollection<Block>(2 * threads);
        Exception? failure = null;
        var workers = Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                RowHandler handler;
                lock (queue)
                {
                    handler = handlerOf();
                }

                foreach (var block in queue.GetConsumingEnumerable())
                {
                    if (Volatile.Read(ref failure) is null)
                    {
                        try
                        {
                            Parse(block, handler);
                        }
                        catch (Exception exception) when (exception is TableException)
                        {
                            Interlocked.CompareExchange(ref failure, exception, null);
                        }
                    }

                    System.Buffers.ArrayPool<byte>.Shared.Return(block.Bytes);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        try
        {
            Fill(queue, blocks, () => Volatile.Read(ref failure) is not null, progress);
        }
        finally
        {
            queue.CompleteAdding();
            Task.WaitAll(workers);
        }

        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    // Cuts the content into blocks at line breaks; counts the lines, so that mistakes can name theirs.
    private void Fill(BlockingCollection<Block> queue, int blocks, Func<bool> hasFailed, IProgress<double>? progress)
    {
        using var stream = WholeGzipStream.OpenFile(_path);
        var fileLength = Math.Max(1, new FileInfo(_path).Length);
        var size = blocks > 0 ? (int)Math.Clamp(fileLength / blocks, SmallestBlock, UsualBlock) : UsualBlock;
        byte[] rest = [];
        var (line, number, read, isHeader) = (1L, 0, 0L, true);
        while (!hasFailed())
        {
            var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(rest.Length + size);
            rest.CopyTo(buffer, 0);
            var got = ReadFully(stream, buffer.AsSpan(rest.Length, size));
            var filled = rest.Length + got;
            var isEnd = got < size;
            var cut = isEnd ? filled : buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            if (cut == 0 && filled > LongestLine)
            {
                throw new TableException(Name, line, "", $"the line is longer than {LongestLine} bytes");
            }

            rest = buffer.AsSpan(cut, filled - cut).ToArray();
            var start = isHeader && cut > 0 ? buffer.AsSpan(0, cut).IndexOf((byte)'\n') is >= 0 and var at ? at + 1 : cut : 0;
            var lines = buffer.AsSpan(0, cut).Count((byte)'\n');
            queue.Add(new Block(buffer, start, cut, number++, line + (start > 0 ? 1 : 0)));
            (line, isHeader, read) = (line + lines, isHeader && cut == 0, read + got);
            progress?.Report(Math.Min(1, stream is FileStream ? read / (double)fileLength : 0.5));
            if (isEnd)
            {
                break;
            }
        }
    }

    private int ReadFully(Stream stream, Span<byte> target)
    {
        try
        {
            return stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            throw new TableException(Name, 0, "", "the compressed file is damaged or cut short");
        }
    }

    private void Parse(Block block, RowHandler handler)
    {
        var ends = new int[Columns.Count];
        var text = block.Bytes.AsSpan(block.Start, block.End - block.Start);
        for (var line = block.FirstLine; !text.IsEmpty; line++)
        {
            var length = text.IndexOf((byte)'\n');
            var row = length < 0 ? text : text[..length];
            text = length < 0 ? [] : text[(length + 1)..];
            row = row is [.., (byte)'\r'] ? row[..^1] : row;
            if (!row.IsEmpty)
            {
                Split(row, ends, line);
                handler(new CsvRow(this, line, row, ends), block.Number);
            }
        }
    }

    private void Split(ReadOnlySpan<byte> row, int[] ends, long line)
    {
        var (at, field) = (0, 0);
        while (true)
        {
            if (field == ends.Length)
            {
                throw new TableException(Name, line, "", $"the row has more than {ends.Length} fields; the header has {ends.Length}");
            }

            var from = at < row.Length && row[at] == '"' ? EndOfQuoted(row, at, line) : at;
            var length = row[from..].IndexOf((byte)',');
            ends[field++] = length < 0 ? row.Length : from + length;
            if (length < 0)
            {
                break;
            }

            at = from + length + 1;
        }

        if (field < ends.Length)
        {
            throw new TableException(Name, line, Columns[field], $"the row has {field} fields; the header has {ends.Length}");
        }
    }

    private int EndOfQuoted(ReadOnlySpan<byte> row, int start, long line)
    {
        var at = start + 1;
        while (true)
        {
            var length = row[at..].IndexOf((byte)'"');
            if (length < 0)
            {
                throw new TableException(Name, line, "", "a quote is not closed");
            }

            at += length + 1;
            if (at == row.Length || row[at] != '"')
            {
                return at;
            }

            at++;
        }
    }

    private readonly record struct Block(byte[] Bytes, int Start, int End, int Number, long FirstLine);
}
