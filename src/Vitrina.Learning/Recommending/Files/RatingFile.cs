using System.Globalization;

namespace Vitrina.Learning.Recommending.Files;

/// <summary>Reads MovieLens ratings: user, item, rating, time, between tabs, commas or double colons. A rating of any height counts as an interest.</summary>
public static class RatingFile
{
    private static readonly string[] s_names = ["u.data", "ratings.dat", "ratings.csv"];
    private static readonly string[] s_separators = ["::", "\t", ","];

    /// <summary>Reads the ratings of a folder (u.data, ratings.dat or ratings.csv, plain or gzip) or of a file: a line per person, in the order of the first rating.</summary>
    /// <exception cref="RecommendDataException">There is no such file, or a line is not a rating; names file and line.</exception>
    public static IReadOnlyList<NamedSequence> Read(string path)
    {
        string file = File.Exists(path)
            ? path
            : s_names.Select(name => TextLines.Find(Path.Combine(path, name))).FirstOrDefault(found => found is not null)
                ?? throw new RecommendDataException($"'{path}' has none of {string.Join(", ", s_names)}, plain or gzip");
        OrderedDictionary<string, HashSet<string>> people = new(StringComparer.Ordinal);
        foreach ((int number, string text) in TextLines.Read(file))
        {
            string[] fields = text.Split(s_separators, StringSplitOptions.TrimEntries);
            if (number == 1 && fields.Length >= 3 && !IsNumber(fields[2]))
            {
                continue;
            }

            if (fields.Length is not (3 or 4) || fields[0].Length == 0 || fields[1].Length == 0 || !IsNumber(fields[2]))
            {
                throw new RecommendDataException($"'{file}', line {number}: '{text}' is not a rating: user, item, rating and time between tabs, commas or '::'");
            }

            if (!people.TryGetValue(fields[0], out HashSet<string>? items))
            {
                people[fields[0]] = items = new(StringComparer.Ordinal);
            }

            items.Add(fields[1]);
        }

        return [.. people.Select(person => new NamedSequence(person.Key, [.. person.Value]))];
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value);
}
