namespace Vitrina.Tests.Learning.Training.Trees;

/// <summary>A squared-error tree grown leaf by leaf by trying every value of every feature: slow, plain, over raw values.</summary>
internal static class ExactGreedyTree
{
    private sealed record Split(double Gain, int[] Left, int[] Right);

    /// <summary>What the tree predicts for each row.</summary>
    public static double[] Fit(TreeData data, int maxLeaves, int minRows, double l2)
    {
        double mean = data.Labels.Average(label => (double)label);
        double[] rest = [.. data.Labels.Select(label => label - mean)];
        List<int[]> leaves = [[.. Enumerable.Range(0, rest.Length)]];
        while (leaves.Count < maxLeaves)
        {
            (int leaf, Split? best) = leaves.Select((rows, number) => (number, Best(data, rest, rows, minRows, l2))).MaxBy(found => found.Item2?.Gain ?? double.NegativeInfinity);
            if (best is null || best.Gain <= 0)
            {
                break;
            }

            leaves[leaf] = best.Left;
            leaves.Add(best.Right);
        }

        double[] predicted = new double[rest.Length];
        foreach (int[] rows in leaves)
        {
            foreach (int row in rows)
            {
                predicted[row] = mean + (rows.Sum(other => rest[other]) / (rows.Length + l2));
            }
        }

        return predicted;
    }

    private static Split? Best(TreeData data, double[] rest, int[] rows, int minRows, double l2)
    {
        Split? best = null;
        for (int feature = 0; feature < data.Rows[0].Length; feature++)
        {
            float[] values = [.. rows.Select(row => data.Rows[row][feature]).Where(value => !float.IsNaN(value)).Distinct().Order()];
            foreach (float value in values)
            {
                foreach (bool isMissingLeft in new[] { false, true })
                {
                    int[] left = [.. rows.Where(row => float.IsNaN(data.Rows[row][feature]) ? isMissingLeft : data.Rows[row][feature] <= value)];
                    int[] right = [.. rows.Except(left)];
                    if (left.Length < minRows || right.Length < minRows)
                    {
                        continue;
                    }

                    double gain = Worth(rest, left, l2) + Worth(rest, right, l2) - Worth(rest, rows, l2);
                    best = best is null || gain > best.Gain + 1e-9 ? new Split(gain, left, right) : best;
                }
            }
        }

        return best;
    }

    private static double Worth(double[] rest, int[] rows, double l2)
    {
        double sum = rows.Sum(row => rest[row]);
        return sum * sum / (rows.Length + l2);
    }
}
