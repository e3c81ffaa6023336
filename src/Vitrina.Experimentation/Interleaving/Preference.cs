using MathNet.Numerics;
using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Interleaving;

/// <summary>Which of two interleaved rankers people prefer.</summary>
/// <param name="Wins">Requests that credited the second ranker (B) more.</param>
/// <param name="Losses">Requests that credited the first (A) more.</param>
/// <param name="Ties">Requests with equal credit.</param>
/// <param name="Delta">(wins + ties/2)/all − 1/2: positive when B is preferred.</param>
/// <param name="SignTest">The exact sign test of wins against losses.</param>
/// <param name="PairedT">The t-test of credit differences per unit, which allows for people with many requests.</param>
/// <param name="EValue">Evidence that stays valid at every look: a Beta(1, 1) mixture over the share of wins.</param>
public sealed record Preference(int Wins, int Losses, int Ties, double Delta, Estimate SignTest, Estimate PairedT, double EValue)
{
    /// <summary>Judges credits of requests.</summary>
    /// <param name="creditA">Credit of ranker A by request: clicks or responses on its places.</param>
    /// <param name="creditB">Credit of ranker B.</param>
    /// <param name="unit">The unit (user) of each request as a dense number; empty: each request is its own.</param>
    /// <param name="alpha">1 − confidence.</param>
    /// <remarks>Chapelle, Joachims, Radlinski and Yue, "Large-scale validation and analysis of interleaved search evaluation", TOIS 2012.</remarks>
    public static Preference Of(double[] creditA, double[] creditB, int[] unit, double alpha = 0.05)
    {
        ArgumentNullException.ThrowIfNull(creditA);
        ArgumentNullException.ThrowIfNull(creditB);
        ArgumentNullException.ThrowIfNull(unit);
        int wins = 0, losses = 0;
        var perUnit = new Dictionary<int, (double Sum, int Count)>();
        for (var i = 0; i < creditA.Length; i++)
        {
            wins += creditB[i] > creditA[i] ? 1 : 0;
            losses += creditB[i] < creditA[i] ? 1 : 0;
            var key = unit.Length == 0 ? i : unit[i];
            var (sum, count) = perUnit.GetValueOrDefault(key);
            perUnit[key] = (sum + creditB[i] - creditA[i], count + 1);
        }

        var ties = creditA.Length - wins - losses;
        var delta = creditA.Length == 0 ? double.NaN : (wins + ties / 2.0) / creditA.Length - 0.5;
        var logE = SpecialFunctions.BetaLn(wins + 1, losses + 1) + (wins + losses) * Math.Log(2);
        return new Preference(wins, losses, ties, delta, Sign(wins, losses, delta), Paired([.. perUnit.Values.Select(value => value.Sum / value.Count)], alpha), Math.Exp(logE));
    }

    private static Estimate Sign(int wins, int losses, double delta)
    {
        if (wins + losses == 0)
        {
            return Estimate.None("no request credited one ranker more than the other", delta);
        }

        var p = Tails.BinomialTwoSided(wins, wins + losses, 0.5);
        return new Estimate { Value = delta, PValue = p, LogPValue = Math.Log(p), Assumes = "requests are independent; ties say nothing" };
    }

    private static Estimate Paired(double[] differences, double alpha)
    {
        var moments = new CoMoments(1);
        foreach (var difference in differences)
        {
            moments.Add([difference]);
        }

        return moments.Count < 2
            ? Estimate.None("there are fewer than two units")
            : Estimate.FromT(moments.Mean(0), Math.Sqrt(moments.Variance(0) / moments.Count), moments.Count - 1, new Level(alpha), "units are independent");
    }
}
