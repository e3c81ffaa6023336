using Vitrina.Engine.Indexing.Values;
using Vitrina.Engine.Language;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Ranking.Understanding;

/// <summary>Finds the words of a query that name values of attributes: "playstation 5", "корм для кошек", a colour, a size, a brand.</summary>
internal static class IntentFinder
{
    /// <summary>The intents, in the order of the query; of overlapping names the longest counts.</summary>
    /// <param name="context">The request.</param>
    /// <param name="terms">The query's stems without function words, corrections made.</param>
    public static List<IntentReading> Find(RankingContext context, IReadOnlyList<string> terms)
    {
        var intents = new List<IntentReading>();
        for (var at = 0; at < terms.Count;)
        {
            IntentReading? intent = null;
            for (var length = Math.Min(ValueIndex.MaxWords, terms.Count - at); length > 0 && intent is null; length--)
            {
                intent = Read(context, terms, at, length);
            }

            if (intent is not null)
            {
                intents.Add(intent);
            }

            at += intent?.Length ?? 1;
        }

        return intents;
    }

    /// <summary>The stems of a text without function words.</summary>
    public static List<string> Terms(RankingContext context, string text)
    {
        var tokens = context.QueryTools.Tokens;
        context.Vertical.Analyzer.Analyze(text, tokens);
        var terms = new List<string>();
        for (var token = 0; token < tokens.Count; token++)
        {
            if (tokens[token].IsBase && !FunctionWords.Contains(tokens.Term(token)))
            {
                terms.Add(tokens.Term(token).ToString());
            }
        }

        return terms;
    }

    /// <summary>The values of attributes with an intent that items have and a name stands for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">Stems separated by spaces, without function words.</param>
    public static IReadOnlyList<IntentValue> ValuesOf(RankingContext context, string name)
    {
        var market = context.Snapshot.Market;
        if (market.Values is not { } values)
        {
            return [];
        }

        List<IntentValue> named = [];
        foreach (var value in values.Find(name))
        {
            // The index may be older than the vertical's file.
            if (context.Vertical.Schema.FindOrNull(values.AttributeOf(value).Name) is { Declaration.Intent: not AttributeIntent.Off } slot)
            {
                var words = slot.Storage == AttributeStorage.KeywordLists ? market.ListKeywords[slot.Slot] : market.Keywords[slot.Slot];
                named.Add(new IntentValue(slot, value.Ordinal, words[value.Ordinal], values.CountOf(value)));
            }
        }

        return named;
    }

    private static IntentReading? Read(RankingContext context, IReadOnlyList<string> terms, int start, int length)
    {
        var named = ValuesOf(context, string.Join(' ', terms.Skip(start).Take(length)));
        return named.Count == 0 ? null : new IntentReading(start, length, named, named.All(value => value.Slot.Declaration.Intent == AttributeIntent.Hard));
    }
}
