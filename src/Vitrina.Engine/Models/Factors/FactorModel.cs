using Vitrina.Kernels.Matrices;

namespace Vitrina.Engine.Models.Factors;

/// <summary>Factors of items learned from implicit feedback; a person's factors are folded in on request, so that none are stored.</summary>
/// <remarks>
/// Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets" (2008), with the objective of Rendle, Krichene, Zhang and Koren,
/// "Revisiting the Performance of iALS on Item Recommendation Benchmarks" (2022), section 3: interactions of weight c pull the product of factors to 1,
/// all pairs pull it to 0 with weight <see cref="Unobserved"/>, and a row's ridge grows with how much it was seen. Safe for concurrent use.
/// </remarks>
public sealed class FactorModel
{
    private readonly float[] _gram;

    /// <summary>Wraps trained factors.</summary>
    /// <param name="items">Factors of the items, row-major, shape [items, dimensions].</param>
    /// <param name="dimensions">Factors of an item, 1 or more.</param>
    /// <param name="unobserved">Weight of a pair without an interaction, above 0.</param>
    /// <param name="ridge">The ridge λ, 0 or more.</param>
    /// <param name="ridgeExponent">How the ridge grows with the interactions of a row, 0 (not) to 1.</param>
    /// <exception cref="ArgumentException">The factors do not fill whole rows.</exception>
    public FactorModel(float[] items, int dimensions, double unobserved, double ridge, double ridgeExponent)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        if (items.Length % dimensions != 0)
        {
            throw new ArgumentException($"{items.Length} factors are not whole rows of {dimensions}", nameof(items));
        }

        (Items, Dimensions, Unobserved, Ridge, RidgeExponent) = (items, dimensions, unobserved, ridge, ridgeExponent);
        _gram = FactorSystem.Gram(items, dimensions, 1);
    }

    /// <summary>Factors of the items, row-major, shape [items, dimensions].</summary>
    public float[] Items { get; }

    /// <summary>Factors of an item.</summary>
    public int Dimensions { get; }

    /// <summary>Weight of a pair without an interaction.</summary>
    public double Unobserved { get; }

    /// <summary>The ridge λ.</summary>
    public double Ridge { get; }

    /// <summary>How the ridge grows with the interactions of a row.</summary>
    public double RidgeExponent { get; }

    /// <summary>Number of items.</summary>
    public int ItemCount => Items.Length / Dimensions;

    /// <summary>The factors of a person with these interactions: the minimum of the objective with all items fixed.</summary>
    /// <param name="items">The items, shape [interactions]; each below <see cref="ItemCount"/>.</param>
    /// <param name="weights">The weights, above 0, shape [interactions]; empty = 1 each.</param>
    /// <param name="system">Memory to work in, of the same dimensions.</param>
    /// <param name="user">Receives the factors, shape [dimensions]; zeros without interactions.</param>
    /// <param name="steps">0 solves exactly, in dimensions³ operations; else so many steps of conjugate gradients, dimensions² operations each.</param>
    public void FoldIn(ReadOnlySpan<int> items, ReadOnlySpan<float> weights, FactorSystem system, Span<float> user, int steps = 0)
    {
        ArgumentNullException.ThrowIfNull(system);
        system.Gather(Items, items, weights);
        if (steps == 0)
        {
            system.SolveExactly(_gram, (float)Unobserved, RidgeOf(items.Length, ItemCount), user);
        }
        else
        {
            user.Clear();
            system.Improve(_gram, (float)Unobserved, RidgeOf(items.Length, ItemCount), steps, user);
        }
    }

    /// <summary>Scores all items for a person.</summary>
    /// <param name="user">Factors, shape [dimensions].</param>
    /// <param name="scores">Receives the products, shape [items].</param>
    public void Score(ReadOnlySpan<float> user, Span<float> scores)
    {
        RowProducts.Multiply(Items, user, scores[..ItemCount]);
    }

    private float RidgeOf(int interactions, int others) => RidgeOf(Ridge, RidgeExponent, Unobserved, interactions, others);

    /// <summary>The ridge of one row: λ × (interactions + unobserved × others)^exponent.</summary>
    public static float RidgeOf(double ridge, double exponent, double unobserved, int interactions, int others) =>
        (float)(ridge * Math.Pow(interactions + (unobserved * others), exponent));
}
