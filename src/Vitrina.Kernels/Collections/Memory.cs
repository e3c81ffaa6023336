using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Vitrina.Kernels.Collections;

/// <summary>Hints to the processor's memory.</summary>
public static class Memory
{
    /// <summary>Asks for the cache line of a value, so that it is there when it is used. Where processors have no such hint nothing happens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T>(ref T value)
    {
        if (Sse.IsSupported)
        {
            // A collector that moves the value meanwhile makes the hint useless, not wrong.
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.As<T, byte>(ref value)));
        }
    }
}
