using System.Runtime.Intrinsics;

namespace Vitrina.Kernels.Forests;

/// <summary>Working memory for taking <see cref="ShapleyTree.BlockRows"/> rows apart at once, kept and reused; belongs to one thread at a time.</summary>
public sealed class ShapleyScratch
{
    internal PathState[] States { get; private set; } = [];

    internal Vector512<double>[] Sums { get; private set; } = [];

    internal Vector512<double>[] Buffers { get; private set; } = [];

    /// <summary>Begins a block of rows of the given number of inputs.</summary>
    public void Begin(int inputCount)
    {
        if (States.Length < inputCount)
        {
            States = new PathState[inputCount];
            Sums = new Vector512<double>[inputCount];
        }
        States.AsSpan(0, inputCount).Fill(new PathState { Present = Vector512<double>.AllBitsSet });
        Sums.AsSpan(0, inputCount).Clear();
    }

    /// <summary>Writes the contributions of one row gathered since <see cref="Begin"/>, input by input.</summary>
    /// <param name="row">The row's lane in the block.</param>
    /// <param name="contributions">Receives them, shape [inputs].</param>
    public void CopyTo(int row, Span<double> contributions)
    {
        for (var input = 0; input < contributions.Length; input++)
        {
            contributions[input] = Sums[input][row];
        }
    }

    internal void Reserve(int count)
    {
        if (Buffers.Length < count)
        {
            Buffers = new Vector512<double>[count];
        }
    }
}
