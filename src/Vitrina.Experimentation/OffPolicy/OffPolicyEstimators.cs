using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.OffPolicy;

/// <summary>Values of a policy from another policy's log.</summary>
/// <remarks>
/// IPS: Horvitz and Thompson 1952; SNIPS: Swaminathan and Joachims, NIPS 2015; DR: Dudík, Langford and Li, ICML 2011; Switch: Wang, Agarwal and
/// Dudík, ICML 2017; DRos: Su et al., ICML 2020; subgaussian weights: Metelli, Russo and Restelli, NeurIPS 2021. Standard errors: deviation of the rows' terms, or of their
/// sums per cluster; self-normalised ones by the delta method. All estimate the value under today's competition: interference stays in.
/// </remarks>
public static class OffPolicyEstimators
{
    private const string Logged = "propensities are those that were used; the logging policy can take every action of the evaluated one";
    private const string Modelled = "the reward model is right on average; its error is not in the interval";

    /// <summary>Every estimator that the log allows, by its stable name.</summary>
    public static IReadOnlyDictionary<string, Estimate> All(OffPolicyLog log, OffPolicyOptions options, double alpha)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(options);
        var estimates = new OrderedDictionary<string, Estimate>(StringComparer.Ordinal);
        var terms = new TermEstimates(log.Cluster, alpha);
        if (Refusal(log) is { } refusal)
        {
            foreach (var name in (string[])["ips", "snips", "ipsClipped", "ipsSubgaussian", "dr", "snDr", "drClipped", "switchDr", "drOs", "drSubgaussian"])
            {
                estimates[name] = Estimate.None(refusal);
            }
        }
        else
        {
            AddWeighted(estimates, log, options, terms);
        }

        estimates["dm"] = log.HasModel ? terms.Mean(log.ExpectedPrediction, Modelled) : Estimate.None("the log has no predictions of rewards");
        double[] matched = log.IsMatch.Length == log.Count ? [.. log.Reward.Where((_, i) => log.IsMatch[i])] : [];
        estimates["replay"] = matched.Length > 1
            ? new TermEstimates(log.Cluster.Length == 0 ? [] : [.. log.Cluster.Where((_, i) => log.IsMatch[i])], alpha).Mean(matched, "actions were logged uniformly at random, whatever the context").With(("matchRate", matched.Length / (double)log.Count))
            : Estimate.None("no logged action is the evaluated policy's first choice, or its choices are unknown");
        return estimates;
    }

    /// <summary>Why importance weights cannot be made of this log; null when they can.</summary>
    public static string? Refusal(OffPolicyLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var missing = log.Propensity.Count(propensity => !(propensity > 0));
        var outside = log.Propensity.Count(propensity => propensity > 1 + 1e-9) + log.EvaluationPropensity.Count(propensity => !(propensity is >= 0 and <= 1 + 1e-9));
        return log.Count < 2 ? "the log has fewer than two rows"
            : missing == log.Count ? "the log has no propensities: only the direct method and replay are possible; log them from the first day (a randomised top-k)"
            : missing > 0 ? $"{missing} of {log.Count} rows have a propensity that is missing or 0"
            : outside > 0 ? $"{outside} propensities lie outside 0 to 1"
            : null;
    }

    private static void AddWeighted(OrderedDictionary<string, Estimate> estimates, OffPolicyLog log, OffPolicyOptions options, TermEstimates terms)
    {
        var weights = log.ImportanceWeights();
        var noOverlap = weights.All(weight => weight == 0);
        double[] Weighted(Func<double, double> change, double[] values) => [.. weights.Select((weight, i) => change(weight) * values[i])];
        Estimate Supported(Func<Estimate> estimate) => noOverlap ? Estimate.None("no logged action is ever taken by the evaluated policy: there is no overlap") : estimate();
        double Clip(double weight) => Math.Min(weight, options.Clip);
        double Shrink(double weight) => options.Shrinkage * weight / (weight * weight + options.Shrinkage);
        double Subgaussian(double weight) => weight / (1 - options.Subgaussian + options.Subgaussian * weight);
        estimates["ips"] = Supported(() => terms.Mean(Weighted(weight => weight, log.Reward), Logged));
        estimates["snips"] = Supported(() => terms.SelfNormalised(weights, log.Reward, null, Logged));
        estimates["ipsClipped"] = Supported(() => terms.Mean(Weighted(Clip, log.Reward), Logged + "; biased where weights were clipped").With(("clip", options.Clip)));
        estimates["ipsSubgaussian"] = Supported(() => terms.Mean(Weighted(Subgaussian, log.Reward), Logged + "; biased by the shrinkage").With(("lambda", options.Subgaussian)));
        if (!log.HasModel)
        {
            foreach (var name in (string[])["dr", "snDr", "drClipped", "switchDr", "drOs", "drSubgaussian"])
            {
                estimates[name] = Estimate.None("the log has no predictions of rewards");
            }

            return;
        }

        double[] residuals = [.. log.Reward.Zip(log.Prediction, (reward, prediction) => reward - prediction)];
        double[] Robust(Func<double, double> change) => [.. log.ExpectedPrediction.Zip(Weighted(change, residuals), (expected, correction) => expected + correction)];
        const string Doubly = "the propensities or the reward model are right";
        estimates["dr"] = Supported(() => terms.Mean(Robust(weight => weight), Doubly));
        estimates["snDr"] = Supported(() => terms.SelfNormalised(weights, residuals, log.ExpectedPrediction, Doubly));
        estimates["drClipped"] = Supported(() => terms.Mean(Robust(Clip), Doubly + "; biased where weights were clipped").With(("clip", options.Clip)));
        estimates["switchDr"] = Supported(() => terms.Mean(Robust(weight => weight <= options.SwitchAt ? weight : 0), Doubly + "; the model stands alone above the switch").With(("switchAt", options.SwitchAt)));
        estimates["drOs"] = Supported(() => terms.Mean(Robust(Shrink), Doubly + "; biased by the shrinkage").With(("lambda", options.Shrinkage)));
        estimates["drSubgaussian"] = Supported(() => terms.Mean(Robust(Subgaussian), Doubly + "; biased by the shrinkage").With(("lambda", options.Subgaussian)));
    }
}
