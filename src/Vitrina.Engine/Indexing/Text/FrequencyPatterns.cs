using System.Runtime.InteropServices;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>Numbers the ways in which a term can stand in the fields of one document: so often in the first, so often in the second, and so on.</summary>
/// <remarks>
/// A catalogue has few of them, most postings have number 0 (once in the first field), and one small number then stands for all counts.
/// Append-only: one writer; readers keep the array they were given, whose entries never change.
/// </remarks>
internal sealed class FrequencyPatterns
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly float[] _boosts;
    private Pattern[] _patterns = new Pattern[16];

    public FrequencyPatterns(IReadOnlyList<float> boosts)
    {
        _boosts = [.. boosts];
        Span<ushort> plain = stackalloc ushort[_boosts.Length];
        plain[0] = 1;
        GetOrAdd(plain);
    }

    /// <summary>How many patterns are known.</summary>
    public int Count => _numbers.Count;

    /// <summary>The patterns known so far; entries behind those a reader has met may be empty.</summary>
    public Pattern[] Table => _patterns;

    /// <summary>The number of a pattern.</summary>
    /// <param name="counts">Occurrences of the term in each field.</param>
    public int GetOrAdd(ReadOnlySpan<ushort> counts)
    {
        var lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        var key = MemoryMarshal.Cast<ushort, char>(counts);
        if (lookup.TryGetValue(key, out var number))
        {
            return number;
        }

        number = _numbers.Count;
        if (number == _patterns.Length)
        {
            Array.Resize(ref _patterns, number * 2);
        }

        var weighted = 0f;
        for (var field = 0; field < counts.Length; field++)
        {
            weighted += _boosts[field] * counts[field];
        }

        _patterns[number] = new Pattern(counts.ToArray(), weighted);
        _numbers.Add(key.ToString(), number);
        return number;
    }

    /// <summary>Occurrences of a term in each field, and their sum weighted by the boosts.</summary>
    internal readonly record struct Pattern(ushort[] Counts, float WeightedCount);
}
