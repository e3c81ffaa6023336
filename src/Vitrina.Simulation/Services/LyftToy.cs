using System.Numerics;

namespace Vitrina.Simulation.Services;

/// <summary>Lyft's toy, enumerated: one order with one place, specialists who each look at it once in random order and respond with a fixed probability.</summary>
/// <param name="AllA">Expected deals when all are in arm A.</param>
/// <param name="AllB">Expected deals when all are in arm B.</param>
/// <param name="SplitA">Expected deals of arm A's specialists together, when half are in each arm.</param>
/// <param name="SplitB">The same of arm B's.</param>
/// <remarks>Source: Chamandy, "Experimentation in a ridesharing marketplace", Lyft Engineering 2016. No chance is drawn: all orders, responses and halves are summed.</remarks>
public sealed record LyftToy(double AllA, double AllB, double SplitA, double SplitB)
{
    /// <summary>The most specialists whose orders are enumerated.</summary>
    public const int MostSpecialists = 8;

    /// <summary>What happens when everybody changes from A to B: 1/3 in the preset.</summary>
    public double GlobalEffect => AllB / AllA - 1;

    /// <summary>What a test by specialists says: 2 in the preset.</summary>
    public double SplitEffect => SplitB / SplitA - 1;

    /// <summary>Enumerates a configuration, or answers null when it is no toy: one place, an even few specialists, responses that do not depend on the fit, a customer who takes who comes.</summary>
    public static LyftToy? TryOf(ServicesConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var count = configuration.SpecialistsPerMarket;
        if (configuration is not { Slots: 1, ResponseSlope: 0, ExaminationDecay: 0, ChoiceSlope: 0, OutsideUtility: <= -30 } || count > MostSpecialists || count % 2 != 0)
        {
            return null;
        }

        var (a, b) = (Need.ResponseProbability(configuration, 0, Arm.A), Need.ResponseProbability(configuration, 0, Arm.B));
        var splitA = 0.0;
        var splitB = 0.0;
        var halves = 0;
        for (var inB = 0; inB < 1 << count; inB++)
        {
            if (BitOperations.PopCount((uint)inB) == count / 2)
            {
                var (dealsA, dealsB) = Deals(count, inB, a, b);
                (splitA, splitB, halves) = (splitA + dealsA, splitB + dealsB, halves + 1);
            }
        }

        return new LyftToy(Deals(count, 0, a, b).A, Deals(count, (1 << count) - 1, a, b).B, splitA / halves, splitB / halves);
    }

    // The first who responds, in an order of which all are equally likely, has the deal: sums over who wants it, then over who of them is first.
    private static (double A, double B) Deals(int count, int inB, double a, double b)
    {
        var (dealsA, dealsB) = (0.0, 0.0);
        for (var wanting = 1; wanting < 1 << count; wanting++)
        {
            var probability = 1.0;
            for (var specialist = 0; specialist < count; specialist++)
            {
                var responds = (inB >> specialist & 1) != 0 ? b : a;
                probability *= (wanting >> specialist & 1) != 0 ? responds : 1 - responds;
            }

            var share = BitOperations.PopCount((uint)(wanting & inB)) / (double)BitOperations.PopCount((uint)wanting);
            dealsA += probability * (1 - share);
            dealsB += probability * share;
        }

        return (dealsA, dealsB);
    }
}
