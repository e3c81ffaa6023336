using System.Text;
using Vitrina.Engine.Language;
using Vitrina.Kernels.Chance;

namespace Vitrina.Cli.Benchmarks;

/// <summary>How a title became a query.</summary>
internal enum Slip
{
    /// <summary>One letter left out, added, mistaken, or exchanged with its neighbour, in one word of at least four letters.</summary>
    Typo,

    /// <summary>One word left out.</summary>
    Dropped,

    /// <summary>The words in another order.</summary>
    Order,

    /// <summary>The words of the main alphabet typed under the other keyboard layout.</summary>
    Layout,

    /// <summary>Two neighbouring words without the space between them.</summary>
    Joined,
}

/// <summary>A query whose answer is known.</summary>
/// <param name="Target">The title that it was made from.</param>
/// <param name="Slip">What was done to it.</param>
/// <param name="Text">The whole title with the slip.</param>
/// <param name="ShortText">A few of its words, with the same kind of slip.</param>
internal sealed record ListingQuery(int Target, Slip Slip, string Text, string ShortText);

/// <summary>Makes queries from titles by the slips that people make. The same seed makes the same queries.</summary>
internal static class ListingQueries
{
    /// <summary>Words of a short query: what a person types, not what a seller writes.</summary>
    public const int ShortWords = 4;

    private const int MinWords = 3;
    private const int ShortestMisspelt = 4;

    /// <summary>Draws titles of at least three words without return, and slips in turn.</summary>
    public static List<ListingQuery> Draw(IReadOnlyList<string> titles, int count, ulong seed)
    {
        var order = Enumerable.Range(0, titles.Count).ToArray();
        var random = RandomStream.For(seed, "listings");
        random.Shuffle<int>(order);
        var queries = new List<ListingQuery>(count);
        var slips = Enum.GetValues<Slip>();
        foreach (var target in order)
        {
            if (queries.Count == count)
            {
                break;
            }

            var words = titles[target].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(word => word.Any(char.IsLetterOrDigit)).ToArray();
            var slip = slips[queries.Count % slips.Length];
            if (words.Length < MinWords || !words.Any(IsPlain))
            {
                continue;
            }

            // A title of one or two plain words may not offer what a slip needs; the next title then does.
            if (Slipped(words, slip, ref random) is { } text && Slipped(Few(words, ref random), slip, ref random) is { } few)
            {
                queries.Add(new ListingQuery(target, slip, text, few));
            }
        }

        return queries;
    }

    private static string[] Few(string[] words, ref RandomStream random)
    {
        var places = Enumerable.Range(0, words.Length).ToArray();
        random.Shuffle<int>(places);
        return [.. places.Take(ShortWords).Order().Select(place => words[place])];
    }

    private static string? Slipped(string[] words, Slip slip, ref RandomStream random) => slip switch
    {
        Slip.Typo => Misspelt(words, ref random),
        Slip.Dropped => Without(words, random.NextInt(words.Length)),
        Slip.Order => Shuffled(words, ref random),
        Slip.Layout => Switched(words),
        _ => JoinedAt(words, ref random),
    };

    private static bool IsPlain(string word) => word.Length >= ShortestMisspelt && word.All(char.IsLetter);

    private static string? Misspelt(string[] words, ref RandomStream random)
    {
        int[] plain = [.. Enumerable.Range(0, words.Length).Where(i => IsPlain(words[i]))];
        if (plain.Length == 0)
        {
            return null;
        }

        string[] changed = [.. words];
        var place = plain[random.NextInt(plain.Length)];
        changed[place] = Misspelt(words[place], ref random);
        return string.Join(' ', changed);
    }

    /// <summary>One mistake, each of the four kinds equally likely, at any letter.</summary>
    internal static string Misspelt(string word, ref RandomStream random)
    {
        var letters = new StringBuilder(word);
        var (kind, at) = (random.NextInt(4), random.NextInt(word.Length));
        var alphabet = char.ToLowerInvariant(word[at]) is >= 'а' and <= 'ё' ? "абвгдежзийклмнопрстуфхцчшщъыьэюя" : "abcdefghijklmnopqrstuvwxyz";
        var other = alphabet[random.NextInt(alphabet.Length)];
        switch (kind)
        {
            case 0:
                letters.Remove(at, 1);
                break;
            case 1:
                letters.Insert(at, other);
                break;
            case 2:
                letters[at] = other;
                break;
            default:
                at = Math.Min(at, word.Length - 2);
                (letters[at], letters[at + 1]) = (letters[at + 1], letters[at]);
                break;
        }

        return letters.ToString();
    }

    private static string Without(string[] words, int place) => string.Join(' ', words.Where((_, i) => i != place));

    private static string Shuffled(string[] words, ref RandomStream random)
    {
        string[] shuffled = [.. words];
        random.Shuffle<string>(shuffled);
        return string.Join(' ', shuffled);
    }

    private static string Switched(string[] words)
    {
        var isRussian = words.Any(word => word.Any(letter => char.ToLowerInvariant(letter) is >= 'а' and <= 'ё'));
        return string.Join(' ', words.Select(word => word.Any(letter => char.ToLowerInvariant(letter) is >= 'а' and <= 'ё') == isRussian ? KeyboardLayout.Switch(word) : word));
    }

    private static string? JoinedAt(string[] words, ref RandomStream random)
    {
        int[] places = [.. Enumerable.Range(0, words.Length - 1).Where(i => IsPlain(words[i]) && IsPlain(words[i + 1]))];
        if (places.Length == 0)
        {
            return null;
        }

        var place = places[random.NextInt(places.Length)];
        return string.Join(' ', words.Take(place).Append(words[place] + words[place + 1]).Concat(words.Skip(place + 2)));
    }
}
