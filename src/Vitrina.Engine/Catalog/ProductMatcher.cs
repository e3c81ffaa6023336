using System.Runtime.InteropServices;
using Vitrina.Engine.Language;

namespace Vitrina.Engine.Catalog;

/// <summary>One item as the matcher sees it.</summary>
/// <param name="Type">The number of its type.</param>
/// <param name="Title">Its title.</param>
/// <param name="Seller">The number of its seller; −1 when unknown.</param>
public readonly record struct MatchableItem(int Type, string Title, int Seller);

/// <summary>What a title says in a type: items with equal keys say the same.</summary>
/// <param name="Type">The number of the type.</param>
/// <param name="Details">Numbers, codes, colours and sizes as one hash.</param>
/// <param name="Words">The other words as one hash, in any order.</param>
public readonly record struct TitleKey(int Type, ulong Details, ulong Words);

/// <summary>Finds the same product from other sellers by type and title: match groups for catalogues whose items name none.</summary>
/// <remarks>
/// Two items match when type, numbers, model codes, colours and sizes are equal and the words are the same in any order, or differ by one word
/// that is usual in the type. Groups do not chain: every member matches the group's representative, which is its first item. A title that says
/// too little, or nothing that is rare in its type, names a kind of thing, not a product ("носки"): it is left alone, and so is one that a seller uses again and again, for then
/// what sets the cards apart stands elsewhere. Without a second seller there is no group. Holds no state; safe for concurrent use.
/// </remarks>
public sealed class ProductMatcher
{
    // Fewer words and details than this name a kind of thing. A model code speaks for two.
    private const int LeastTokens = 5;

    // So many words must be telling, each in at most this share of the type's titles (or in so few titles), where no model code stands.
    private const int TellingWords = 2;
    private const double TellingShare = 0.01;
    private const int TellingTitles = 4;

    // From so many words on one of them may be missing.
    private const int LongTitleWords = 7;

    // A word of this share of a type's titles tells its products apart no better than a preposition.
    private const double UsualShare = 0.05;

    // Cards a seller, on average, from which on a title is used for more than one product.
    private const double MostCardsPerSeller = 1.25;

    [ThreadStatic]
    private static TokenBuffer? t_buffer;

    private readonly TextAnalyzer _analyzer;

    /// <summary>A matcher for titles in the given languages.</summary>
    public ProductMatcher(TextAnalyzer analyzer) => _analyzer = analyzer;

    /// <summary>Matches.</summary>
    /// <param name="items">The items; the order decides who represents a group.</param>
    /// <returns>The group of each item: the index of its representative, −1 for an item without analogs.</returns>
    /// <remarks>Cost: linear in words, parallel by type. The same groups for any number of threads.</remarks>
    public int[] Match(IReadOnlyList<MatchableItem> items) => Match(items, Environment.ProcessorCount, out _);

    /// <summary>Matches.</summary>
    /// <param name="items">The items; the order decides who represents a group.</param>
    /// <param name="threads">Threads to use, 1 or more.</param>
    /// <param name="keys">Receives what each title says.</param>
    /// <returns>The group of each item: the index of its representative, −1 for an item without analogs.</returns>
    public int[] Match(IReadOnlyList<MatchableItem> items, int threads, out TitleKey[] keys)
    {
        ArgumentNullException.ThrowIfNull(items);
        var signatures = new TitleSignature[items.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        Parallel.ForEach(
            System.Collections.Concurrent.Partitioner.Create(0, Math.Max(1, items.Count)),
            options,
            () => new TokenBuffer(),
            (range, _, buffer) =>
            {
                for (var item = range.Item1; item < Math.Min(range.Item2, items.Count); item++)
                {
                    signatures[item] = TitleSignature.Of(_analyzer, items[item].Title, buffer);
                }

                return buffer;
            },
            _ => { });
        var byType = new Dictionary<int, List<int>>();
        for (var item = 0; item < items.Count; item++)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(byType, items[item].Type, out _) ??= []).Add(item);
        }

        var groups = new int[items.Count];
        Array.Fill(groups, -1);
        Parallel.ForEach(byType.Values, options, members => MatchType(members, signatures, items, groups));
        keys = [.. signatures.Select((signature, item) => KeyOf(items[item].Type, signature))];
        return groups;
    }

    /// <summary>What a title says.</summary>
    /// <param name="type">The number of the item's type.</param>
    /// <param name="title">The title.</param>
    public TitleKey KeyOf(int type, string title) => KeyOf(type, TitleSignature.Of(_analyzer, title, t_buffer ??= new TokenBuffer()));

    private static TitleKey KeyOf(int type, in TitleSignature signature) => new(type, signature.Details, signature.WordSum);

    /// <summary>Whether cards that say the same are one product from several sellers, and not several products with one name.</summary>
    /// <param name="sellers">The seller of each card; −1 when unknown.</param>
    public static bool IsProduct(IReadOnlyCollection<int> sellers)
    {
        ArgumentNullException.ThrowIfNull(sellers);
        var known = sellers.Where(seller => seller >= 0).Distinct().Count();
        return known > 1 && sellers.Count <= known * MostCardsPerSeller;
    }

    private static void MatchType(List<int> members, TitleSignature[] signatures, IReadOnlyList<MatchableItem> items, int[] groups)
    {
        var titlesWith = new Dictionary<ulong, int>();
        foreach (var item in members)
        {
            foreach (var word in signatures[item].Words)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(titlesWith, word, out _)++;
            }
        }

        var representatives = new Dictionary<(ulong Details, ulong Words), int>();
        var shortened = new Dictionary<(ulong Details, ulong Words), int>();
        var membersOf = new Dictionary<int, List<int>>();
        foreach (var item in members)
        {
            var signature = signatures[item];
            if (!SaysEnough(signature, titlesWith, members.Count))
            {
                continue;
            }

            var found = Find(signature, representatives, shortened, titlesWith, members.Count);
            if (found < 0)
            {
                found = item;
                representatives[(signature.Details, signature.WordSum)] = item;
                foreach (var sum in Shortened(signature, titlesWith, members.Count))
                {
                    shortened.TryAdd((signature.Details, sum), item);
                }
            }

            (CollectionsMarshal.GetValueRefOrAddDefault(membersOf, found, out _) ??= []).Add(item);
        }

        foreach (var (representative, group) in membersOf)
        {
            if (IsProduct([.. group.Select(item => items[item].Seller)]))
            {
                group.ForEach(item => groups[item] = representative);
            }
        }
    }

    // A representative of the same words, of one usual word more, or of one usual word less.
    private static int Find(
        in TitleSignature signature,
        Dictionary<(ulong Details, ulong Words), int> representatives,
        Dictionary<(ulong Details, ulong Words), int> shortened,
        Dictionary<ulong, int> titlesWith,
        int titleCount)
    {
        if (representatives.TryGetValue((signature.Details, signature.WordSum), out var found) || shortened.TryGetValue((signature.Details, signature.WordSum), out found))
        {
            return found;
        }

        foreach (var sum in Shortened(signature, titlesWith, titleCount))
        {
            if (representatives.TryGetValue((signature.Details, sum), out found))
            {
                return found;
            }
        }

        return -1;
    }

    // The sums of a long title's words without one that is usual in the type.
    private static List<ulong> Shortened(in TitleSignature signature, Dictionary<ulong, int> titlesWith, int titleCount)
    {
        var sums = new List<ulong>();
        foreach (var word in signature.Words.Length >= LongTitleWords ? signature.Words : [])
        {
            if (titlesWith[word] > Math.Max(2, UsualShare * titleCount))
            {
                sums.Add(signature.WordSum - TitleSignature.WeightOf(word));
            }
        }

        return sums;
    }

    private static bool SaysEnough(in TitleSignature signature, Dictionary<ulong, int> titlesWith, int titleCount)
    {
        if (signature.Words.Length + signature.DetailCount + signature.CodeCount < LeastTokens)
        {
            return false;
        }

        var telling = 0;
        foreach (var word in signature.Words)
        {
            telling += titlesWith[word] <= Math.Max(TellingTitles, TellingShare * titleCount) ? 1 : 0;
        }

        return telling >= TellingWords || (signature.CodeCount > 0 && telling > 0);
    }
}
