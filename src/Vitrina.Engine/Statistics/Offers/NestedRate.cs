namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Successes out of trials: clicks of views, orders of views. Both may be fractions where they were transferred.</summary>
/// <param name="Successes">0 or more.</param>
/// <param name="Trials">0 or more.</param>
public readonly record struct RateEvidence(double Successes, double Trials)
{
    /// <summary>Successes by trials; NaN without trials.</summary>
    public double Rate => Trials > 0 ? Successes / Trials : double.NaN;

    /// <summary>Both together.</summary>
    public static RateEvidence operator +(RateEvidence left, RateEvidence right) => new(left.Successes + right.Successes, left.Trials + right.Trials);

    /// <summary>A share of it.</summary>
    public static RateEvidence operator *(double weight, RateEvidence evidence) => new(weight * evidence.Successes, weight * evidence.Trials);

    /// <summary>What others contributed to a sum: the sum without one's own part.</summary>
    /// <remarks>Never below 0: the difference of two sums of fractions may be off by a rounding.</remarks>
    public RateEvidence Without(RateEvidence own) => new(Math.Max(0, Successes - own.Successes), Math.Max(0, Trials - own.Trials));
}

/// <summary>How strong the priors of a rate may be.</summary>
/// <param name="Type">κ of the type's rate as prior of the match group, in views.</param>
/// <param name="MatchGroup">κ of the match group's rate as prior of the item, in views.</param>
/// <remarks>Learned by the likelihood that fits the transfer; compare Amazon's "Treating cold start in product search by priors" (WWW 2020).</remarks>
public readonly record struct PriorStrengths(double Type, double MatchGroup)
{
    /// <summary>50 and 200 pseudo-views.</summary>
    public static PriorStrengths Default { get; } = new(50, 200);
}

/// <summary>A rate of an offer by nested empirical Bayes, and how much of it comes from where. The four shares add up to 1.</summary>
/// <param name="Rate">Posterior mean; NaN when there is no evidence at all.</param>
/// <param name="Evidence">Trials and pseudo-trials behind the rate.</param>
/// <param name="Own">Share of the item in this very state.</param>
/// <param name="Transferred">Share of the item in other states.</param>
/// <param name="Match">Share of the same product from other sellers.</param>
/// <param name="Type">Share of other items of the type.</param>
/// <remarks>
/// The type's rate in nearby states is the prior of the match group, the group's posterior the prior of the item's own and transferred
/// statistics. A prior is never stronger than the evidence it rests on: strength = min(κ, evidence). So a novice starts with the rate of its
/// analogs, and never with the sum of a category.
/// </remarks>
public readonly record struct NestedRate(double Rate, double Evidence, double Own, double Transferred, double Match, double Type)
{
    /// <summary>Without any evidence.</summary>
    public static NestedRate Unknown { get; } = new(double.NaN, 0, 0, 0, 0, 0);

    /// <summary>Computes a rate.</summary>
    /// <param name="own">The item in its present state.</param>
    /// <param name="transferred">The item in its other states, weighted by W into the present one.</param>
    /// <param name="match">The other items of the match group, all states, weighted by W into the present one; see <see cref="RateEvidence.Without"/>.</param>
    /// <param name="type">The other items of the type, likewise.</param>
    /// <param name="strengths">How strong the priors may be.</param>
    /// <remarks>Allocates nothing.</remarks>
    public static NestedRate Of(RateEvidence own, RateEvidence transferred, RateEvidence match, RateEvidence type, PriorStrengths strengths)
    {
        var typeStrength = type.Trials > 0 ? Math.Min(strengths.Type, type.Trials) : 0;
        var typePrior = typeStrength > 0 ? new RateEvidence(typeStrength * type.Rate, typeStrength) : default;
        var group = match + typePrior;
        var groupStrength = Math.Min(strengths.MatchGroup, group.Trials);
        var groupPrior = groupStrength > 0 ? new RateEvidence(groupStrength * group.Rate, groupStrength) : default;
        var all = own + transferred + groupPrior;
        if (!(all.Trials > 0))
        {
            return Unknown;
        }

        var fromMatch = groupStrength > 0 ? match.Trials / group.Trials : 0;
        return new NestedRate(
            all.Rate,
            all.Trials,
            own.Trials / all.Trials,
            transferred.Trials / all.Trials,
            groupStrength * fromMatch / all.Trials,
            groupStrength * (1 - fromMatch) / all.Trials);
    }
}
