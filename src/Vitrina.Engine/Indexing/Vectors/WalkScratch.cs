using Vitrina.Kernels.Selection;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>Memory of one walk through a graph. For one thread at a time; allocates only while it grows.</summary>
internal sealed class WalkScratch
{
    private ushort[] _visits = [];
    private ushort _visit;

    /// <summary>The nearest met so far, and which of them the walk has looked around.</summary>
    public NearestPool Nearest { get; } = new();

    /// <summary>Slots whose distance is asked together.</summary>
    public int[] Slots { get; private set; } = [];

    /// <summary>Their distances.</summary>
    public float[] Distances { get; private set; } = [];

    /// <summary>By slot: <see cref="Visit"/> when this walk met it.</summary>
    public ushort[] Visits => _visits;

    /// <summary>The mark of this walk.</summary>
    public ushort Visit => _visit;

    /// <summary>Begins a walk over <paramref name="slotCount"/> slots with up to <paramref name="linkCount"/> links each.</summary>
    public void Begin(int slotCount, int linkCount)
    {
        if (_visits.Length < slotCount)
        {
            _visits = new ushort[Math.Max(slotCount, 2 * _visits.Length)];
            _visit = 0;
        }

        if (++_visit == 0)
        {
            Array.Clear(_visits);
            _visit = 1;
        }

        ReserveSlots(linkCount);
    }

    /// <summary>Makes room for so many slots and distances.</summary>
    public void ReserveSlots(int count)
    {
        if (Slots.Length < count)
        {
            Slots = new int[count];
            Distances = new float[count];
        }
    }
}
