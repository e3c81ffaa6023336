using Vitrina.Engine.Features;
using Vitrina.Engine.Statistics.Groups;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Ranking.Scoring;

/// <summary>Gives every candidate a score: the surface's model, else its fallback. Never drops or reorders.</summary>
internal static class ScoreStage
{
    // Before a model has learned what naming a value is worth: enough to pass one common word, too little to pass the rare one.
    private const float IntentBoost = 0.5f;

    public static void Run(RankingContext context)
    {
        Score(context);
        AddWeights(context);
    }

    private static void Score(RankingContext context)
    {
        var scores = context.Scores.AsSpan(0, context.Count);
        var declared = context.Surface.Declaration.Score;
        if (!context.IsBaseline && declared.Model is { } name && context.Snapshot.Models.TryGetValue(name, out var model))
        {
            ComputeFeatures(context);
            model.Loaded.Model.Score(context.Features, model.Columns, scores);
            context.Model = model.Id;
            return;
        }

        if (context.Surface.Declaration.Record.Features > 0 && !context.IsBaseline)
        {
            // A surface without a model still records what a model would have seen: it is how the first one is trained.
            ComputeFeatures(context);
        }

        FallBack(context, declared, scores);
    }

    // An experiment's arm may lean on features without a model of its own.
    private static void AddWeights(RankingContext context)
    {
        if (context.Surface.Weights.Count == 0 || context.IsBaseline)
        {
            return;
        }

        ComputeFeatures(context);
        foreach (var (column, weight) in context.Surface.Weights)
        {
            var values = context.Features.Column(column);
            for (var i = 0; i < context.Count; i++)
            {
                context.Scores[i] += float.IsNaN(values[i]) ? 0 : weight * values[i];
            }
        }
    }

    private static void ComputeFeatures(RankingContext context)
    {
        if (context.HasFeatures)
        {
            return;
        }

        var features = context.Surface.Features;
        context.Features.Reset(context.Count, features.Count);
        for (var column = 0; column < features.Count; column++)
        {
            features[column].Compute(context.Scope, context.Features.Column(column));
        }

        context.HasFeatures = true;
    }

    private static void FallBack(RankingContext context, ScoreDeclaration declared, Span<float> scores)
    {
        var fallback = declared.Fallback;
        if (fallback == ScoreFallback.Text && context.TextQuery is not null)
        {
            TextScores.Compute(context.Scope, field: -1, scores, isCoverage: false);
            for (var i = 0; context.Reading is { Intents.Count: > 0 } reading && i < scores.Length; i++)
            {
                scores[i] *= 1 + (IntentBoost * reading.IntentShareOf(context.Scope.Items[i]));
            }
        }
        else if (context.Scope.Groups is { } groups && fallback == ScoreFallback.Popularity)
        {
            for (var i = 0; i < scores.Length; i++)
            {
                scores[i] = (float)groups.BlendOf(GroupView.GroupOf(context.Scope.Items[i]));
            }
        }
        else if (fallback == ScoreFallback.Source)
        {
            context.SourceScores.AsSpan(0, scores.Length).CopyTo(scores);
        }
        else if (fallback == ScoreFallback.Rrf)
        {
            Fuse(context, (float)declared.RrfK, scores);
        }
        else
        {
            var popularity = context.Vertical.Popularity;
            for (var i = 0; i < scores.Length; i++)
            {
                scores[i] = (float)double.LogP1(popularity.Of(context.Snapshot.Market, context.Scope.Items[i].Ordinal, context.NowMs));
            }
        }
    }

    // Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods" (SIGIR 2009).
    private static void Fuse(RankingContext context, float k, Span<float> scores)
    {
        scores.Clear();
        foreach (var ranks in context.SourceRanks.AsSpan(0, context.Surface.Sources.Count + 1))
        {
            for (var i = 0; i < scores.Length; i++)
            {
                scores[i] += ranks[i] > 0 ? 1 / (k + ranks[i]) : 0;
            }
        }
    }
}
