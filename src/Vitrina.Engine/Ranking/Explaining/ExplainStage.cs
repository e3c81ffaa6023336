using System.Globalization;
using Vitrina.Engine.Statistics.Groups;

namespace Vitrina.Engine.Ranking.Explaining;

/// <summary>Says in words and numbers why an item stands where it stands, or does not.</summary>
internal static class ExplainStage
{
    private const int MaxDetails = 12;
    private const int MaxSharedWords = 4;

    /// <summary>Explains the page's items, and the items that the caller names.</summary>
    public static void Run(RankingContext context)
    {
        var explain = context.Request.Explain;
        var parts = explain.IsOn || explain.Items.Count > 0 ? ScoreParts.Of(context, ExplainedCandidates(context)) : null;
        for (var place = 0; place < context.PageCount; place++)
        {
            var index = context.Order[place];
            context.Explained.Add((ReasonsOf(context, index), explain.IsOn ? ScoreOf(context, index, parts!) : null));
        }

        foreach (var index in context.Similar)
        {
            context.ExplainedSimilar.Add(([.. ReasonsOf(context, index), AnalogReason(context, index)], explain.IsOn ? ScoreOf(context, index, parts!) : null));
        }

        foreach (var id in explain.Items)
        {
            context.Asked.Add(FateOf(context, id, parts!));
        }
    }

    private static IEnumerable<int> ExplainedCandidates(RankingContext context)
    {
        var explain = context.Request.Explain;
        var asked = explain.Items.Select(context.FindCandidate).Select(item => item is null ? -1 : context.IndexOf(item.Ordinal)).Where(index => index >= 0);
        return explain.IsOn ? context.Order.Take(context.PageCount).Concat(context.Similar).Concat(asked) : asked;
    }

    /// <summary>Short reasons: the sources that found the candidate and the rule that moved it.</summary>
    private static string[] ReasonsOf(RankingContext context, int index)
    {
        var reasons = new List<string>(4);
        if (context.Scope.Groups is { } groups)
        {
            GroupReasons.Add(context, groups, index, reasons);
        }

        for (var source = 0; source < context.SourceRanks.Length && source <= context.Surface.Sources.Count; source++)
        {
            if (context.SourceRanks[source][index] > 0)
            {
                var name = source < context.Surface.Sources.Count ? context.Surface.Sources[source].Kind : "given";
                reasons.Add(string.Create(CultureInfo.InvariantCulture, $"source:{name}#{context.SourceRanks[source][index]}"));
            }
        }

        foreach (var intent in context.Reading?.Intents ?? [])
        {
            if (intent.MetValue(context.Scope.Items[index]) is { } value)
            {
                reasons.Add($"attribute intent: {value}");
            }
        }

        if (context.Moves[index] is { } rule)
        {
            reasons.Add($"rule:{rule}");
        }

        return [.. reasons];
    }

    /// <summary>What an analog shares with the query, and what of it it lacks.</summary>
    private static string AnalogReason(RankingContext context, int index)
    {
        var exact = context.Reading!.Exact;
        var shared = context.TextQuery is { } query && context.Snapshot.Market.Text?.Explain(query, context.Scope.Items[index].Ordinal, context.TextScratch) is { } explained
            ? explained.Terms.Where(term => term.Contribution > 0).OrderByDescending(term => term.Contribution).Take(MaxSharedWords).Select(term => term.Term)
            : [];
        return $"analog: not {string.Join(", ", exact.Codes.Concat(exact.Phrases.Select(phrase => $"\"{phrase}\"")))}; shares {string.Join(", ", shared)}";
    }

    /// <summary>How a candidate's score came about.</summary>
    private static Explanation ScoreOf(RankingContext context, int index, ScoreParts parts)
    {
        var score = context.Scores[index];
        if (context.Surface.Weights.Count == 0)
        {
            return ScoreOf(context, index, score, parts);
        }

        var added = context.Surface.Weights.Select(pair => (pair.Column, pair.Weight, Value: context.Features[index, pair.Column])).Where(part => !float.IsNaN(part.Value)).ToList();
        var before = score - added.Sum(part => part.Weight * part.Value);
        return new Explanation("score with the weights of an experiment's arm", score,
        [
            ScoreOf(context, index, before, parts),
            .. added.Select(part => Explanation.Leaf(
                string.Create(CultureInfo.InvariantCulture, $"{part.Weight:0.####} × {context.Surface.FeatureNames[part.Column]} = {part.Value:0.####}"), part.Weight * part.Value)),
        ]);
    }

    private static Explanation ScoreOf(RankingContext context, int index, float score, ScoreParts parts)
    {
        var contributions = parts.Find(index, out var serving);
        if (serving is not null)
        {
            return ModelScore(context, index, serving, contributions, score);
        }

        var fallback = context.Surface.Declaration.Score.Fallback.ToString().ToLowerInvariant();
        if (fallback == "text" && context.TextQuery is not null)
        {
            var details = TextDetails(context, index);
            var boost = score - details.Sum(detail => detail.Value);
            return new Explanation("text score (BM25)", score, context.Reading is { Intents.Count: > 0 } ? [.. details, Explanation.Leaf("boost by attribute intents", boost)] : details);
        }

        if (context.Scope.Groups is { } groups && fallback == "popularity")
        {
            return GroupReasons.Explain(groups, context.Scope.Items[index], score);
        }

        return Explanation.Leaf(fallback == "source" ? "score of the first source" : "popularity: log(1 + decayed event weights)", score);
    }

    private static Explanation ModelScore(RankingContext context, int index, ServingModel serving, ReadOnlySpan<double> contributions, float score)
    {
        Span<double> sizes = stackalloc double[contributions.Length];
        Span<int> inputs = stackalloc int[contributions.Length];
        var count = 0;
        for (var input = 0; input < contributions.Length; input++)
        {
            if (contributions[input] != 0)
            {
                (sizes[count], inputs[count++]) = (-Math.Abs(contributions[input]), input);
            }
        }

        sizes[..count].Sort(inputs[..count]);
        var details = new List<Explanation>(MaxDetails + 2);
        foreach (var input in inputs[..Math.Min(count, MaxDetails)])
        {
            details.Add(Explanation.Leaf(InputText(context, index, serving, input), contributions[input]));
        }

        if (count > MaxDetails)
        {
            var rest = 0.0;
            foreach (var input in inputs[MaxDetails..count])
            {
                rest += contributions[input];
            }

            details.Add(Explanation.Leaf("all other features", rest));
        }

        var model = serving.Loaded.Model;
        details.Add(Explanation.Leaf("base", model.BaseScore));
        var unit = serving.Loaded.Manifest.Objective == "logistic" ? "log-odds" : "raw score";
        return new Explanation($"{unit} by {serving.Id}", score, details);
    }

    private static string InputText(RankingContext context, int index, ServingModel serving, int input)
    {
        var name = serving.Loaded.Model.Inputs[input].Name;
        var column = serving.Columns[input];
        if (column < 0)
        {
            return $"{name} = fixed";
        }

        var value = context.Features[index, column];
        var remark = context.Surface.Features[column].Remark(context.Scope, index);
        var told = float.IsNaN(value) ? "missing" : value.ToString("0.####", CultureInfo.InvariantCulture);
        return remark is null ? $"{name} = {told}" : $"{name} = {told} ({remark})";
    }

    private static Explanation[] TextDetails(RankingContext context, int index)
    {
        if (context.TextQuery is not { } query || context.Snapshot.Market.Text is not { } text)
        {
            return [];
        }

        return text.Explain(query, context.Scope.Items[index].Ordinal, context.TextScratch) is { } explained
            ? [.. explained.Terms.Select(term => Explanation.Leaf(
                string.Create(CultureInfo.InvariantCulture, $"'{term.Term}': idf {term.InverseDocumentFrequency:0.###}, weighted count {term.WeightedCount:0.###}"), term.Contribution))]
            : [];
    }

    private static ItemFate FateOf(RankingContext context, string id, ScoreParts parts)
    {
        if (context.FindCandidate(id) is not { } item)
        {
            return new ItemFate(id, "unknown", $"no such {(context.Surface.RanksGroups ? "group" : "item")} in this snapshot", null);
        }

        var index = context.IndexOf(item.Ordinal);
        if (index < 0)
        {
            return new ItemFate(id, "notRetrieved", WhyNotRetrieved(context, item), null);
        }

        var explanation = ScoreOf(context, index, parts);
        if (context.Similar.IndexOf(index) is >= 0 and var analog)
        {
            return new ItemFate(id, SectionNames.Similar, string.Create(CultureInfo.InvariantCulture, $"place {analog + 1} of {context.Similar.Count} in the section 'similar'"), explanation);
        }

        if (context.Marks[index] is { } mark)
        {
            return new ItemFate(id, "removed", mark, explanation);
        }

        var place = context.Order.AsSpan(0, context.OrderedCount).IndexOf(index);
        var isShown = place < context.PageCount;
        return new ItemFate(id, isShown ? "shown" : "ranked", string.Create(CultureInfo.InvariantCulture, $"place {place + 1} of {context.OrderedCount}"), explanation);
    }

    private static string WhyNotRetrieved(RankingContext context, Catalog.Item item)
    {
        if (item.Vertical != context.Vertical.Name)
        {
            return $"it belongs to the vertical '{item.Vertical}'";
        }

        if (!context.Surface.RanksGroups && context.Predicate.FirstBroken(item) is { } attribute)
        {
            return $"it does not meet the filter '{attribute}'";
        }

        if (!context.Surface.RanksGroups && context.AvailabilityOf(item) is { } state)
        {
            foreach (var filter in context.Surface.Filters)
            {
                if (filter.MarkOf(state, context.NowMs) is { } mark)
                {
                    return $"it would be removed: {mark}";
                }
            }
        }

        if (context.Scope.Groups is { } groups && groups.View.Members.CountOf(item.Ordinal - GroupingDeclaration.FirstOrdinal) == 0)
        {
            return "it has no active items";
        }

        return context.Request.Items.Count > 0
            ? "the caller did not give it"
            : $"no source found it within its limit ({string.Join(", ", context.Surface.Sources.Select(source => $"{source.Kind} {source.Limit}"))})";
    }
}
