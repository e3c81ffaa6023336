using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.OffPolicy;

/// <summary>Values of rankings: rows are places of lists.</summary>
/// <remarks>
/// Independent and full-list weights: Li, Abbasi-Yadkori, Kveton et al., KDD 2018; cascade ("reward interaction", weights multiply down to the
/// place): McInerney et al., KDD 2020; the same made doubly robust: Kiyohara et al., WSDM 2022, section 4; position-based: reward divided by the examination of its place.
/// </remarks>
public static class SlateEstimators
{
    /// <summary>Every slate estimator that the log allows, by its stable name; values are sums of rewards per list.</summary>
    public static IReadOnlyDictionary<string, Estimate> All(OffPolicyLog log, OffPolicyOptions options, double alpha)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(options);
        var estimates = new OrderedDictionary<string, Estimate>(StringComparer.Ordinal);
        if (log.Position.Length != log.Count || OffPolicyEstimators.Refusal(log) is not null)
        {
            return estimates;
        }

        var weights = log.ImportanceWeights();
        if (log.List.Length == log.Count)
        {
            AddLists(estimates, log, weights, alpha);
        }

        var examination = Examination(log, options);
        estimates["positionBased"] = examination.Values.All(value => value > 0)
            ? new TermEstimates(log.Cluster, alpha).Mean(
                [.. weights.Select((weight, i) => weight * log.Reward[i] / examination[log.Position[i]])],
                "a click needs examination, which depends on the place alone; the value is that of the first place")
                .With([.. examination.OrderBy(pair => pair.Key).Select(pair => ($"examination{pair.Key}", pair.Value))])
            : Estimate.None("a place has no reward at all, so its examination is unknown; give it with --examination");
        return estimates;
    }

    private static void AddLists(OrderedDictionary<string, Estimate> estimates, OffPolicyLog log, double[] weights, double alpha)
    {
        var lists = Enumerable.Range(0, log.Count).GroupBy(i => log.List[i]).Select(list => list.OrderBy(i => log.Position[i]).ToArray()).ToArray();
        var terms = new TermEstimates(log.Cluster.Length == 0 ? [] : [.. lists.Select(list => log.Cluster[list[0]])], alpha);
        if (lists.Length < 2)
        {
            estimates["slateIps"] = estimates["slateIndependent"] = estimates["slateCascade"] = estimates["slateCascadeDr"] = Estimate.None("there are fewer than two lists");
            return;
        }

        double Product(IEnumerable<int> rows) => rows.Aggregate(1.0, (product, i) => product * weights[i]);
        estimates["slateIps"] = terms.Mean([.. lists.Select(list => Product(list) * list.Sum(i => log.Reward[i]))], "nothing about how people read lists; the variance explodes with the length");
        estimates["slateIndependent"] = terms.Mean([.. lists.Select(list => list.Sum(i => weights[i] * log.Reward[i]))], "a place's reward depends on its own item alone");
        estimates["slateCascade"] = terms.Mean([.. lists.Select(list => list.Select((row, k) => Product(list.Take(k + 1)) * log.Reward[row]).Sum())], "a place's reward depends on the items above it and its own");
        estimates["slateCascadeDr"] = log.HasModel
            ? terms.Mean([.. lists.Select(list => CascadeDr(log, weights, list))], "a place's reward depends on the items above it and its own; the propensities or the reward model are right")
            : Estimate.None("the log has no predictions of rewards");
    }

    // With a model of each place's own reward, what is still to come below a place (Q in the paper) is its prediction and the expected ones below: the
    // weighted values of the places below cancel between neighbours, and the expected list stays with the weighted surprises.
    private static double CascadeDr(OffPolicyLog log, double[] weights, int[] list)
    {
        double sum = 0, weight = 1;
        foreach (var row in list)
        {
            weight *= weights[row];
            sum += log.ExpectedPrediction[row] + weight * (log.Reward[row] - log.Prediction[row]);
        }

        return sum;
    }

    private static Dictionary<int, double> Examination(OffPolicyLog log, OffPolicyOptions options)
    {
        var places = log.Position.Distinct().ToArray();
        if (options.Examination.Count > 0)
        {
            return places.ToDictionary(place => place, place => place <= options.Examination.Count ? options.Examination[place - 1] : double.NaN);
        }

        var byPlace = Enumerable.Range(0, log.Count).GroupBy(i => log.Position[i]).ToDictionary(group => group.Key, group => group.Average(i => log.Reward[i]));
        var first = byPlace[places.Min()];
        return byPlace.ToDictionary(pair => pair.Key, pair => first > 0 ? pair.Value / first : 0);
    }
}
