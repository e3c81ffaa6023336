using System.Runtime.Intrinsics;

namespace Vitrina.Kernels.Forests;

/// <summary>Takes one tree's value apart by its inputs: exact Shapley values, absent inputs averaged by the shares of the tree's branches.</summary>
/// <remarks>
/// The same values as algorithm 2 of Lundberg, Erion, Lee (arXiv 1802.03888, 2018), by another way: the game of one leaf is a product over the
/// inputs of its path, so its Shapley value is the integral of a polynomial over [0, 1] (Owen, "Multilinear extensions of games",
/// Management Science 18, 1972), which Gauss-Legendre points give exactly; products at the points are kept while the tree is walked once
/// (as in Yu et al., "Linear TreeShap", NeurIPS 2022). All factors are positive: nothing cancels. Cost: leaves x points / 8 register
/// operations, points = half the inputs of the longest path. Immutable and safe for concurrent use.
/// </remarks>
public sealed unsafe class ShapleyTree
{
    private const int Lanes = 8;

    private readonly int[] _input;
    private readonly int[] _left;
    private readonly int[] _right;
    private readonly double[] _leftShare;
    private readonly double[] _rightShare;
    private readonly double[] _leafValue;
    private readonly int _blocks;
    private readonly int _depth;
    private readonly Vector512<double>[] _points;
    private readonly Vector512<double>[] _weights;

    /// <summary>Prepares a tree. The root is split 0; a child c below 0 is the leaf ~c; a tree of one leaf has no split.</summary>
    /// <param name="input">Input that each split reads, shape [splits].</param>
    /// <param name="left">Left children, shape [splits].</param>
    /// <param name="right">Right children, shape [splits].</param>
    /// <param name="shares">Share of each split's weight that goes left and right, shape [splits].</param>
    /// <param name="leafValue">Value of each leaf, shape [splits + 1].</param>
    public ShapleyTree(int[] input, int[] left, int[] right, (double Left, double Right)[] shares, double[] leafValue)
    {
        (_input, _left, _right, _leafValue) = (input, left, right, leafValue);
        _leftShare = Array.ConvertAll(shares, share => share.Left);
        _rightShare = Array.ConvertAll(shares, share => share.Right);
        var inputs = 0;
        if (input.Length > 0)
        {
            (_depth, inputs) = Measure(0, 1, []);
            ExpectedValue = Expected(0);
        }
        else
        {
            ExpectedValue = leafValue[0];
        }
        // n points are exact to degree 2n − 1; the integrand of a path of m inputs has degree m − 1.
        _blocks = Math.Max(1, (inputs + (2 * Lanes) - 1) / (2 * Lanes));
        (_points, _weights) = GaussLegendre.OnUnitInterval(_blocks);
    }

    /// <summary>The tree's value when nothing is known of a row.</summary>
    public double ExpectedValue { get; }

    /// <summary>Adds the tree's contributions for one row.</summary>
    /// <param name="isLeft">Whether the row goes left at each split, shape [splits].</param>
    /// <param name="scratch">The caller's working memory; its sums receive the contributions.</param>
    public void Add(ReadOnlySpan<bool> isLeft, ShapleyScratch scratch)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        if (isLeft.Length < _input.Length)
        {
            throw new ArgumentException($"{isLeft.Length} decisions for {_input.Length} splits.", nameof(isLeft));
        }
        if (_input.Length == 0)
        {
            return;
        }
        scratch.Reserve(3 * _blocks * (_depth + 1));
        fixed (Vector512<double>* buffers = scratch.Buffers, weights = _weights, points = _points)
        fixed (PathState* states = scratch.States)
        fixed (Vector512<double>* sums = scratch.Sums)
        fixed (bool* goesLeft = isLeft)
        {
            Walk walk = new() { Points = points, States = states, Sums = sums, IsLeft = goesLeft };
            Visit(ref walk, 0, weights, buffers, buffers + _blocks);
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
        var reciprocal = free;
        var childProduct = free + _blocks;
        var childResult = free + (2 * _blocks);
        var state = walk.States + _input[split];
        var sum = walk.Sums + _input[split];
        var before = *state;
        for (var b = 0; b < _blocks; b++)
        {
            result[b] = Vector512<double>.Zero;
        }
        for (var side = 0; side < 2; side++)
        {
            var isTaken = walk.IsLeft[split] == (side == 0);
            var absent = before.Absent * (side == 0 ? _leftShare[split] : _rightShare[split]);
            var present = isTaken ? before.Present : 0;
            if (absent <= 0 && present == 0)
            {
                // Nothing leads here, with the input known or not.
                continue;
            }
            for (var b = 0; b < _blocks; b++)
            {
                var factor = Vector512.Create(absent) + (walk.Points[b] * Vector512.Create(present - absent));
                childProduct[b] = before.Reciprocal == null ? product[b] * factor : product[b] * factor * before.Reciprocal[b];
                reciprocal[b] = Vector512<double>.One / factor;
            }
            var child = side == 0 ? _left[split] : _right[split];
            if (child >= 0)
            {
                *state = new PathState { Present = present, Absent = absent, Reciprocal = reciprocal };
                Visit(ref walk, child, childProduct, childResult, free + (3 * _blocks));
                *state = before;
            }
            for (var b = 0; b < _blocks; b++)
            {
                var value = child >= 0 ? childResult[b] : childProduct[b] * Vector512.Create(_leafValue[~child]);
                result[b] += value;
                // Leaves below count with the deepest split of the input: what the split above will count for them is taken back here.
                var weight = reciprocal[b] * Vector512.Create(present - absent);
                if (before.Reciprocal != null)
                {
                    weight -= before.Reciprocal[b] * Vector512.Create(before.Present - before.Absent);
                }
                *sum += value * weight;
            }
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

    private double Expected(int node) => node < 0
        ? _leafValue[~node]
        : (_leftShare[node] * Expected(_left[node])) + (_rightShare[node] * Expected(_right[node]));

    private struct Walk
    {
        public Vector512<double>* Points;
        public PathState* States;
        public Vector512<double>* Sums;
        public bool* IsLeft;
    }
}

/// <summary>What the path so far says of one input.</summary>
internal unsafe struct PathState
{
    /// <summary>1 while the row follows every split of the input, else 0.</summary>
    public double Present;

    /// <summary>Share of the weight that follows the path when the input is absent.</summary>
    public double Absent;

    /// <summary>One over the input's factor at each point; null before its first split.</summary>
    public Vector512<double>* Reciprocal;
}
