using System.Globalization;
using Vitrina.Kernels.Files;

namespace Vitrina.Learning.Training;

/// <summary>A file of ranked lists that cannot be read, with the line at fault in the message.</summary>
/// <param name="message">What is wrong, where, and what would be right.</param>
public sealed class SvmLightException(string message) : Exception(message);

/// <summary>
/// Reads svmlight (LETOR) rows one by one: <c>label qid:LIST index:value … # comment</c>. Plain or gzip (by name). Without <c>qid:</c> the sizes
/// of consecutive lists stand in a file beside: <c>NAME.query</c>, one number a line.
/// </summary>
/// <remarks>An index that a row leaves out has the value 0; <c>nan</c> is missing. Indices are whole numbers from 0. Not for concurrent use.</remarks>
public sealed class SvmLightReader : IDisposable
{
    private readonly string _path;
    private readonly StreamReader _text;
    private readonly int[] _sizes;
    private readonly Dictionary<string, int> _lists = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly List<int> _indices = [];
    private readonly List<float> _values = [];
    private bool? _hasListIds;
    private int _restOfList;
    private int _highest;
    private int _line;

    /// <summary>Opens a file.</summary>
    /// <exception cref="SvmLightException">There is no such file, or its list sizes cannot be read.</exception>
    public SvmLightReader(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!File.Exists(path))
        {
            throw new SvmLightException($"there is no file '{path}'");
        }

        _path = path;
        _lookup = _lists.GetAlternateLookup<ReadOnlySpan<char>>();
        _sizes = ReadSizes(path);
        _text = Open(path);
    }

    /// <summary>Rows read so far.</summary>
    public int RowCount { get; private set; }

    /// <summary>The row's label.</summary>
    public float Label { get; private set; }

    /// <summary>The row's list, counted from 0 in the order of the file.</summary>
    public int List { get; private set; } = -1;

    /// <summary>Indices that the row gives.</summary>
    public ReadOnlySpan<int> Indices => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_indices);

    /// <summary>Their values.</summary>
    public ReadOnlySpan<float> Values => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_values);

    /// <summary>Reads the next row.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="SvmLightException">A line is not a row, or the rows of a list do not follow each other; names the line.</exception>
    public bool Read()
    {
        while (NextLine() is { } line)
        {
            ReadOnlySpan<char> text = line;
            int comment = text.IndexOf('#');
            text = (comment < 0 ? text : text[..comment]).Trim();
            if (!text.IsEmpty)
            {
                ReadRow(text);
                RowCount++;
                return true;
            }
        }

        if (_hasListIds == false && (_restOfList > 0 || List + 1 < _sizes.Length))
        {
            throw Fault($"the file has {RowCount} rows, but '{_path}' has lists of {_sizes.Sum()} rows in its .query file");
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    private string? NextLine()
    {
        try
        {
            _line++;
            return _text.ReadLine();
        }
        catch (InvalidDataException error)
        {
            throw Fault($"the compressed file is damaged: {error.Message}");
        }
    }

    private void ReadRow(ReadOnlySpan<char> text)
    {
        _indices.Clear();
        _highest = -1;
        _values.Clear();
        ReadOnlySpan<char> label = Next(ref text);
        if (!float.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) || !float.IsFinite(value) || value < 0)
        {
            throw Fault($"'{label}' is not a label: a number, at least 0");
        }

        Label = value;
        bool hasListId = text.StartsWith("qid:", StringComparison.Ordinal);
        _hasListIds ??= hasListId;
        if (_hasListIds != hasListId)
        {
            throw Fault("some rows have 'qid:' behind the label and some do not");
        }

        if (hasListId)
        {
            ReadOnlySpan<char> id = Next(ref text)["qid:".Length..];
            StartList(id.IsEmpty ? throw Fault("no list stands behind 'qid:'") : id);
        }
        else
        {
            CountList();
        }

        while (!text.IsEmpty)
        {
            ReadValue(Next(ref text));
        }
    }

    private void ReadValue(ReadOnlySpan<char> token)
    {
        int colon = token.IndexOf(':');
        if (colon <= 0 || !int.TryParse(token[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            || !float.TryParse(token[(colon + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out float value))
        {
            throw Fault($"'{token}' is not 'index:value'");
        }

        if (float.IsInfinity(value))
        {
            throw Fault($"'{token}' gives no finite number; what is missing is written as nan");
        }

        if (index <= _highest && _indices.Contains(index))
        {
            throw Fault($"index {index} stands twice");
        }

        _highest = Math.Max(_highest, index);
        _indices.Add(index);
        _values.Add(value);
    }

    private void StartList(ReadOnlySpan<char> id)
    {
        if (_lookup.TryGetValue(id, out int known))
        {
            List = known == _lists.Count - 1 ? known : throw Fault($"the rows of list {id} do not follow each other: it ended earlier");
            return;
        }

        List = _lists.Count;
        _lookup[id] = List;
    }

    private void CountList()
    {
        if (_sizes.Length == 0)
        {
            throw Fault($"there is no 'qid:' behind the label, and no file '{WithoutGzip(_path)}.query' with the sizes of the lists");
        }

        while (_restOfList == 0)
        {
            if (++List == _sizes.Length)
            {
                throw Fault($"the .query file tells of {_sizes.Sum()} rows, and the file has more");
            }

            _restOfList = _sizes[List];
        }

        _restOfList--;
    }

    private SvmLightException Fault(string what) => new($"{_path}, line {_line}: {what}");

    private static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAny(' ', '\t');
        ReadOnlySpan<char> token = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[end..].TrimStart();
        return token;
    }

    private static int[] ReadSizes(string path)
    {
        string? file = new[] { path + ".query", WithoutGzip(path) + ".query", WithoutGzip(path) + ".query.gz" }.FirstOrDefault(File.Exists);
        if (file is null)
        {
            return [];
        }

        using StreamReader reader = Open(file);
        List<int> sizes = [];
        for (int line = 1; reader.ReadLine() is { } text; line++)
        {
            if (text.AsSpan().Trim().IsEmpty)
            {
                continue;
            }

            sizes.Add(int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int size)
                ? size
                : throw new SvmLightException($"{file}, line {line}: '{text}' is not the size of a list: a whole number, at least 0"));
        }

        return [.. sizes];
    }

    private static string WithoutGzip(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;

    private static StreamReader Open(string path) => new(WholeGzipStream.OpenFile(path), bufferSize: 1 << 16);
}
