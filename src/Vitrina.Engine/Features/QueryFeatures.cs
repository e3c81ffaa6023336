namespace Vitrina.Engine.Features;

/// <summary>The share of an exact query's codes and quotations that the item holds, 0 to 1; NaN for a query that names no exact thing.</summary>
internal sealed class ExactMatchFeature(string name) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column) => QueryFeatures.Copy(scope.Factors is { } factors ? factors.ExactMatches : [], column);
}

/// <summary>The share of the attribute values named by the query that the item has, 0 to 1; NaN when it names none.</summary>
internal sealed class AttributeMatchFeature(string name) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column) => QueryFeatures.Copy(scope.Factors is { } factors ? factors.AttributeMatches : [], column);
}

/// <summary>The share of the query's best texts that are of the item's type, 0 to 1; NaN without a text.</summary>
internal sealed class CategoryShareFeature(string name) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column) => QueryFeatures.Copy(scope.Factors is { } factors ? factors.CategoryShares : [], column);
}

/// <summary>How far the query's best texts spread over item types: the entropy of their shares in nats, the same for all candidates; NaN without a text.</summary>
internal sealed class CategoryEntropyFeature(string name) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column) => column.Fill(scope.Factors?.CategoryEntropy ?? float.NaN);
}

/// <summary>How often the query was asked, as log(1 + decayed count of one of its events), the same for all candidates; 0 for a new query.</summary>
internal sealed class QueryPopularityFeature(string name, int table, int halfLife, int metric) : DecayedFeature(name, table, halfLife, metric);

/// <summary>Columns of what was computed once per request.</summary>
internal static class QueryFeatures
{
    /// <summary>Copies one value per candidate; all are missing in replay.</summary>
    public static void Copy(ReadOnlySpan<float> values, Span<float> column)
    {
        if (values.Length < column.Length)
        {
            column.Fill(float.NaN);
        }
        else
        {
            values[..column.Length].CopyTo(column);
        }
    }
}
