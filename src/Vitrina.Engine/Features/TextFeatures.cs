namespace Vitrina.Engine.Features;

/// <summary>The BM25 score of the item's text for the query, of one field or of all with their boosts; 0 without a match, NaN without a query.</summary>
internal sealed class Bm25Feature(string name, int field) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column) => TextScores.Compute(scope, field, column, isCoverage: false);
}

/// <summary>The share of the query's words, weighted by their rarity, that stand in the item's text; NaN without a query.</summary>
internal sealed class CoverageFeature(string name, int field) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column) => TextScores.Compute(scope, field, column, isCoverage: true);
}
