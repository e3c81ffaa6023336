namespace Vitrina.Engine.Ranking.Retrieving;

/// <summary>
/// The items whose vectors are nearest to the request's: of an attribute (the request's <c>vector</c>) or of an encoder (the query, embedded at
/// request time); without these to the item's which the request's context names, itself left out; nothing without any. Conditions hold within the search, so that a narrow filter still fills the list.
/// </summary>
internal sealed class VectorsSource(string? attribute, string? encoder, int limit, int ef) : CandidateSource("vectors", limit)
{
    /// <summary>The encoder whose space is searched; null for an attribute's.</summary>
    public string? Encoder => encoder;

    public override ValueTask RetrieveAsync(RankingContext context, int index, CancellationToken cancellationToken)
    {
        var market = context.Snapshot.Market;
        var space = context.Vertical.VectorSpaceOf(attribute, encoder);
        if (market.VectorsOf(space) is not { } vectors)
        {
            // The items of an encoder are embedded beside serving, at a start too.
            if (!context.Degraded.Contains("source:vectors"))
            {
                context.Degraded.Add("source:vectors");
            }

            return ValueTask.CompletedTask;
        }

        if (context.QueryVectors.BySpace[space] is not { } query)
        {
            return ValueTask.CompletedTask;
        }

        cancellationToken.ThrowIfCancellationRequested();
        var found = context.Found(Limit);
        var count = vectors.Search(query, new WantedItems(context, [], context.QueryVectors.StartOrdinal), Limit, ef, context.VectorScratch, found.Ordinals, found.Scores);
        for (var i = 0; i < count; i++)
        {
            context.Add(market.Items[found.Ordinals[i]]!, index, i + 1, found.Scores[i]);
        }

        return ValueTask.CompletedTask;
    }
}
