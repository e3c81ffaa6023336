using Vitrina.Kernels.Histograms;

namespace Vitrina.Learning.Training.Trees;

/// <summary>What sums of gradients mean for a leaf: its score and what it gains, under penalties and bounds.</summary>
/// <param name="Options">Penalties and limits.</param>
/// <param name="GradientUnit">Gradient of one quantised unit.</param>
/// <param name="HessianUnit">Hessian of one quantised unit.</param>
internal sealed record LeafScores(TreeTrainerOptions Options, double GradientUnit, double HessianUnit)
{
    private const double Smallest = 1e-300;

    /// <summary>Limits of a cut.</summary>
    /// <param name="extraL2">Added to L2.</param>
    public SplitLimits Limits(double extraL2 = 0)
        => new(GradientUnit, HessianUnit, Options.L2 + extraL2, Options.MinRowsInLeaf, Options.MinHessianInLeaf);

    /// <summary>The score that minimises the penalised second-order loss within bounds.</summary>
    public double Output(GradientSum sum, double lower = double.NegativeInfinity, double upper = double.PositiveInfinity)
    {
        double hessian = (sum.Hessian * HessianUnit) + Options.L2;
        return hessian > Smallest ? Math.Clamp(-Shrunk(sum.Gradient * GradientUnit) / hessian, lower, upper) : Math.Clamp(0, lower, upper);
    }

    /// <summary>Twice the fall of the loss at that score.</summary>
    public double Gain(GradientSum sum, double lower = double.NegativeInfinity, double upper = double.PositiveInfinity, double extraL2 = 0)
    {
        double gradient = sum.Gradient * GradientUnit, hessian = (sum.Hessian * HessianUnit) + Options.L2 + extraL2;
        if (hessian <= Smallest)
        {
            return 0;
        }

        if (double.IsNegativeInfinity(lower) && double.IsPositiveInfinity(upper))
        {
            double shrunk = Shrunk(gradient);
            return shrunk * shrunk / hessian;
        }

        double output = Math.Clamp(-Shrunk(gradient) / hessian, lower, upper);
        return -((2 * gradient * output) + (hessian * output * output) + (2 * Options.L1 * Math.Abs(output)));
    }

    /// <summary>Scores cuts under L1, bounds and a direction, one by one; arguments as of <see cref="SplitScores.Write"/>.</summary>
    public void WriteConstrained(
        ReadOnlySpan<GradientSum> bins, GradientSum alwaysLeft, GrowingLeaf leaf, MonotoneDirection direction, double extraL2, Span<double> scores)
    {
        GradientSum left = alwaysLeft;
        for (int bin = 0; bin < bins.Length; bin++)
        {
            left += bins[bin];
            GradientSum right = leaf.Sum - left;
            bool isAllowed = left.Count >= Options.MinRowsInLeaf && right.Count >= Options.MinRowsInLeaf
                && left.Hessian * HessianUnit >= Options.MinHessianInLeaf && right.Hessian * HessianUnit >= Options.MinHessianInLeaf
                && IsInDirection(left, right, leaf, direction);
            scores[bin] = isAllowed
                ? Gain(left, leaf.Lower, leaf.Upper, extraL2) + Gain(right, leaf.Lower, leaf.Upper, extraL2)
                : double.NegativeInfinity;
        }
    }

    /// <summary>Bounds of both children: a monotone split parts them at the middle of their scores.</summary>
    public (double LeftLower, double LeftUpper, double RightLower, double RightUpper) Bounds(
        GrowingLeaf leaf, GradientSum left, GradientSum right, MonotoneDirection direction)
    {
        if (direction == MonotoneDirection.None)
        {
            return (leaf.Lower, leaf.Upper, leaf.Lower, leaf.Upper);
        }

        double middle = IsInDirection(left, right, leaf, direction)
            ? (Output(left, leaf.Lower, leaf.Upper) + Output(right, leaf.Lower, leaf.Upper)) / 2
            : Output(leaf.Sum, leaf.Lower, leaf.Upper);
        return direction == MonotoneDirection.Increasing ? (leaf.Lower, middle, middle, leaf.Upper) : (middle, leaf.Upper, leaf.Lower, middle);
    }

    private bool IsInDirection(GradientSum left, GradientSum right, GrowingLeaf leaf, MonotoneDirection direction)
    {
        double difference = direction == MonotoneDirection.None ? 0 : Output(right, leaf.Lower, leaf.Upper) - Output(left, leaf.Lower, leaf.Upper);
        return direction == MonotoneDirection.Decreasing ? difference <= 0 : difference >= 0;
    }

    private double Shrunk(double gradient)
        => Options.L1 == 0 ? gradient : Math.Sign(gradient) * Math.Max(0, Math.Abs(gradient) - Options.L1);
}
