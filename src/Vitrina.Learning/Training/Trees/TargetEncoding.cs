using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Ordered target statistics: each row's category is read as what the rows before it in a random order say.</summary>
internal static class TargetEncoding
{
    /// <summary>Encodes one column.</summary>
    /// <param name="categories">Categories by row; NaN is missing.</param>
    /// <param name="rows">Labels, weights and lists. A list is one unit of the order: its rows do not see each other's labels.</param>
    /// <param name="options">Prior and seed.</param>
    /// <returns>The statistic over all rows, for serving; and what each row is read as in training.</returns>
    public static (TargetStatistic Statistic, float[] Encoded) Encode(float[] categories, TreeRows rows, TreeDatasetOptions options)
    {
        double labels = 0, weights = 0;
        int categoryCount = 1;
        for (int row = 0; row < categories.Length; row++)
        {
            labels += rows.Labels[row] * (double)rows.WeightOf(row);
            weights += rows.WeightOf(row);
            categoryCount = categories[row] > -1 ? Math.Max(categoryCount, (int)categories[row] + 1) : categoryCount;
        }

        TargetStatistic statistic = new(categoryCount, labels / weights, options.TargetPriorRows);
        int[] starts = rows.ListStarts.Length > 0 ? rows.ListStarts : [.. Enumerable.Range(0, categories.Length + 1)];
        int[] order = [.. Enumerable.Range(0, starts.Length - 1)];
        RandomStream random = RandomStream.For(options.Seed, "target statistics");
        random.Shuffle<int>(order);
        float[] encoded = new float[categories.Length];
        foreach (int unit in order)
        {
            for (int row = starts[unit]; row < starts[unit + 1]; row++)
            {
                encoded[row] = statistic.Of(categories[row]);
            }

            for (int row = starts[unit]; row < starts[unit + 1]; row++)
            {
                statistic.Add(categories[row], rows.Labels[row], rows.WeightOf(row));
            }
        }

        return (statistic, encoded);
    }
}
