namespace Vitrina.Learning.Recommending.Files;

/// <summary>A line of a file: whose it is, and the items' names in the file's order.</summary>
/// <param name="Name">The person or session.</param>
/// <param name="Items">Names of the items.</param>
public sealed record NamedSequence(string Name, string[] Items);

/// <summary>Reads files with a sequence a line.</summary>
public static class SequenceFile
{
    private static readonly char[] s_blanks = [' ', '\t'];

    /// <summary>Reads lines of <c>user item item …</c>, blanks between; an item is a whole number, a user any word that stands once.</summary>
    /// <exception cref="RecommendDataException">A line is not one; names file and line.</exception>
    public static IReadOnlyList<NamedSequence> ReadUsers(string path)
    {
        List<NamedSequence> sequences = [];
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        foreach ((int number, string text) in TextLines.Read(path))
        {
            string[] words = text.Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);
            if (!lines.TryAdd(words[0], number))
            {
                throw new RecommendDataException($"'{path}', line {number}: user '{words[0]}' stands in line {lines[words[0]]} already; a user has one line");
            }

            Check(path, number, words.AsSpan(1));
            sequences.Add(new NamedSequence(words[0], words[1..]));
        }

        return sequences;
    }

    /// <summary>Reads lines of <c>item,item,…</c>: a session each, named by the number of its line.</summary>
    /// <exception cref="RecommendDataException">A line is not one; names file and line.</exception>
    public static IReadOnlyList<NamedSequence> ReadSessions(string path)
    {
        List<NamedSequence> sequences = [];
        foreach ((int number, string text) in TextLines.Read(path))
        {
            string[] words = text.Split(',', StringSplitOptions.TrimEntries);
            Check(path, number, words);
            sequences.Add(new NamedSequence(number.ToString(System.Globalization.CultureInfo.InvariantCulture), words));
        }

        return sequences;
    }

    private static void Check(string path, int number, ReadOnlySpan<string> items)
    {
        foreach (string item in items)
        {
            if (item.Length == 0 || item.AsSpan().ContainsAnyExceptInRange('0', '9'))
            {
                throw new RecommendDataException($"'{path}', line {number}: '{item}' is not an item; items are whole numbers from 0");
            }
        }
    }
}
