namespace Vitrina.Engine.Models;

/// <summary>A feature that a model needs and that nobody provides.</summary>
/// <param name="Name">The model's name for the feature.</param>
/// <param name="Nearest">Provided names that look alike, nearest first, at most three; often the typo or the renamed feature.</param>
public sealed record MissingFeature(string Name, IReadOnlyList<string> Nearest);

/// <summary>A model needs features that are not there; it is refused rather than fed with missing values.</summary>
public sealed class ModelMismatchException : Exception
{
    private const int NearestCount = 3;

    /// <summary>Makes the exception from the features that are missing.</summary>
    public ModelMismatchException(string message, IReadOnlyList<MissingFeature> missing)
        : base(message) => Missing = missing;

    /// <summary>Every feature that is missing, in the model's order.</summary>
    public IReadOnlyList<MissingFeature> Missing { get; }

    /// <summary>Makes the exception that names each missing feature and the provided names nearest to it.</summary>
    public static ModelMismatchException ForMissing(IReadOnlyList<string> missing, IReadOnlyCollection<string> provided)
    {
        ArgumentNullException.ThrowIfNull(missing);
        ArgumentNullException.ThrowIfNull(provided);
        List<MissingFeature> features = [];
        foreach (string name in missing)
        {
            features.Add(new MissingFeature(name, Nearest(name, provided)));
        }

        IEnumerable<string> parts = features.Select(f => f.Nearest.Count == 0
            ? $"'{f.Name}'"
            : $"'{f.Name}' (nearest: {string.Join(", ", f.Nearest.Select(n => $"'{n}'"))})");
        return new ModelMismatchException($"The model needs {features.Count} feature(s) that are not provided: {string.Join(", ", parts)}.", features);
    }

    private static string[] Nearest(string name, IReadOnlyCollection<string> provided)
    {
        // Half of the name may differ: more than that and a hint misleads more often than it helps.
        int limit = Math.Max(2, name.Length / 2);
        return [.. provided.Distinct(StringComparer.Ordinal)
            .Select(other => (other, distance: Distance(name, other)))
            .Where(pair => pair.distance <= limit)
            .OrderBy(pair => pair.distance).ThenBy(pair => pair.other, StringComparer.Ordinal)
            .Take(NearestCount).Select(pair => pair.other)];
    }

    // Levenshtein distance, two-row form.
    private static int Distance(string left, string right)
    {
        int[] previous = new int[right.Length + 1];
        int[] current = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replaced = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(replaced, 1 + Math.Min(previous[j], current[j - 1]));
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }
}
