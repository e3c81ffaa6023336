using Vitrina.Engine.Language;

namespace Vitrina.Engine.Features;

/// <summary>One way in which a text of the item fits the query; NaN without a query or without the text.</summary>
/// <remarks>
/// What weighs words by their rarity is taken from the record, for rarity is the index's at that moment; the rest follows from the two texts alone
/// and is replayed.
/// </remarks>
internal sealed class MatchFeature(string name, TextAnalyzer analyzer, int field, MatchSignal signal)
    : Feature(name, signal <= MatchSignal.QueryRarest ? FeatureOrigin.Recorded : FeatureOrigin.Replayed)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var values = scope.Matches.Of(scope, analyzer, field, signal);
        if (values.IsEmpty)
        {
            column.Fill(float.NaN);
        }
        else
        {
            values.CopyTo(column);
        }
    }
}

/// <summary>How like a text of the item, or its vector, is to those of the other candidates; NaN without a query, without the text or vector, or for the only candidate.</summary>
internal sealed class AlikeFeature(string name, TextAnalyzer analyzer, int field, int space, LikenessTo to) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var values = scope.Matches.LikenessOf(scope, analyzer, field, space, to);
        if (values.IsEmpty)
        {
            column.Fill(float.NaN);
        }
        else
        {
            values.CopyTo(column);
        }
    }
}

/// <summary>Another feature as it stands among the candidates: standard deviations above their mean; 0 where they are all alike, NaN where it is missing.</summary>
/// <remarks>Tells a good match of a query that nothing fits well from a poor one of a query that much fits. Depends on who else is a candidate, so it is taken from the record.</remarks>
internal sealed class AmongFeature(Feature of) : Feature($"{of.Name}.among", FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        of.Compute(scope, column);
        var (sum, squares, count) = (0.0, 0.0, 0);
        foreach (var value in column)
        {
            (sum, squares, count) = float.IsNaN(value) ? (sum, squares, count) : (sum + value, squares + ((double)value * value), count + 1);
        }

        var mean = sum / Math.Max(1, count);
        var deviation = Math.Sqrt(Math.Max(0, (squares / Math.Max(1, count)) - (mean * mean)));
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = float.IsNaN(column[i]) ? float.NaN : deviation < 1e-6 ? 0 : (float)((column[i] - mean) / deviation);
        }
    }
}
