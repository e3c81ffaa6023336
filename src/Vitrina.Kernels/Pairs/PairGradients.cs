using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vitrina.Kernels.Pairs;

/// <summary>What a pair of a list weighs, and which pairs count.</summary>
/// <param name="Sigmoid">Steepness of the logistic of the score difference, above 0.</param>
/// <param name="Scale">Factor on every pair: 1 over the best DCG of the list for LambdaMART, 1 for plain pairs.</param>
/// <param name="Top">Pairs count of which at least one stands among so many first places.</param>
/// <param name="IsSwapWeighted">Whether a pair weighs the DCG that swapping it would change, instead of 1.</param>
/// <param name="IsNormalised">Whether a pair weighs less the farther apart its scores are: 1 / (0.01 + |difference|), as LightGBM does.</param>
public readonly record struct PairWeighting(float Sigmoid, float Scale, int Top, bool IsSwapWeighted, bool IsNormalised);

/// <summary>
/// Gradients of the logistic loss over the pairs of one ranked list (Burges, From RankNet to LambdaRank to LambdaMART, MSR-TR-2010-82, section 3).
/// </summary>
public static class PairGradients
{
    /// <summary>Values that spans hold behind the last item, so that a vector never reads past an end.</summary>
    public const int Padding = 8;

    /// <summary>Adds the gradients and hessians of all counted pairs with different gains.</summary>
    /// <param name="count">Number of items. Every span is longer by <see cref="Padding"/> at least; what stands there does not matter, but must be finite.</param>
    /// <param name="scores">Scores in ranked order, best first, shape [items + padding].</param>
    /// <param name="gains">Gains in that order, shape [items + padding].</param>
    /// <param name="discounts">Discounts by place, shape [items + padding].</param>
    /// <param name="weighting">What a pair weighs.</param>
    /// <param name="gradients">Derivatives of the loss by score are added here, shape [items + padding].</param>
    /// <param name="hessians">Second derivatives are added here, shape [items + padding].</param>
    /// <returns>Sum of |gradient| over both sides of all pairs.</returns>
    /// <remarks>Cost: items x min(items, Top) / 8 vector steps; allocates nothing. Relative error about 1e-6. The same bits for any vector width.</remarks>
    public static float Add(
        int count,
        ReadOnlySpan<float> scores,
        ReadOnlySpan<float> gains,
        ReadOnlySpan<float> discounts,
        in PairWeighting weighting,
        Span<float> gradients,
        Span<float> hessians)
    {
        int room = Math.Min(Math.Min(Math.Min(scores.Length, gains.Length), Math.Min(gradients.Length, hessians.Length)), discounts.Length);
        if (count < 0 || room < count + Padding)
        {
            throw new ArgumentException($"Room for {room} values; {count} items and {Padding} of padding need more.", nameof(count));
        }

        Vector256<float> sum = Vector256<float>.Zero, sigmoid = Vector256.Create(weighting.Sigmoid);
        for (int high = 0; high < Math.Min(weighting.Top, count - 1); high++)
        {
            Vector256<float> score = Vector256.Create(scores[high]), gain = Vector256.Create(gains[high]), discount = Vector256.Create(discounts[high]);
            Vector256<float> ownGradient = Vector256<float>.Zero, ownHessian = Vector256<float>.Zero;
            for (int low = high + 1; low < count; low += Vector256<float>.Count)
            {
                Vector256<float> gainDifference = gain - Load(gains, low), scoreDifference = score - Load(scores, low);
                Vector256<float> counts = Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count - low)).AsSingle()
                    & ~Vector256.Equals(gainDifference, Vector256<float>.Zero);
                Vector256<float> weight = Vector256.Create(weighting.Scale);
                if (weighting.IsSwapWeighted)
                {
                    weight *= Vector256.Abs(gainDifference) * Vector256.Abs(discount - Load(discounts, low));
                }

                if (weighting.IsNormalised)
                {
                    weight /= Vector256.Create(0.01f) + Vector256.Abs(scoreDifference);
                }

                weight &= counts;
                Vector256<float> sign = gainDifference & Vector256.Create(-0f);
                Vector256<float> probability = Vector256<float>.One / (Vector256<float>.One + Exp(sigmoid * (scoreDifference ^ sign)));
                Vector256<float> push = sigmoid * weight * probability;
                Vector256<float> hessian = sigmoid * push * (Vector256<float>.One - probability);
                sum += push;
                ownGradient -= push ^ sign;
                ownHessian += hessian;
                (Load(gradients, low) + (push ^ sign)).StoreUnsafe(ref MemoryMarshal.GetReference(gradients), (nuint)low);
                (Load(hessians, low) + hessian).StoreUnsafe(ref MemoryMarshal.GetReference(hessians), (nuint)low);
            }

            gradients[high] += Vector256.Sum(ownGradient);
            hessians[high] += Vector256.Sum(ownHessian);
        }

        return 2 * Vector256.Sum(sum);
    }

    /// <summary>The same, one pair at a time in double precision: what the fast version is tested against.</summary>
    public static double AddPlain(
        ReadOnlySpan<float> scores, ReadOnlySpan<float> gains, ReadOnlySpan<float> discounts, in PairWeighting weighting, Span<double> gradients, Span<double> hessians)
    {
        double sum = 0;
        for (int i = 0; i < Math.Min(weighting.Top, scores.Length); i++)
        {
            for (int j = i + 1; j < scores.Length; j++)
            {
                if (gains[i] == gains[j])
                {
                    continue;
                }

                (int better, int worse) = gains[i] > gains[j] ? (i, j) : (j, i);
                double difference = (double)scores[better] - scores[worse], weight = weighting.Scale;
                weight *= weighting.IsSwapWeighted ? (gains[better] - gains[worse]) * Math.Abs(discounts[i] - discounts[j]) : 1;
                weight /= weighting.IsNormalised ? 0.01 + Math.Abs(difference) : 1;
                double probability = 1 / (1 + Math.Exp(weighting.Sigmoid * difference));
                double push = weighting.Sigmoid * weight * probability;
                gradients[better] -= push;
                gradients[worse] += push;
                hessians[better] += weighting.Sigmoid * push * (1 - probability);
                hessians[worse] += weighting.Sigmoid * push * (1 - probability);
                sum += 2 * push;
            }
        }

        return sum;
    }

    // e^x to about 1e-7, x held within ±60: range reduction and polynomial of Cephes' expf (Moshier, Methods and Programs for Mathematical Functions, 1989).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exp(Vector256<float> x)
    {
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(-60f)), Vector256.Create(60f));
        Vector256<float> power = Vector256.Floor((x * Vector256.Create(1.44269504f)) + Vector256.Create(0.5f));
        Vector256<float> rest = x - (power * Vector256.Create(0.693359375f)) - (power * Vector256.Create(-2.12194440e-4f));
        Vector256<float> sum = Vector256.Create(1.9875691500e-4f);
        sum = (sum * rest) + Vector256.Create(1.3981999507e-3f);
        sum = (sum * rest) + Vector256.Create(8.3334519073e-3f);
        sum = (sum * rest) + Vector256.Create(4.1665795894e-2f);
        sum = (sum * rest) + Vector256.Create(1.6666665459e-1f);
        sum = (sum * rest) + Vector256.Create(5.0000001201e-1f);
        sum = (sum * rest * rest) + rest + Vector256<float>.One;
        Vector256<int> exponent = (Vector256.ConvertToInt32(power) + Vector256.Create(127)) << 23;
        return sum * exponent.AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load(ReadOnlySpan<float> values, int at) => Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)at);
}
