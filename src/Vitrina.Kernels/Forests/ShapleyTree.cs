using System.Runtime.Intrinsics;

namespace Vitrina.Kernels.Forests;

/// <summary>Takes one tree's value apart by its inputs: exact Shapley values, absent inputs averaged by the shares of the tree's branches.</summary>
/// <remarks>
/// The same values as algorithm 2 of Lundberg, Erion, Lee (arXiv 1802.03888, 2018), by another way: the game of one leaf is a product over the
/// inputs of its path, so its Shapley value is the integral of a polynomial over [0, 1] (Owen, "Multilinear extensions of games",
/// Management Science 18, 1972), which Gauss-Legendre points give exactly; products at the points are kept while the tree is walked once
/// (as in Yu et al., "Linear TreeShap", NeurIPS 2022). All factors are positive: nothing cancels. Eight rows are taken apart in one walk, a row a
/// lane: what a branch's factors are depends on the row only by whether it went there, so they are computed beforehand. Cost: branches x points
/// register operations per block of rows, points = half the inputs of the longest path. Immutable and safe for concurrent use.
/// </remarks>
public sealed unsafe class ShapleyTree
{
    /// <summary>Rows of a block: one lane each.</summary>
    public const int BlockRows = 8;

    private readonly int[] _input;
    private readonly int[] _left;
    private readonly int[] _right;
    private readonly double[] _leafValue;
    private readonly int _depth;
    private readonly double[] _points;
    private readonly double[] _weights;

    // 1 / (1 - point), shape [points].
    private readonly double[] _inverses;

    // By branch (2 x split, + 1 for the right one): the share of the weight that follows the path when the branch's input is absent, over all splits of
    // the input on the path; then one over it, 0 for 0; then one over the factor of a row that is there, at each point.
    private readonly double[] _branches;

    /// <summary>Prepares a tree. The root is split 0; a child c below 0 is the leaf ~c; a tree of one leaf has no split.</summary>
    /// <param name="input">Input that each split reads, shape [splits].</param>
    /// <param name="left">Left children, shape [splits].</param>
    /// <param name="right">Right children, shape [splits].</param>
    /// <param name="shares">Share of each split's weight that goes left and right, shape [splits].</param>
    /// <param name="leafValue">Value of each leaf, shape [splits + 1].</param>
    public ShapleyTree(int[] input, int[] left, int[] right, (double Left, double Right)[] shares, double[] leafValue)
    {
        (_input, _left, _right, _leafValue) = (input, left, right, leafValue);
        var inputs = 0;
        if (input.Length > 0)
        {
            (_depth, inputs) = Measure(0, 1, []);
            ExpectedValue = Expected(0, shares);
        }
        else
        {
            ExpectedValue = leafValue[0];
        }

        // n points are exact to degree 2n − 1; the integrand of a path of m inputs has degree m − 1.
        (_points, _weights) = GaussLegendre.OnUnitInterval(Math.Max(1, (inputs + 1) / 2));
        _inverses = Array.ConvertAll(_points, point => 1 / (1 - point));
        _branches = new double[2 * input.Length * BranchStride];
        if (input.Length > 0)
        {
            Prepare(0, shares, []);
        }
    }

    /// <summary>The tree's value when nothing is known of a row.</summary>
    public double ExpectedValue { get; }

    private int BranchStride => 2 + _points.Length;

    /// <summary>Adds the tree's contributions for a block of rows.</summary>
    /// <param name="scratch">The caller's working memory, the tree's splits decided; its sums receive the contributions.</param>
    public void Add(ShapleyScratch scratch)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        if (scratch.Decisions.Length < _input.Length)
        {
            throw new ArgumentException($"Room for {scratch.Decisions.Length} decisions, {_input.Length} splits.", nameof(scratch));
        }
        if (_input.Length == 0)
        {
            return;
        }
        var count = _points.Length;
        scratch.ReserveBuffers((3 * count * (_depth + 1)) + count);
        fixed (Vector512<double>* buffers = scratch.Buffers, sums = scratch.Sums, left = scratch.Decisions)
        fixed (PathState* states = scratch.States)
        fixed (double* points = _points, inverses = _inverses, branches = _branches)
        {
            for (var q = 0; q < count; q++)
            {
                buffers[q] = Vector512.Create(_weights[q]);
            }
            Walk walk = new() { Points = points, Inverses = inverses, Branches = branches, States = states, Sums = sums, GoesLeft = left };
            Visit(ref walk, 0, buffers, buffers + count, buffers + (2 * count));
        }
    }

    /// <summary>The value below a node at every point, and the contributions of the inputs below it.</summary>
    /// <param name="walk">What stays the same.</param>
    /// <param name="split">The node.</param>
    /// <param name="product">Product of the path's factors at each point, times the point's weight.</param>
    /// <param name="result">Receives the sum over the leaves below of value times product.</param>
    /// <param name="free">Memory of the levels below.</param>
    private void Visit(ref Walk walk, int split, Vector512<double>* product, Vector512<double>* result, Vector512<double>* free)
    {
        var count = _points.Length;
        var reciprocal = free;
        var childProduct = free + count;
        var childResult = free + (2 * count);
        var state = walk.States + _input[split];
        var sum = walk.Sums[_input[split]];
        var before = *state;
        for (var q = 0; q < count; q++)
        {
            result[q] = Vector512<double>.Zero;
        }
        for (var side = 0; side < 2; side++)
        {
            var branch = walk.Branches + (((2 * split) + side) * (2 + count));
            var (absent, inverse) = (branch[0], branch[1]);
            var present = side == 0 ? before.Present & walk.GoesLeft[split] : Vector512.AndNot(before.Present, walk.GoesLeft[split]);
            var difference = Vector512.ConditionalSelect(present, Vector512.Create(1 - absent), Vector512.Create(-absent));
            for (var q = 0; q < count; q++)
            {
                var factor = Vector512.ConditionalSelect(present, Vector512.Create(absent + (walk.Points[q] * (1 - absent))), Vector512.Create(absent * (1 - walk.Points[q])));
                childProduct[q] = before.Reciprocal == null ? product[q] * factor : product[q] * factor * before.Reciprocal[q];
                reciprocal[q] = Vector512.ConditionalSelect(present, Vector512.Create(branch[2 + q]), Vector512.Create(inverse * walk.Inverses[q]));
            }
            var child = side == 0 ? _left[split] : _right[split];
            if (child >= 0)
            {
                *state = new PathState { Present = present, Difference = difference, Reciprocal = reciprocal };
                walk.Sums[_input[split]] = sum;
                Visit(ref walk, child, childProduct, childResult, free + (3 * count));
                sum = walk.Sums[_input[split]];
                *state = before;
            }
            var leaf = child >= 0 ? default : Vector512.Create(_leafValue[~child]);
            for (var q = 0; q < count; q++)
            {
                var value = child >= 0 ? childResult[q] : childProduct[q] * leaf;
                result[q] += value;

                // Leaves below count with the deepest split of the input: what the split above will count for them is taken back here.
                var weight = reciprocal[q] * difference;
                if (before.Reciprocal != null)
                {
                    weight -= before.Reciprocal[q] * before.Difference;
                }
                sum += value * weight;
            }
        }
        walk.Sums[_input[split]] = sum;
    }

    private void Prepare(int split, (double Left, double Right)[] shares, Dictionary<int, double> absentOf)
    {
        var before = absentOf.TryGetValue(_input[split], out var known) ? known : double.NaN;
        for (var side = 0; side < 2; side++)
        {
            var share = side == 0 ? shares[split].Left : shares[split].Right;
            var absent = double.IsNaN(before) ? share : before * share;
            var branch = _branches.AsSpan(((2 * split) + side) * BranchStride, BranchStride);

            // Where nobody goes who is not there, the product is 0, and so has to be what it is divided by.
            (branch[0], branch[1]) = (absent, absent > 0 ? 1 / absent : 0);
            for (var q = 0; q < _points.Length; q++)
            {
                branch[2 + q] = 1 / (absent + (_points[q] * (1 - absent)));
            }
            var child = side == 0 ? _left[split] : _right[split];
            if (child >= 0)
            {
                absentOf[_input[split]] = absent;
                Prepare(child, shares, absentOf);
            }
        }
        if (double.IsNaN(before))
        {
            absentOf.Remove(_input[split]);
        }
        else
        {
            absentOf[_input[split]] = before;
        }
    }

    private (int Depth, int Inputs) Measure(int node, int depth, HashSet<int> path)
    {
        if (node < 0)
        {
            return (depth, path.Count);
        }
        var isNew = path.Add(_input[node]);
        var left = Measure(_left[node], depth + 1, path);
        var right = Measure(_right[node], depth + 1, path);
        if (isNew)
        {
            path.Remove(_input[node]);
        }
        return (Math.Max(left.Depth, right.Depth), Math.Max(left.Inputs, right.Inputs));
    }

    private double Expected(int node, (double Left, double Right)[] shares) => node < 0
        ? _leafValue[~node]
        : (shares[node].Left * Expected(_left[node], shares)) + (shares[node].Right * Expected(_right[node], shares));

    private struct Walk
    {
        public double* Points;
        public double* Inverses;
        public double* Branches;
        public PathState* States;
        public Vector512<double>* Sums;
        public Vector512<double>* GoesLeft;
    }
}

/// <summary>What the path so far says of one input.</summary>
internal unsafe struct PathState
{
    /// <summary>All bits of a row's lane set while it follows every split of the input, else none.</summary>
    public Vector512<double> Present;

    /// <summary>1 for rows that are there, else 0, less the share of the weight that follows the path when the input is absent.</summary>
    public Vector512<double> Difference;

    /// <summary>One over the input's factor at each point; null before its first split.</summary>
    public Vector512<double>* Reciprocal;
}
