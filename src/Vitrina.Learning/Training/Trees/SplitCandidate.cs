using Vitrina.Kernels.Histograms;

namespace Vitrina.Learning.Training.Trees;

/// <summary>A way to divide a leaf.</summary>
/// <param name="Gain">How much the loss falls (twice the second-order estimate); −∞ when there is no way.</param>
/// <param name="Feature">Index of the dataset's feature.</param>
/// <param name="Bin">Numbers: the last bin that goes left.</param>
/// <param name="IsMissingLeft">Whether missing values go left.</param>
/// <param name="Left">Sum of what goes left.</param>
/// <param name="Members">Categories: 1 for the bins that go left, shape [256]; null for numbers.</param>
internal readonly record struct SplitCandidate(double Gain, int Feature, int Bin, bool IsMissingLeft, GradientSum Left, byte[]? Members)
{
    /// <summary>No split.</summary>
    public static readonly SplitCandidate None = new(double.NegativeInfinity, -1, 0, false, default, null);

    /// <summary>Which bytes of the feature's column go left, shape [256].</summary>
    public byte[] Sides(FeatureBins feature)
    {
        byte[] sides = new byte[GradientHistogram.Bins];
        for (int value = 0; value < sides.Length; value++)
        {
            int bin = feature.BinOfByte(value);
            bool isLeft = Members is not null ? Members[bin] != 0 : bin == feature.MissingBin ? IsMissingLeft : bin <= Bin;
            sides[value] = isLeft ? (byte)1 : (byte)0;
        }

        return sides;
    }
}
