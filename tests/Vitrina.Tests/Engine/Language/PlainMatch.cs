using Vitrina.Engine.Language;

namespace Vitrina.Tests.Engine.Language;

/// <summary>The signals by their definitions, with strings and lists: slow and plain.</summary>
internal static class PlainMatch
{
    private sealed record Word(string Term, int Position, TokenTraits Traits, List<(string Term, bool IsPart)> Forms);

    /// <summary>Every signal of a text for a query, in the order of the enumeration.</summary>
    public static float[] Of(string query, string text, float[] rarities, TextAnalyzer analyzer)
    {
        var (asked, given) = (Read(query, analyzer), Read(text, analyzer));
        var headEnd = Read(text[..TextHead.LengthOf(text)], analyzer).Count;
        var found = asked.Select((_, word) => Find(asked, word, given)).ToList();
        var levels = found.Select(place => place.Level).ToList();
        var places = found.Select(place => place.Place).ToList();
        bool InHead(int word) => places[word] >= 0 && places[word] < headEnd;
        var touched = places.Where(place => place >= 0).Distinct().ToList();
        float all = rarities.Sum();
        float Mean(Func<int, float> value) => Enumerable.Range(0, asked.Count).Sum(value) / asked.Count;
        float ByRarity(Func<int, float> value) => Enumerable.Range(0, asked.Count).Sum(word => value(word) * rarities[word]) / all;
        float ShareOf(TokenTraits trait) => asked.Any(word => word.Traits.HasFlag(trait))
            ? Enumerable.Range(0, asked.Count).Where(word => asked[word].Traits.HasFlag(trait)).Average(word => levels[word]) : float.NaN;
        bool Follows(int word) => word > 0 && places[word] >= 0 && places[word - 1] >= 0 && places[word] == places[word - 1] + 1;
        HashSet<string> mine = Trigrams(asked), theirs = Trigrams(given);
        var common = mine.Intersect(theirs).Count();
        var last = asked.Count - 1;
        return
        [
            ByRarity(word => levels[word] == 1 ? 1 : 0),
            ByRarity(word => levels[word]),
            ByRarity(word => InHead(word) ? levels[word] : 0),
            Enumerable.Range(0, asked.Count).Max(word => levels[word] == 0 ? rarities[word] : 0),
            all / asked.Count,
            rarities.Max(),
            levels.All(level => level > 0) ? 1 : 0,
            Mean(word => levels[word]),
            Mean(word => InHead(word) ? levels[word] : 0),
            levels[last],
            InHead(last) ? levels[last] : 0,
            headEnd > 0 && touched.Contains(headEnd - 1) ? 1 : 0,
            (float)touched.Count(place => place < headEnd) / Math.Max(1, headEnd),
            (float)touched.Count / Math.Max(1, given.Count),
            places[last] < 0 ? float.NaN : headEnd - 1 - places[last],
            common == 0 ? 0 : common / MathF.Sqrt((float)mine.Count * theirs.Count),
            (float)common / Math.Max(1, mine.Count),
            asked.Count < 2 ? float.NaN : (float)Enumerable.Range(0, asked.Count).Count(Follows) / (asked.Count - 1),
            (float)Enumerable.Range(0, asked.Count).Max(word => RunTo(word, places, Follows)) / asked.Count,
            touched.Count == 0 ? 0 : 1f / (1 + touched.Min()),
            touched.Count == 0 ? 0 : Math.Min(1, (float)places.Count(place => place >= 0) / (touched.Max() - touched.Min() + 1)),
            Mean(word => found[word].Kind == 'j' ? 1 : 0),
            Mean(word => found[word].Kind == 'f' ? 1 : 0),
            ShareOf(TokenTraits.Number),
            ShareOf(TokenTraits.ModelCode),
            given.Count,
            headEnd,
        ];
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that make one word of another.</summary>
    public static int Edits(string left, string right)
    {
        var cost = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                cost[i, j] = i == 0 || j == 0 ? i + j
                    : Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[left.Length, right.Length];
    }

    /// <summary>How alike two words are.</summary>
    public static float Likeness(string left, string right)
    {
        var (shorter, longer) = left.Length <= right.Length ? (left, right) : (right, left);
        if (shorter.Length < 4)
        {
            return 0;
        }

        var edits = Edits(left, right);
        return longer.Contains(shorter, StringComparison.Ordinal) ? (float)shorter.Length / longer.Length
            : edits <= (shorter.Length >= 8 ? 2 : 1) ? 1 - ((float)edits / longer.Length) : 0;
    }

    private static int RunTo(int word, List<int> places, Func<int, bool> follows) => places[word] < 0 ? 0 : follows(word) ? RunTo(word - 1, places, follows) + 1 : 1;

    private static (float Level, int Place, char Kind) Find(List<Word> asked, int number, List<Word> given)
    {
        var word = asked[number];
        var place = given.FindIndex(candidate => candidate.Term == word.Term);
        place = place >= 0 ? place : FirstForm(given, word.Term);
        if (place >= 0)
        {
            return (1, place, 'e');
        }

        for (place = 0; place < given.Count; place++)
        {
            var term = given[place].Term;
            if ((number + 1 < asked.Count && word.Term + asked[number + 1].Term == term) || (number > 0 && asked[number - 1].Term + word.Term == term)
                || (place + 1 < given.Count && term + given[place + 1].Term == word.Term))
            {
                return (1, place, 'j');
            }
        }

        const TokenTraits Exact = TokenTraits.Number | TokenTraits.ModelCode;
        if ((word.Traits & Exact) != 0)
        {
            var parts = word.Forms.Where(form => form.IsPart).Select(form => given.FindIndex(candidate => candidate.Term == form.Term)).ToList();
            return parts.Count > 0 && parts.All(part => part >= 0) ? (0.9f, parts[0], 'f') : (0, -1, 'n');
        }

        var (best, at) = (0f, -1);
        for (place = 0; place < given.Count; place++)
        {
            var likeness = (given[place].Traits & Exact) != 0 ? 0 : Likeness(word.Term, given[place].Term);
            (best, at) = likeness > best ? (likeness, place) : (best, at);
        }

        return best >= 0.5f ? (best, at, 'f') : (0, -1, 'n');
    }

    // Forms stand in the order of the analysis: parts with their words, joined ones behind.
    private static int FirstForm(List<Word> given, string term)
    {
        var isPart = given.FindIndex(word => word.Forms.Any(form => form.IsPart && form.Term == term));
        return isPart >= 0 ? isPart : given.FindIndex(word => word.Forms.Any(form => form.Term == term));
    }

    private static List<Word> Read(string text, TextAnalyzer analyzer)
    {
        var tokens = new TokenBuffer();
        analyzer.Analyze(text, tokens);
        var words = new List<Word>();
        for (var token = 0; token < tokens.Count; token++)
        {
            if (tokens[token].IsBase)
            {
                words.Add(new Word(tokens.Term(token).ToString(), tokens[token].Position, tokens[token].Traits, []));
            }
        }

        for (var token = 0; token < tokens.Count; token++)
        {
            if (!tokens[token].IsBase)
            {
                words.Single(word => word.Position == tokens[token].Position).Forms.Add((tokens.Term(token).ToString(), (tokens[token].Traits & TokenTraits.Part) != 0));
            }
        }

        return words;
    }

    private static HashSet<string> Trigrams(List<Word> words)
    {
        var trigrams = new HashSet<string>();
        foreach (var word in words)
        {
            var padded = $" {word.Term} ";
            for (var at = 0; at + 3 <= padded.Length; at++)
            {
                trigrams.Add(padded.Substring(at, 3));
            }
        }

        return trigrams;
    }
}
