using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Language;

namespace Vitrina.Engine.Ranking.Understanding;

/// <summary>Says what a query means, before anything is retrieved: its signs, its corrected words, and whether it names one exact thing.</summary>
internal static class UnderstandStage
{
    public static void Run(RankingContext context)
    {
        if (string.IsNullOrWhiteSpace(context.Request.Query))
        {
            return;
        }

        var parsed = ParsedQuery.Parse(context.Request.Query);
        var tools = context.QueryTools;
        RewrittenQuery? rewritten = null;
        if (context.TextQuery is { } query && context.Snapshot.Market is { Text: { } text, Vocabulary: { } vocabulary })
        {
            rewritten = tools.Rewriter.Rewrite(parsed.FreeWords, context.QueryOptions, vocabulary, text);
            var synonyms = tools.Writer.Write(query, rewritten.Parts, parsed, context.QueryOptions.Synonyms);
            rewritten = rewritten with { Rewrites = [.. rewritten.Rewrites, .. synonyms] };
            query.Demand(context.QueryOptions);
        }

        var isExact = context.QueryOptions.Exact && context.Request.Items.Count == 0;
        var codes = isExact ? CodesOf(context, parsed) : [];
        var exact = new ExactDemand(context.Vertical.Analyzer, parsed, [.. codes.Select(code => code.Term)], [.. codes.Select(code => code.Keywords)], isExact);
        var terms = context.QueryOptions.Intents && !exact.IsExact && rewritten is not null ? IntentFinder.Terms(context, string.Join(' ', rewritten.Parts.Select(part => part.BestText))) : [];
        context.Reading = new QueryReading
        {
            Parsed = parsed,
            Exact = exact,
            Terms = terms,
            Intents = IntentFinder.Find(context, terms),
            Rewrites = rewritten?.Rewrites ?? [],
            Text = rewritten is not null && rewritten.Rewrites.Any(rewrite => !rewrite.IsAdded) ? string.Join(' ', rewritten.Parts.Select(part => part.BestText).Concat(parsed.Phrases.Select(phrase => $"\"{phrase}\""))) : parsed.Text,
        };
    }

    /// <summary>The codes that a query names, each with the keywords that are it.</summary>
    private static List<(string Term, IReadOnlyList<IntentValue> Keywords)> CodesOf(RankingContext context, ParsedQuery parsed)
    {
        var tokens = context.QueryTools.Tokens;
        context.Vertical.Analyzer.Analyze(parsed.Words, tokens);
        var text = context.Snapshot.Market.Text;
        List<(string, IReadOnlyList<IntentValue>)> codes = [];
        foreach (var code in ModelCodes.Of(tokens))
        {
            if (code.IsCertain || text?.HoldsTerm(code.Term) == true)
            {
                codes.Add((code.Term, IntentFinder.ValuesOf(context, code.Term)));
            }
        }

        return codes;
    }
}
