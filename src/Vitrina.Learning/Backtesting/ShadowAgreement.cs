using Vitrina.Engine.Ranking.Recording;

namespace Vitrina.Learning.Backtesting;

/// <summary>How the logged scores of a version in shadow agree with those that served, over the lists of the feature log.</summary>
/// <param name="Lists">Lists with both scores.</param>
/// <param name="From">The oldest of them.</param>
/// <param name="To">The newest of them.</param>
/// <param name="KendallTau">Mean over lists: share of pairs in the same order minus share in another.</param>
/// <param name="SameFirst">Share of lists whose best item is the same.</param>
public sealed record ShadowAgreement(int Lists, DateTimeOffset From, DateTimeOffset To, double KendallTau, double SameFirst)
{
    /// <summary>Reads the feature log.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="id">The version, as name/version.</param>
    /// <returns>Null when it was never in shadow, or retention took the lists.</returns>
    public static ShadowAgreement? Of(string folder, string id)
    {
        var (lists, from, to, tau, first) = (0, long.MaxValue, long.MinValue, 0.0, 0);
        foreach (var block in FeatureLogReader.Read(folder))
        {
            if (block.Items.Length < 2 || ShadowScores.ModelOf(block) != id || float.IsNaN(ShadowScores.Of(block)[0]))
            {
                continue;
            }

            var (served, shadow) = (OrderOf(ShadowScores.ServedOf(block)), OrderOf(ShadowScores.Of(block)));
            tau += BacktestReport.KendallTau(shadow, served);
            first += served[0] == shadow[0] ? 1 : 0;
            (lists, from, to) = (lists + 1, Math.Min(from, block.AtMs), Math.Max(to, block.AtMs));
        }

        return lists == 0 ? null : new ShadowAgreement(
            lists, DateTimeOffset.FromUnixTimeMilliseconds(from), DateTimeOffset.FromUnixTimeMilliseconds(to), tau / lists, (double)first / lists);
    }

    private static int[] OrderOf(ReadOnlySpan<float> scores)
    {
        var order = new int[scores.Length];
        Evaluation.RankingMetrics.OrderByScore(scores, order);
        return order;
    }
}
