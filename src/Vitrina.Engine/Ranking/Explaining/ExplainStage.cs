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
        for (var place = 0; place < context.PageCount; place++)
        {
            var index = context.Order[place];
            context.Explained.Add((ReasonsOf(context, index), explain.IsOn ? ScoreOf(context, index) : null));
        }

        foreach (var index in context.Similar)
        {
            context.ExplainedSimilar.Add(([.. ReasonsOf(context, index), AnalogReason(context, index)], explain.IsOn ? ScoreOf(context, index) : null));
        }

        foreach (var id in explain.Items)
        {
            context.Asked.Add(FateOf(context, id));
        }
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
    private static Explanation ScoreOf(RankingContext context, int index)
    {
        var score = context.Scores[index];
        if (context.Surface.Weights.Count == 0)
        {
            return ScoreOf(context, index, score);
        }

        var added = context.Surface.Weights.Select(pair => (pair.Column, pair.Weight, Value: context.Features[index, pair.Column])).Where(part => !float.IsNaN(part.Value)).ToList();
        var before = score - added.Sum(part => part.Weight * part.Value);
        return new Explanation("score with the weights of an experiment's arm", score,
        [
            ScoreOf(context, index, before),
            .. added.Select(part => Explanation.Leaf(
                string.Create(CultureInfo.InvariantCulture, $"{part.Weight:0.####} × {context.Surface.FeatureNames[part.Column]} = {part.Value:0.####}"), part.Weight * part.Value)),
        ]);
    }

    private static Explanation ScoreOf(RankingContext context, int index, float score)
    {
        if (context.ModelOf(index) is { } id && context.Snapshot.Models.Values.FirstOrDefault(model => model.Id == id) is { } serving)
        {
            return ModelScore(context, index, serving, score);
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

    private static Explanation ModelScore(RankingContext context, int index, ServingModel serving, float score)
    {
        var model = serving.Loaded.Model;
        Span<double> contributions = stackalloc double[model.Inputs.Count];
        model.Contributions(context.Features, index, serving.Columns, contributions);
        var details = new List<Explanation>(model.Inputs.Count);
        for (var feature = 0; feature < model.Inputs.Count; feature++)
        {
            if (contributions[feature] == 0)
            {
                continue;
            }

            var column = serving.Columns[feature];
            var value = column < 0 ? "fixed" : float.IsNaN(context.Features[index, column]) ? "missing" : context.Features[index, column].ToString("0.####", CultureInfo.InvariantCulture);
            var remark = column < 0 ? null : context.Vertical.Features[column].Remark(context.Scope, index);
            details.Add(Explanation.Leaf($"{model.Inputs[feature].Name} = {value}{(remark is null ? "" : $" ({remark})")}", contributions[feature]));
        }

        details.Sort((a, b) => Math.Abs(b.Value).CompareTo(Math.Abs(a.Value)));
        if (details.Count > MaxDetails)
        {
            var rest = details.Skip(MaxDetails).Sum(detail => detail.Value);
            details.RemoveRange(MaxDetails, details.Count - MaxDetails);
            details.Add(Explanation.Leaf("all other features", rest));
        }

        details.Add(Explanation.Leaf("base", model.BaseScore));
        var unit = serving.Loaded.Manifest.Objective == "logistic" ? "log-odds" : "raw score";
        return new Explanation($"{unit} by {serving.Id}", score, details);
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

    private static ItemFate FateOf(RankingContext context, string id)
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

        var explanation = ScoreOf(context, index);
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
