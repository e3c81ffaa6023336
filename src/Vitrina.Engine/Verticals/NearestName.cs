namespace Vitrina.Engine.Verticals;

/// <summary>Finds the valid name that a misspelt one was meant to be.</summary>
public static class NearestName
{
    // Longer names are never typed by hand; the limit bounds the quadratic cost on hostile input.
    private const int LongestName = 100;

    /// <summary>The nearest valid name, or null when none is near.</summary>
    /// <param name="wrong">The name as it was written.</param>
    /// <param name="valid">Names that would have been accepted.</param>
    /// <returns>The name at the smallest distance, the first of equals; at most a third of the letters may differ (at least one).</returns>
    /// <remarks>Letter case counts as no difference. Distance: Damerau–Levenshtein, optimal string alignment.</remarks>
    public static string? Find(string wrong, IEnumerable<string> valid)
    {
        ArgumentNullException.ThrowIfNull(wrong);
        ArgumentNullException.ThrowIfNull(valid);
        if (wrong.Length is 0 or > LongestName)
        {
            return null;
        }

        string? nearest = null;
        var smallest = Math.Max(1, wrong.Length / 3) + 1;
        foreach (var name in valid)
        {
            if (Math.Abs(name.Length - wrong.Length) >= smallest)
            {
                continue;
            }

            var distance = Distance(wrong, name);
            if (distance < smallest && distance < Math.Max(wrong.Length, name.Length))
            {
                smallest = distance;
                nearest = name;
            }
        }

        return nearest;
    }

    /// <summary>How many insertions, deletions, replacements and swaps of neighbours lead from one word to the other, ignoring letter case.</summary>
    /// <remarks>Cost: the product of the lengths.</remarks>
    public static int Distance(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var beforeLast = new int[right.Length + 1];
        var last = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                var distance = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    distance = Math.Min(distance, beforeLast[j - 2] + 1);
                }

                current[j] = distance;
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
