namespace Vitrina.Engine.Features;

/// <summary>Text scores of a scope's candidates.</summary>
internal static class TextScores
{
    /// <summary>Scores all candidates for the scope's query.</summary>
    /// <param name="scope">A serving scope; in replay every value is missing.</param>
    /// <param name="field">The text field's index, or -1 for all of them with their boosts.</param>
    /// <param name="values">Receives one value per candidate; NaN without a query.</param>
    /// <param name="isCoverage">True: the rarity-weighted share of the query's words instead of BM25.</param>
    public static void Compute(FeatureScope scope, int field, Span<float> values, bool isCoverage)
    {
        if (scope.TextQuery is not { } query || scope.Market.Text is not { } text)
        {
            values.Fill(float.NaN);
        }
        else if (isCoverage)
        {
            text.Coverage(query, scope.Ordinals, scope.TextScratch!, values, field);
        }
        else
        {
            text.Score(query, scope.Ordinals, scope.TextScratch!, values, field);
        }
    }
}
