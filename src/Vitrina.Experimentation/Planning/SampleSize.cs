using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Planning;

/// <summary>Power, sample size and smallest detectable effects by formula.</summary>
/// <remarks>Normal approximations for two arms; see section B15 of the experiments reference. `power` is 1 − the chance to miss a true effect.</remarks>
public static class SampleSize
{
    /// <summary>Units per arm that find a difference of means.</summary>
    /// <param name="difference">The difference, not 0.</param>
    /// <param name="variance">One unit's variance.</param>
    /// <param name="alpha">Two-sided error rate.</param>
    /// <param name="power">Wanted power.</param>
    public static double PerArm(double difference, double variance, double alpha = 0.05, double power = 0.8)
        => 2 * variance * Square(Reach(alpha, power)) / Square(difference);

    /// <summary>Units per arm that find a difference of shares, with each arm's own variance.</summary>
    public static double PerArmUnpooled(double share, double difference, double alpha = 0.05, double power = 0.8)
    {
        var other = share + difference;
        return (share * (1 - share) + other * (1 - other)) * Square(Reach(alpha, power)) / Square(difference);
    }

    /// <summary>Units per arm that find a difference of shares, both arms with the baseline's (pooled) variance.</summary>
    public static double PerArmPooled(double share, double difference, double alpha = 0.05, double power = 0.8) => PerArm(difference, share * (1 - share), alpha, power);

    /// <summary>Units per arm that find a difference of means with the t test, the variance being estimated too.</summary>
    /// <remarks>The normal size plus z²/4: Guenther, "Sample Size Formulas for Normal Theory T Tests", The American Statistician 35, 1981. Rounded up it is the exact size of the noncentral t within one unit.</remarks>
    public static double PerArmOfT(double difference, double variance, double alpha = 0.05, double power = 0.8)
        => PerArm(difference, variance, alpha, power) + Square(Tails.NormalQuantile(alpha / 2)) / 4;

    /// <summary>Units per arm that find a difference of shares with the z test, whose error without a difference is that of both arms as one.</summary>
    /// <remarks>Fleiss, Levin and Paik, "Statistical Methods for Rates and Proportions", section 4.2: z for the error rate takes the pooled variance, z for the power each arm's own.</remarks>
    public static double PerArmOfZ(double share, double difference, double alpha = 0.05, double power = 0.8)
    {
        double other = share + difference, both = (share + other) / 2;
        var underNull = -Tails.NormalQuantile(alpha / 2) * Math.Sqrt(2 * both * (1 - both));
        return Square(underNull + Tails.NormalQuantile(power) * Math.Sqrt(share * (1 - share) + other * (1 - other))) / Square(difference);
    }

    /// <summary>The smallest difference of means that so many units per arm find.</summary>
    public static double MinimalDetectable(double perArm, double deviation, double alpha = 0.05, double power = 0.8)
        => Reach(alpha, power) * deviation * Math.Sqrt(2 / perArm);

    /// <summary>The power for a difference of means: both tails.</summary>
    public static double Power(double difference, double deviation, double perArm, double alpha = 0.05)
        => PowerOf(difference / (deviation * Math.Sqrt(2 / perArm)), alpha);

    /// <summary>The power of a test whose estimate lies so many standard errors from zero on average.</summary>
    public static double PowerOf(double standardised, double alpha = 0.05)
    {
        var z = -Tails.NormalQuantile(alpha / 2);
        return Tails.NormalUpper(z - standardised) + Tails.NormalUpper(z + standardised);
    }

    /// <summary>The smallest relative lift that is found, the control's mean being estimated too.</summary>
    /// <remarks>Solves d² = k² (v₁ + v₀ (1 + d)²)/m₀² for d: the delta method's variance at the lift itself.</remarks>
    /// <param name="mean">The control's mean.</param>
    /// <param name="variance">One unit's (linearised) variance in both arms.</param>
    /// <param name="perArm">Units per arm.</param>
    /// <param name="alpha">Two-sided error rate.</param>
    /// <param name="power">Wanted power.</param>
    /// <returns>NaN when no lift is ever found: the control's mean is too near zero.</returns>
    public static double MinimalDetectableLift(double mean, double variance, double perArm, double alpha = 0.05, double power = 0.8)
    {
        var c = Square(Reach(alpha, power)) * variance / perArm / Square(mean);
        // (1 − c) d² − 2 c d − 2 c = 0.
        return c < 1 ? (c + Math.Sqrt(c * c + 2 * c * (1 - c))) / (1 - c) : double.NaN;
    }

    /// <summary>By how much clusters inflate the variance of a mean.</summary>
    /// <param name="size">Mean units per cluster.</param>
    /// <param name="correlation">Intra-class correlation.</param>
    /// <param name="sizeVariation">Coefficient of variation of the sizes.</param>
    /// <remarks>Eldridge, Ashby and Kerry, International Journal of Epidemiology 35, 2006.</remarks>
    public static double DesignEffect(double size, double correlation, double sizeVariation = 0) => 1 + ((1 + Square(sizeVariation)) * size - 1) * correlation;

    /// <summary>z for the error rate plus z for the power: 2.8016 at 5 % and 80 %.</summary>
    public static double Reach(double alpha, double power) => Tails.NormalQuantile(power) - Tails.NormalQuantile(alpha / 2);

    private static double Square(double value) => value * value;
}
