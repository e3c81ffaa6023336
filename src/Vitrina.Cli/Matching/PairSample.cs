using Vitrina.Engine.Catalog;
using Vitrina.Engine.Language;
using Vitrina.Kernels.Chance;

namespace Vitrina.Cli.Matching;

/// <summary>A pair of items of one type, to be judged by a person.</summary>
/// <param name="Stratum">`same` words or `near` ones in one group; `alike` (0.8 or more of the words shared) or `akin` (0.5 to 0.8) in none.</param>
/// <param name="First">Index of one item.</param>
/// <param name="Second">Index of the other.</param>
internal readonly record struct SampledPair(string Stratum, int First, int Second)
{
    /// <summary>The strata, with the share of a sample that each gets.</summary>
    public static IReadOnlyList<(string Name, double Share)> Strata { get; } = [("same", 0.35), ("near", 0.2), ("alike", 0.3), ("akin", 0.15)];
}

/// <summary>Draws pairs by similarity, so that a sample holds the easy and the hard ones: from it precision and what is missed are judged.</summary>
internal static class PairSample
{
    private const int Tries = 20_000;
    private const int Window = 500;
    private static readonly string[] Unmatched = ["alike", "akin"];
    private const double Alike = 0.8;
    private const double Akin = 0.5;

    /// <summary>Draws.</summary>
    /// <param name="items">The items.</param>
    /// <param name="groups">Their groups.</param>
    /// <param name="count">Pairs wanted; a stratum that has fewer gives what it has.</param>
    /// <param name="seed">Seed.</param>
    public static IReadOnlyList<SampledPair> Draw(IReadOnlyList<MatchableItem> items, int[] groups, int count, ulong seed)
    {
        var drawn = SampledPair.Strata.ToDictionary(stratum => stratum.Name, _ => new List<SampledPair>());
        var wanted = SampledPair.Strata.ToDictionary(stratum => stratum.Name, stratum => (int)Math.Round(count * stratum.Share));
        var (analyzer, buffer, seen) = (new TextAnalyzer(["ru", "en"]), new TokenBuffer(), new HashSet<(int, int)>());
        HashSet<string>[] words = new HashSet<string>[items.Count];
        var byType = Enumerable.Range(0, items.Count).GroupBy(item => items[item].Type).ToDictionary(type => type.Key, type => type.ToArray());
        var chance = RandomStream.For(seed, "pairs");
        var members = Enumerable.Range(0, items.Count).Where(item => groups[item] >= 0).GroupBy(item => groups[item]).Select(group => group.ToArray()).ToArray();
        for (var attempt = 0; attempt < Tries && members.Length > 0; attempt++)
        {
            var group = members[chance.NextInt(members.Length)];
            Take(group[chance.NextInt(group.Length)], group[chance.NextInt(group.Length)]);
        }

        for (var attempt = 0; attempt < Tries && Unmatched.Any(one => drawn[one].Count < wanted[one]); attempt++)
        {
            var first = chance.NextInt(items.Count);
            var others = byType[items[first].Type];
            var start = chance.NextInt(others.Length);
            for (var step = 0; step < Math.Min(Window, others.Length); step++)
            {
                if (Take(first, others[(start + step) % others.Length]))
                {
                    break;
                }
            }
        }

        return [.. SampledPair.Strata.SelectMany(stratum => drawn[stratum.Name])];

        bool Take(int first, int second)
        {
            if (second == first || items[second].Seller == items[first].Seller || StratumOf(first, second) is not { } stratum
                || drawn[stratum].Count >= wanted[stratum] || !seen.Add((Math.Min(first, second), Math.Max(first, second))))
            {
                return false;
            }

            drawn[stratum].Add(new SampledPair(stratum, first, second));
            return true;
        }

        string? StratumOf(int first, int second)
        {
            var (left, right) = (WordsOf(first), WordsOf(second));
            if (groups[first] >= 0 && groups[first] == groups[second])
            {
                return left.SetEquals(right) ? "same" : "near";
            }

            var shared = left.Count(right.Contains);
            var similarity = left.Count + right.Count == shared ? 0 : (double)shared / (left.Count + right.Count - shared);
            return similarity >= Alike ? "alike" : similarity >= Akin ? "akin" : null;
        }

        HashSet<string> WordsOf(int item)
        {
            if (words[item] is { } known)
            {
                return known;
            }

            analyzer.Analyze(items[item].Title, buffer);
            var found = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < buffer.Count; i++)
            {
                if (buffer[i].IsBase)
                {
                    found.Add(buffer.Term(i).ToString());
                }
            }

            return words[item] = found;
        }
    }
}
