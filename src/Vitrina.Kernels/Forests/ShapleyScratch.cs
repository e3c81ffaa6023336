using System.Runtime.Intrinsics;

namespace Vitrina.Kernels.Forests;

/// <summary>Working memory for taking <see cref="ShapleyTree.BlockRows"/> rows apart at once, a row a lane; kept and reused, belongs to one thread at a time.</summary>
/// <remarks>A block is begun, its values are set; then for each tree its splits are decided and the tree is added; then the contributions are read.</remarks>
public sealed class ShapleyScratch
{
    private Vector512<double>[] _values = [];
    private Vector512<double>[] _goesLeft = [];

    internal PathState[] States { get; private set; } = [];

    internal Vector512<double>[] Sums { get; private set; } = [];

    internal Vector512<double>[] Buffers { get; private set; } = [];

    // All bits of a row's lane set where it goes left, else none; shape [splits].
    internal Vector512<double>[] Decisions => _goesLeft;

    /// <summary>Begins a block of rows of the given number of inputs.</summary>
    public void Begin(int inputCount)
    {
        if (States.Length < inputCount)
        {
            States = new PathState[inputCount];
            Sums = new Vector512<double>[inputCount];
            _values = new Vector512<double>[inputCount];
        }
        States.AsSpan(0, inputCount).Fill(new PathState { Present = Vector512<double>.AllBitsSet });
        Sums.AsSpan(0, inputCount).Clear();
    }

    /// <summary>Sets a value of a row; NaN marks a missing one.</summary>
    public void Set(int row, int input, double value) => _values[input] = _values[input].WithElement(row, value);

    /// <summary>A value of a row.</summary>
    public double ValueOf(int row, int input) => _values[input][row];

    /// <summary>Makes room for the decisions of a tree.</summary>
    public void Reserve(int splitCount)
    {
        if (_goesLeft.Length < splitCount)
        {
            _goesLeft = new Vector512<double>[splitCount];
        }
    }

    /// <summary>Decides a split by a threshold: at most it goes left.</summary>
    /// <param name="split">The split.</param>
    /// <param name="input">The input that it reads.</param>
    /// <param name="threshold">The largest value that goes left.</param>
    /// <param name="isMissingZero">True reads a missing value as 0.</param>
    /// <param name="isZeroMissing">True takes a value within 1e-35 (as a float) of 0 for missing.</param>
    /// <param name="goesMissingLeft">True sends missing values left.</param>
    public void Decide(int split, int input, double threshold, bool isMissingZero, bool isZeroMissing, bool goesMissingLeft)
    {
        var values = _values[input];
        if (isMissingZero)
        {
            values = Vector512.ConditionalSelect(Vector512.IsNaN(values), Vector512<double>.Zero, values);
        }
        var left = Vector512.LessThanOrEqual(values, Vector512.Create(threshold));
        if (goesMissingLeft || isZeroMissing)
        {
            var missing = Vector512.IsNaN(values);
            if (isZeroMissing)
            {
                missing |= Vector512.LessThanOrEqual(Vector512.Abs(values), Vector512.Create((double)1e-35f));
            }
            left = goesMissingLeft ? left | missing : Vector512.AndNot(left, missing);
        }

        // A comparison with NaN is false: without more, a missing value goes right.
        _goesLeft[split] = left;
    }

    /// <summary>Decides a split of one row.</summary>
    public void Decide(int split, int row, bool goesLeft) => _goesLeft[split] = _goesLeft[split].WithElement(row, goesLeft ? BitConverter.Int64BitsToDouble(-1) : 0);

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

    internal void ReserveBuffers(int count)
    {
        if (Buffers.Length < count)
        {
            Buffers = new Vector512<double>[count];
        }
    }
}
