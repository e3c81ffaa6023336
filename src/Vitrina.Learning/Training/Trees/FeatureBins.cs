using System.Numerics.Tensors;

namespace Vitrina.Learning.Training.Trees;

/// <summary>How the values of one input become bins: 0 … ValueBins − 1 in the order of the values, and a last one for missing values.</summary>
internal sealed class FeatureBins
{
    private const int Searched = 256;
    private readonly float[] _padded = [];
    private readonly byte[] _binOfCategory = [];

    private FeatureBins(int input, TreeInputKind kind, int valueBins, bool hasMissing)
    {
        Input = input;
        Kind = kind;
        ValueBins = valueBins;
        HasMissing = hasMissing;
    }

    /// <summary>Bins of numbers.</summary>
    /// <param name="input">The input.</param>
    /// <param name="bounds">Largest value of each bin but the last, ascending.</param>
    /// <param name="hasMissing">Whether a value was missing.</param>
    public FeatureBins(int input, float[] bounds, bool hasMissing)
        : this(input, TreeInputKind.Number, bounds.Length + 1, hasMissing)
    {
        Bounds = bounds;
        _padded = new float[Searched];
        Array.Fill(_padded, float.PositiveInfinity);
        bounds.CopyTo(_padded, 0);
    }

    /// <summary>Bins of categories.</summary>
    /// <param name="input">The input.</param>
    /// <param name="categories">The category of each bin.</param>
    /// <param name="hasMissing">Whether a value was missing, or too rare for a bin.</param>
    public FeatureBins(int input, int[] categories, bool hasMissing)
        : this(input, TreeInputKind.Category, categories.Length, hasMissing)
    {
        Categories = categories;
        _binOfCategory = new byte[categories.Length == 0 ? 0 : TensorPrimitives.Max<int>(categories) + 1];
        Array.Fill(_binOfCategory, (byte)ValueBins);
        for (int bin = 0; bin < categories.Length; bin++)
        {
            _binOfCategory[categories[bin]] = (byte)bin;
        }
    }

    /// <summary>Bins of a category that is read as its target statistic.</summary>
    public FeatureBins(int input, float[] bounds, TargetStatistic statistic, bool hasMissing)
        : this(input, bounds, hasMissing)
    {
        Kind = TreeInputKind.CategoryByTarget;
        Statistic = statistic;
    }

    /// <summary>The input.</summary>
    public int Input { get; }

    /// <summary>How the input is read.</summary>
    public TreeInputKind Kind { get; }

    /// <summary>Largest value of each bin but the last (numbers and target statistics).</summary>
    public float[] Bounds { get; } = [];

    /// <summary>The category of each bin (categories).</summary>
    public int[] Categories { get; } = [];

    /// <summary>What categories are read as (categories by target).</summary>
    public TargetStatistic? Statistic { get; }

    /// <summary>Bins of values.</summary>
    public int ValueBins { get; }

    /// <summary>The bin of missing values.</summary>
    public int MissingBin => ValueBins;

    /// <summary>All bins.</summary>
    public int Radix => ValueBins + 1;

    /// <summary>Whether a value was missing when the bins were made.</summary>
    public bool HasMissing { get; }

    /// <summary>The byte column that holds the bins, given by the dataset.</summary>
    public int Column { get; set; }

    /// <summary>A column holds several small features: a bin is byte / Stride % Radix.</summary>
    public int Stride { get; set; } = 1;

    /// <summary>Whether the column holds this feature alone.</summary>
    public bool IsAlone { get; set; } = true;

    /// <summary>The bin of a raw value, as serving passes it.</summary>
    public int BinOf(float value) => Kind switch
    {
        TreeInputKind.Number => BinOfNumber(value),
        TreeInputKind.Category => value > -1 && value < _binOfCategory.Length ? _binOfCategory[(int)value] : MissingBin,
        _ => BinOfNumber(Statistic!.Of(value)),
    };

    /// <summary>The bin of a number, or of a target statistic.</summary>
    public int BinOfNumber(float value)
    {
        if (float.IsNaN(value))
        {
            return MissingBin;
        }

        // Counts the bounds below the value: eight steps without a branch to guess.
        float[] bounds = _padded;
        int bin = 0;
        for (int step = Searched / 2; step > 0; step >>= 1)
        {
            bin += bounds[bin + step - 1] < value ? step : 0;
        }

        return bin;
    }

    /// <summary>The bin of this feature in a byte of its column.</summary>
    public int BinOfByte(int columnByte) => columnByte / Stride % Radix;
}
