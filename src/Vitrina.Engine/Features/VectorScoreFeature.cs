namespace Vitrina.Engine.Features;

/// <summary>How near the item's vector is to the request's, of an attribute or of an encoder: cosine, dot product, or minus the squared distance; NaN when either has none.</summary>
internal sealed class VectorScoreFeature(string name, int space) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        if (scope.VectorOf(space) is not { } query || scope.Market.VectorsOf(space) is not { } vectors)
        {
            column.Fill(float.NaN);
            return;
        }

        vectors.Score(query, scope.Ordinals, scope.VectorScratch, column);
    }
}
