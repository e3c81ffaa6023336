using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vitrina.Kernels.Postings;

/// <summary>Finds a number in ascending numbers without a branch that depends on them.</summary>
public static class SortedSearch
{
    /// <summary>Where <paramref name="wanted"/> stands; −1 when it is absent.</summary>
    /// <param name="numbers">Distinct numbers, ascending.</param>
    /// <param name="wanted">The number.</param>
    public static int Find(ReadOnlySpan<ushort> numbers, ushort wanted)
    {
        ref ushort first = ref MemoryMarshal.GetReference(numbers);
        var (at, left) = (0, numbers.Length);
        while (left > 1)
        {
            var half = left >> 1;
            at = Unsafe.Add(ref first, at + half) <= wanted ? at + half : at;
            left -= half;
        }

        return left == 1 && Unsafe.Add(ref first, at) == wanted ? at : -1;
    }

    /// <inheritdoc cref="Find(ReadOnlySpan{ushort}, ushort)"/>
    public static int Find(ReadOnlySpan<int> numbers, int wanted)
    {
        ref int first = ref MemoryMarshal.GetReference(numbers);
        var (at, left) = (0, numbers.Length);
        while (left > 1)
        {
            var half = left >> 1;
            at = Unsafe.Add(ref first, at + half) <= wanted ? at + half : at;
            left -= half;
        }

        return left == 1 && Unsafe.Add(ref first, at) == wanted ? at : -1;
    }
}
