using System.Numerics;

namespace Vitrina.Engine.Catalog;

/// <summary>Ordinals that changed, a bit each: what a journal that is read anew brings costs as little as a single change.</summary>
internal sealed class ChangedOrdinals
{
    private ulong[] _words = [];

    public void Add(int ordinal)
    {
        var word = ordinal >> 6;
        if (word >= _words.Length)
        {
            Array.Resize(ref _words, Math.Max(word + 1, 2 * _words.Length));
        }

        _words[word] |= 1ul << ordinal;
    }

    /// <summary>The ordinals up to now, ascending; they count as changed no more. May be enumerated on another thread.</summary>
    public IEnumerable<int> Take()
    {
        var taken = _words;
        Clear();
        return InOrder(taken);
    }

    private static IEnumerable<int> InOrder(ulong[] words)
    {
        for (var word = 0; word < words.Length; word++)
        {
            for (var left = words[word]; left != 0; left &= left - 1)
            {
                yield return (word << 6) + BitOperations.TrailingZeroCount(left);
            }
        }
    }

    public void Clear() => _words = [];
}
