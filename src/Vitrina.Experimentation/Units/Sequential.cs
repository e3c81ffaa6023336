using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Units;

/// <summary>Inference that stays valid while people look at it.</summary>
public static class Sequential
{
    private const string AlwaysValidAssumes = "valid at every look; units are independent; the tuning size was fixed before the start";

    /// <summary>Sample size for which the confidence sequence is narrowest, when none was planned.</summary>
    public const double DefaultTuningSize = 5000;

    /// <summary>The mixture's scale: narrowest at the given sample size.</summary>
    /// <remarks>Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences", eq. 9 with its approximation of ρ.</remarks>
    public static double Rho(double alpha, double tuningSize) => Math.Sqrt((-2 * Math.Log(alpha) + Math.Log(-2 * Math.Log(alpha) + 1)) / tuningSize);

    /// <summary>The asymptotic confidence sequence around an estimate, with its e-value and always-valid p.</summary>
    /// <param name="value">The estimate.</param>
    /// <param name="standardError">Its standard error now.</param>
    /// <param name="count">Units so far.</param>
    /// <param name="tuningSize">The sample size planned before the start.</param>
    /// <param name="level">Error rate over all looks together.</param>
    public static Estimate AlwaysValid(double value, double standardError, double count, double tuningSize, Level level)
    {
        if (!double.IsFinite(value) || !(standardError > 0) || !(count > 1) || !(tuningSize > 0))
        {
            return Estimate.None("a confidence sequence needs a standard error, units and a positive tuning size", value);
        }

        var rho = Rho(level.Alternative == Alternative.TwoSided ? level.Alpha : 2 * level.Alpha, tuningSize);
        var half = Half(standardError, count, rho, level.Alpha, level.Alternative != Alternative.TwoSided);
        var statistic = value * value * count / (standardError * standardError);
        var scale = count * rho * rho + 1;
        var logE = rho * rho * statistic / (2 * scale) - Math.Log(scale) / 2;
        var logP = level.Alternative == Alternative.TwoSided
            ? Math.Min(0, -logE)
            : Math.Log(OneSidedP(level.Alternative == Alternative.Greater ? value : -value, standardError, count, rho));
        return new Estimate
        {
            Value = value,
            StandardError = standardError,
            Low = level.Alternative == Alternative.Less ? double.NegativeInfinity : value - half,
            High = level.Alternative == Alternative.Greater ? double.PositiveInfinity : value + half,
            PValue = Math.Exp(logP),
            LogPValue = logP,
            Assumes = AlwaysValidAssumes,
        }.With(("rho", rho), ("halfWidth", half), ("eValue", Math.Exp(logE)), ("priceAgainstFixed", half / (standardError * -Tails.NormalQuantile(level.Alpha / (level.Alternative == Alternative.TwoSided ? 2 : 1)))));
    }

    /// <summary>The mixture sequential probability ratio test with a normal mixture of variance <paramref name="mixtureVariance"/>.</summary>
    /// <param name="difference">Difference of the means.</param>
    /// <param name="variance">Sum of the arms' unit variances.</param>
    /// <param name="countPerArm">Units of each arm.</param>
    /// <param name="mixtureVariance">τ², fixed before the start: about the square of a plausible effect.</param>
    /// <param name="level">Error rate over all looks together; two-sided.</param>
    /// <remarks>Johari, Koomen, Pekelis and Walsh, "Always Valid Inference: Continuous Monitoring of A/B Tests", Operations Research 2022, section 4.</remarks>
    public static Estimate Msprt(double difference, double variance, double countPerArm, double mixtureVariance, Level level)
    {
        if (!double.IsFinite(difference) || !(variance > 0) || !(countPerArm > 0) || !(mixtureVariance > 0))
        {
            return Estimate.None("the mixture test needs units, a positive variance and a positive mixture variance", difference);
        }

        var spread = variance + countPerArm * mixtureVariance;
        var logLambda = 0.5 * Math.Log(variance / spread) + countPerArm * countPerArm * mixtureVariance * difference * difference / (2 * variance * spread);
        var half = Math.Sqrt(variance * spread / (countPerArm * countPerArm * mixtureVariance) * (Math.Log(spread / variance) + 2 * Math.Log(1 / level.Alpha)));
        var logP = Math.Min(0, -logLambda);
        return new Estimate
        {
            Value = difference,
            StandardError = Math.Sqrt(variance / countPerArm),
            Low = difference - half,
            High = difference + half,
            PValue = Math.Exp(logP),
            LogPValue = logP,
            Assumes = "valid at every look; arms grow alike; the mixture variance was fixed before the start",
        }.With(("lambda", Math.Exp(logLambda)), ("halfWidth", half), ("mixtureVariance", mixtureVariance));
    }

    private static double Half(double standardError, double count, double rho, double alpha, bool isOneSided)
    {
        var scale = count * rho * rho + 1;
        var log = isOneSided ? Math.Log(1 + Math.Sqrt(scale) / (2 * alpha)) : Math.Log(Math.Sqrt(scale) / alpha);
        return standardError * Math.Sqrt(count) * Math.Sqrt(2 * scale / (count * count * rho * rho) * log);
    }

    // The error rate at which the one-sided bound reaches zero, ρ held: GrowthBook's bisection with its ends and its stop, so 0.4999 means that
    // no rate does, and values stand within about 1e-4 of the exact solution. Below its lower end the exact solution takes over.
    private static double OneSidedP(double value, double standardError, double count, double rho)
    {
        const double Smallest = 1e-5, Largest = 0.4999, Stop = 1e-6;
        double Bound(double alpha) => value - Half(standardError, count, rho, alpha, isOneSided: true);
        if (Bound(Largest) < 0)
        {
            return Largest;
        }

        if (Bound(Smallest) > 0)
        {
            var scale = count * rho * rho + 1;
            var log = value * value * count * rho * rho / (standardError * standardError * 2 * scale);
            return Math.Max(double.Epsilon, Math.Sqrt(scale) / (2 * double.ExpM1(log)));
        }

        double low = Smallest, high = Largest;
        for (var step = 0; step < 100; step++)
        {
            var middle = (low + high) / 2;
            var bound = Bound(middle);
            (low, high) = bound < 0 ? (middle, high) : (low, middle);
            if (Math.Abs(bound) < Stop)
            {
                break;
            }
        }

        return (low + high) / 2;
    }
}
