namespace Vitrina.Learning.Training.Trees;

/// <summary>Finds the bins of one input from a sample of its values.</summary>
internal static class BinFitter
{
    /// <summary>Upper bounds of bins that weigh about the same; a value that weighs more than a bin's share gets a bin of its own.</summary>
    /// <param name="values">Sampled values; sorted in place.</param>
    /// <param name="weights">Their weights; reordered with them.</param>
    /// <param name="maxBins">Most bins.</param>
    /// <returns>Largest value of each bin but the last: a float between two values, so that comparing as float or as double is the same.</returns>
    public static float[] Bounds(float[] values, float[] weights, int maxBins)
    {
        (float[] distinct, double[] mass) = Distinct(values, weights);
        List<float> bounds = [];
        if (distinct.Length <= maxBins)
        {
            for (int i = 0; i + 1 < distinct.Length; i++)
            {
                bounds.Add(Between(distinct[i], distinct[i + 1]));
            }

            return [.. bounds];
        }

        double rest = mass.Sum(), share = rest / maxBins;
        int restBins = maxBins;
        bool[] isHeavy = new bool[distinct.Length];
        for (int i = 0; i < distinct.Length; i++)
        {
            if (mass[i] >= share)
            {
                isHeavy[i] = true;
                rest -= mass[i];
                restBins--;
            }
        }

        share = restBins > 0 ? rest / restBins : double.PositiveInfinity;
        double filled = 0;
        for (int i = 0; i + 1 < distinct.Length && bounds.Count < maxBins - 1; i++)
        {
            filled += mass[i];
            if (!isHeavy[i])
            {
                rest -= mass[i];
            }

            // A heavy value stands alone; a half-filled bin before it is closed early (Ke et al., LightGBM, NeurIPS 2017, its bin finder).
            if (isHeavy[i] || filled >= share || (isHeavy[i + 1] && filled >= share / 2))
            {
                bounds.Add(Between(distinct[i], distinct[i + 1]));
                filled = 0;
                if (!isHeavy[i])
                {
                    restBins--;
                    share = restBins > 0 ? rest / restBins : double.PositiveInfinity;
                }
            }
        }

        return [.. bounds];
    }

    /// <summary>The most frequent categories, most frequent first; of equals the smaller first.</summary>
    public static int[] Categories(ReadOnlySpan<float> values, int maxCategories)
    {
        Dictionary<int, int> rows = [];
        foreach (float value in values)
        {
            if (value > -1)
            {
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(rows, (int)value, out _)++;
            }
        }

        return [.. rows.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(maxCategories).Select(pair => pair.Key)];
    }

    private static (float[] Values, double[] Mass) Distinct(float[] values, float[] weights)
    {
        if (weights.AsSpan().ContainsAnyExcept(1f))
        {
            Array.Sort(values, weights);
        }
        else
        {
            Array.Sort(values);
        }

        List<float> distinct = [];
        List<double> mass = [];
        for (int i = 0; i < values.Length; i++)
        {
            // NaN sorts first. Rows without weight say nothing about where the weight is.
            if (float.IsNaN(values[i]) || weights[i] <= 0)
            {
                continue;
            }

            if (distinct.Count == 0 || distinct[^1] != values[i])
            {
                distinct.Add(values[i]);
                mass.Add(0);
            }

            mass[^1] += weights[i];
        }

        return ([.. distinct], [.. mass]);
    }

    private static float Between(float low, float high)
    {
        float middle = (float)(((double)low + high) / 2);
        return middle >= low && middle < high ? middle : low;
    }
}
