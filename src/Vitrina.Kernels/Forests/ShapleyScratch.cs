using System.Runtime.Intrinsics;

namespace Vitrina.Kernels.Forests;

/// <summary>Working memory for taking one row apart, kept and reused; belongs to one thread at a time.</summary>
public sealed class ShapleyScratch
{
    internal PathState[] States { get; private set; } = [];

    internal Vector512<double>[] Sums { get; private set; } = [];

    internal Vector512<double>[] Buffers { get; private set; } = [];

    /// <summary>Begins a row of the given number of inputs.</summary>
    public void Begin(int inputCount)
    {
        if (States.Length < inputCount)
        {
            States = new PathState[inputCount];
            Sums = new Vector512<double>[inputCount];
        }
        States.AsSpan(0, inputCount).Fill(new PathState { Present = 1, Absent = 1 });
        Sums.AsSpan(0, inputCount).Clear();
    }

    /// <summary>Adds the contributions gathered since <see cref="Begin"/>, input by input.</summary>
    public void AddTo(Span<double> contributions)
    {
        for (var input = 0; input < contributions.Length; input++)
        {
            contributions[input] += Vector512.Sum(Sums[input]);
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
