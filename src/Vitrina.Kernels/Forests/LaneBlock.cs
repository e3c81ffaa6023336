using System.Runtime.InteropServices;

namespace Vitrina.Kernels.Forests;

/// <summary>A thread's own bytes for one block of lanes, aligned so that a register is filled from one cache line.</summary>
/// <remarks>Grows to the largest block that its thread has asked for and is kept; allocates nothing afterwards. A span ends with its call chain.</remarks>
public static class LaneBlock
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static sbyte[]? t_bytes;

    /// <summary>Bytes with unknown content.</summary>
    public static unsafe Span<sbyte> OfThread(int byteCount)
    {
        if (t_bytes is null || t_bytes.Length < byteCount + Alignment)
        {
            t_bytes = GC.AllocateUninitializedArray<sbyte>(byteCount + Alignment, pinned: true);
        }
        var address = (nuint)(void*)Marshal.UnsafeAddrOfPinnedArrayElement(t_bytes, 0);
        return t_bytes.AsSpan((int)((Alignment - (address % Alignment)) % Alignment), byteCount);
    }
}
