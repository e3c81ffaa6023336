namespace Vitrina.Learning.Training.Trees;

/// <summary>What a category is read as: (sum of its labels + prior · weight) / (its rows + weight).</summary>
internal sealed class TargetStatistic
{
    private readonly double[] _labels;
    private readonly double[] _rows;
    private readonly double _prior;
    private readonly double _priorRows;

    /// <summary>A statistic over no rows.</summary>
    /// <param name="categories">Categories are below this number.</param>
    /// <param name="prior">Mean label over all categories.</param>
    /// <param name="priorRows">Rows that the prior weighs.</param>
    public TargetStatistic(int categories, double prior, double priorRows)
    {
        _labels = new double[categories];
        _rows = new double[categories];
        _prior = prior;
        _priorRows = priorRows;
    }

    /// <summary>Categories are below this number.</summary>
    public int CategoryCount => _rows.Length;

    /// <summary>What a category without rows is read as.</summary>
    public float Unseen => (float)_prior;

    /// <summary>What a value is read as; NaN when it is missing. A value that is not a category is one that was never seen.</summary>
    public float Of(float category)
    {
        if (float.IsNaN(category))
        {
            return float.NaN;
        }

        if (category <= -1 || category >= _rows.Length)
        {
            return Unseen;
        }

        int index = (int)category;
        return (float)((_labels[index] + (_prior * _priorRows)) / (_rows[index] + _priorRows));
    }

    /// <summary>Counts a row.</summary>
    public void Add(float category, double label, double weight)
    {
        if (category > -1)
        {
            _labels[(int)category] += label * weight;
            _rows[(int)category] += weight;
        }
    }
}
