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
internal sealed class PairSample
{
    private const int Tries = 20_000;
    private const int Window = 500;
    private const double Alike = 0.8;
    private const double Akin = 0.5;
    private static readonly string[] Unmatched = ["alike", "akin"];
    private readonly IReadOnlyList<MatchableItem> _items;
    private readonly int[] _groups;
    private readonly Dictionary<string, List<SampledPair>> _drawn = SampledPair.Strata.ToDictionary(stratum => stratum.Name, _ => new List<SampledPair>());
    private readonly Dictionary<string, int> _wanted;
    private readonly HashSet<(int, int)> _seen = [];
    private readonly TextAnalyzer _analyzer = new(["ru", "en"]);
    private readonly TokenBuffer _buffer = new();
    private readonly HashSet<string>?[] _words;

    private PairSample(IReadOnlyList<MatchableItem> items, int[] groups, int count)
    {
        (_items, _groups, _words) = (items, groups, new HashSet<string>?[items.Count]);
        _wanted = SampledPair.Strata.ToDictionary(stratum => stratum.Name, stratum => (int)Math.Round(count * stratum.Share));
    }

    /// <summary>Draws.</summary>
    /// <param name="items">The items.</param>
    /// <param name="groups">Their groups.</param>
    /// <param name="count">Pairs wanted; a stratum that has fewer gives what it has.</param>
    /// <param name="seed">Seed.</param>
    public static IReadOnlyList<SampledPair> Draw(IReadOnlyList<MatchableItem> items, int[] groups, int count, ulong seed)
    {
        var sample = new PairSample(items, groups, count);
        var chance = RandomStream.For(seed, "pairs");
        sample.DrawMatched(ref chance);
        sample.DrawUnmatched(ref chance);
        return [.. SampledPair.Strata.SelectMany(stratum => sample._drawn[stratum.Name])];
    }

    private void DrawMatched(ref RandomStream chance)
    {
        var members = Enumerable.Range(0, _items.Count).Where(item => _groups[item] >= 0).GroupBy(item => _groups[item]).Select(group => group.ToArray()).ToArray();
        for (var attempt = 0; attempt < Tries && members.Length > 0; attempt++)
        {
            var group = members[chance.NextInt(members.Length)];
            Take(group[chance.NextInt(group.Length)], group[chance.NextInt(group.Length)]);
        }
    }

    private void DrawUnmatched(ref RandomStream chance)
    {
        var byType = Enumerable.Range(0, _items.Count).GroupBy(item => _items[item].Type).ToDictionary(type => type.Key, type => type.ToArray());
        for (var attempt = 0; attempt < Tries && _items.Count > 0 && Unmatched.Any(one => _drawn[one].Count < _wanted[one]); attempt++)
        {
            var first = chance.NextInt(_items.Count);
            var others = byType[_items[first].Type];
            var start = chance.NextInt(others.Length);
            for (var step = 0; step < Math.Min(Window, others.Length); step++)
            {
                if (Take(first, others[(start + step) % others.Length]))
                {
                    break;
                }
            }
        }
    }

    private bool Take(int first, int second)
    {
        if (second == first || _items[second].Seller == _items[first].Seller || StratumOf(first, second) is not { } stratum
            || _drawn[stratum].Count >= _wanted[stratum] || !_seen.Add((Math.Min(first, second), Math.Max(first, second))))
        {
            return false;
        }

        _drawn[stratum].Add(new SampledPair(stratum, first, second));
        return true;
    }

    private string? StratumOf(int first, int second)
    {
        var (left, right) = (WordsOf(first), WordsOf(second));
        if (_groups[first] >= 0 && _groups[first] == _groups[second])
        {
            return left.SetEquals(right) ? "same" : "near";
        }

        var shared = left.Count(right.Contains);
        var similarity = left.Count + right.Count == shared ? 0 : (double)shared / (left.Count + right.Count - shared);
        return similarity >= Alike ? "alike" : similarity >= Akin ? "akin" : null;
    }

    private HashSet<string> WordsOf(int item)
    {
        if (_words[item] is { } known)
        {
            return known;
        }

        _analyzer.Analyze(_items[item].Title, _buffer);
        var found = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < _buffer.Count; i++)
        {
            if (_buffer[i].IsBase)
            {
                found.Add(_buffer.Term(i).ToString());
            }
        }

        return _words[item] = found;
    }
}
