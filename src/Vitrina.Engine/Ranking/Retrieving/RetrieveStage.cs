namespace Vitrina.Engine.Ranking.Retrieving;

/// <summary>Collects candidates: those that the caller gave, else those that the surface's sources find. The only stage that waits.</summary>
internal static class RetrieveStage
{
    public static async ValueTask RunAsync(RankingContext context, TimeProvider time, CancellationToken cancellationToken)
    {
        var sources = context.Surface.Sources;
        if (context.Request.Items.Count > 0)
        {
            AddGiven(context, sources.Count);
            return;
        }

        var start = time.GetTimestamp();
        var total = context.Surface.Declaration.Deadline;
        for (var index = 0; index < sources.Count; index++)
        {
            var source = sources[index];
            if (source.When == SourceUse.NoQuery && context.HasQuery)
            {
                continue;
            }

            var left = total - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                GiveUp(context, source);
                continue;
            }

            await RunAsync(context, source, index, source.Deadline is { } own && own < left ? own : left, time, cancellationToken);
        }

        AddMatches(context);
    }

    // Without a query, and where the surface offers what is popular, everything that meets the conditions answers.
    private static void AddMatches(RankingContext context)
    {
        if (context.Matches is not { } matches || context.Surface.Sources.Count == 0)
        {
            return;
        }

        var text = Array.IndexOf(context.Surface.SourceNames, "text");
        var popular = Array.IndexOf(context.Surface.SourceNames, "popular");
        if (!context.HasQuery && popular >= 0)
        {
            ItemSelection.Fill(context.Snapshot.Market.Columns!, context.Predicate, [], matches);
        }

        MatchingItems.AddFirst(context, Math.Max(0, context.HasQuery ? text : popular));
    }

    /// <summary>The same without deadlines, for work that nobody waits for.</summary>
    public static void RunAtOnce(RankingContext context)
    {
        for (var index = 0; index < context.Surface.Sources.Count; index++)
        {
            var source = context.Surface.Sources[index];
            if (source.When == SourceUse.NoQuery && context.Query.Hash != 0)
            {
                continue;
            }

            var found = source.RetrieveAsync(context, index, CancellationToken.None);
            if (!found.IsCompletedSuccessfully)
            {
                found.AsTask().GetAwaiter().GetResult();
            }
        }
    }

    private static async ValueTask RunAsync(RankingContext context, CandidateSource source, int index, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await source.RetrieveAsync(context, index, linked.Token);
            if (deadline.IsCancellationRequested)
            {
                GiveUp(context, source);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            GiveUp(context, source);
        }
    }

    private static void GiveUp(RankingContext context, CandidateSource source)
    {
        if (source.WhenItFails == SourceFailure.Fail)
        {
            throw new TimeoutException($"The source '{source.Kind}' of '{context.Vertical.Name}/{context.Surface.Name}' was late.");
        }

        var part = $"source:{source.Kind}";
        if (!context.Degraded.Contains(part))
        {
            context.Degraded.Add(part);
        }
    }

    private static void AddGiven(RankingContext context, int index)
    {
        var given = context.Request.Items;
        for (var i = 0; i < given.Count; i++)
        {
            // Features are bound to the slots of one vertical: another one's item cannot be scored.
            if (context.FindCandidate(given[i]) is { } item && item.Vertical == context.Vertical.Name)
            {
                context.Add(item, index, i + 1, 1f / (i + 1));
            }
        }
    }
}
