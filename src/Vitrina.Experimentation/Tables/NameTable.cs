using System.Text;

namespace Vitrina.Experimentation.Tables;

/// <summary>Dense numbers for names met in a file, such as arms and clusters. One reader, or many under their own locks.</summary>
public sealed class NameTable
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly List<string> _names = [];
    private readonly Lock _gate = new();

    /// <summary>An empty table.</summary>
    public NameTable() => _bySpan = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The names by number.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The number of a name, added when it is new. Safe for concurrent use.</summary>
    public int NumberOf(ReadOnlySpan<byte> utf8)
    {
        Span<char> buffer = stackalloc char[128];
        if (utf8.Length > buffer.Length)
        {
            return NumberOf(Encoding.UTF8.GetString(utf8));
        }

        var text = buffer[..Encoding.UTF8.GetChars(utf8, buffer)];
        lock (_gate)
        {
            return _bySpan.TryGetValue(text, out var number) ? number : Add(text.ToString());
        }
    }

    /// <summary>The number of a name, added when it is new. Safe for concurrent use.</summary>
    public int NumberOf(string name)
    {
        lock (_gate)
        {
            return _numbers.TryGetValue(name, out var number) ? number : Add(name);
        }
    }

    /// <summary>The number of a name; −1 when it was not met.</summary>
    public int Find(string name) => _numbers.GetValueOrDefault(name, -1);

    private int Add(string name)
    {
        _names.Add(name);
        return _numbers[name] = _names.Count - 1;
    }
}
