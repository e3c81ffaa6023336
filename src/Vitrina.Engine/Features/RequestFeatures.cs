using Vitrina.Engine.Statistics;

namespace Vitrina.Engine.Features;

/// <summary>How many words the query has; 0 without a query.</summary>
internal sealed class QueryLengthFeature(string name) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column) => column.Fill(scope.QueryTermCount);
}

/// <summary>The hour of the day in the vertical's time zone, 0 to below 24.</summary>
internal sealed class HourOfDayFeature(string name, TimeZoneInfo zone) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column) => column.Fill(new DayClock(zone).HourOf(scope.NowMs));
}

/// <summary>The candidate's rank in a source, as 1 / rank; 0 when the source did not find it.</summary>
internal sealed class SourceRankFeature(string name, string source) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var index = Array.IndexOf(scope.SourceNames, source);
        if (index < 0)
        {
            column.Fill(float.NaN);
            return;
        }

        var ranks = scope.SourceRanks[index];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = ranks[i] == 0 ? 0 : 1f / ranks[i];
        }
    }
}
