using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli;

/// <summary>Turns judged lists into the table of the bench contract.</summary>
internal static class Evaluations
{
    /// <summary>The metrics of every method with intervals, and differences to named baselines.</summary>
    public static EvaluationTable Table(RankedLists lists, ulong seed, IReadOnlyList<string> baselines)
    {
        var table = new EvaluationTable(seed, baselines);
        foreach (var method in lists.Methods)
        {
            table.AddLists(method, "ndcg@10", lists.PerList(method, relevances => RankingMetrics.Ndcg(relevances, 10)));
            table.AddLists(method, "mrr", lists.PerList(method, relevances => RankingMetrics.ReciprocalRank(relevances)));
            if (lists.HasTruth)
            {
                table.AddLists(method, "true_ndcg@10", lists.PerListByTruth(method, relevances => RankingMetrics.Ndcg(relevances, 10)));
            }

            table.AddFigure(method, "auc", ProbabilityMetrics.Auc(lists.Scores(method), lists.Labels));
            if (method == "vitrina")
            {
                table.AddFigure(method, "log_loss", ProbabilityMetrics.LogLoss(ProbabilitiesOf(lists.Scores(method)), lists.Labels));
            }
        }

        return table;
    }

    private static float[] ProbabilitiesOf(ReadOnlySpan<float> logOdds)
    {
        var probabilities = new float[logOdds.Length];
        for (var i = 0; i < logOdds.Length; i++)
        {
            probabilities[i] = (float)Engine.Models.RankingModel.Probability(logOdds[i]);
        }

        return probabilities;
    }
}
