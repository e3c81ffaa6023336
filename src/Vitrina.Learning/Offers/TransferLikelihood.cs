using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Learning.Offers;

/// <summary>The log-likelihood of outcomes when the prior is Beta with the transferred pseudo-counts, and its gradient by every weight.</summary>
/// <remarks>
/// successes ~ BetaBinomial(trials, α, β), α and β the successes and failures that <see cref="NestedRate"/> counts before the outcome.
/// Parameters, all unbounded: per kernel side nine logits whose sigmoids multiply up to the weights, so that weights lie in (0, 1) and never
/// rise with the distance; then the logarithms of the two strengths.
/// </remarks>
internal sealed class TransferLikelihood(IReadOnlyList<TransferCase> cases)
{
    /// <summary>Logits of price down, price up, delivery down, delivery up; then ln κ of type and match group.</summary>
    public const int ParameterCount = (4 * TransferKernel.MaxShift) + 2;

    private const int Steps = TransferKernel.MaxShift;
    private const int TypeStrength = 4 * Steps;
    private const int MatchStrength = TypeStrength + 1;
    private const int ChunkSize = 4096;

    /// <summary>The parameters of given kernels and strengths; weights are kept a little away from 0 and 1.</summary>
    public static double[] Parameters(TransferMatrix matrix, PriorStrengths strengths)
    {
        var parameters = new double[ParameterCount];
        for (var side = 0; side < 4; side++)
        {
            var (kernel, sign) = (side < 2 ? matrix.Price : matrix.Delivery, side % 2 == 0 ? -1 : 1);
            for (var step = 1; step <= Steps; step++)
            {
                var ratio = kernel[sign * (step - 1)] > 0 ? kernel[sign * step] / kernel[sign * (step - 1)] : 0;
                ratio = Math.Clamp(ratio, 0.001, 0.999);
                parameters[(side * Steps) + step - 1] = Math.Log(ratio / (1 - ratio));
            }
        }

        parameters[TypeStrength] = Math.Log(Math.Max(strengths.Type, 1e-3));
        parameters[MatchStrength] = Math.Log(Math.Max(strengths.MatchGroup, 1e-3));
        return parameters;
    }

    /// <summary>The kernels of parameters.</summary>
    public static TransferMatrix MatrixOf(ReadOnlySpan<double> parameters)
    {
        var weights = Weights(parameters);
        return new TransferMatrix(new TransferKernel(weights.AsSpan(0, TransferKernel.Count)), new TransferKernel(weights.AsSpan(TransferKernel.Count)));
    }

    /// <summary>The strengths of parameters.</summary>
    public static PriorStrengths StrengthsOf(ReadOnlySpan<double> parameters) => new(Math.Exp(parameters[TypeStrength]), Math.Exp(parameters[MatchStrength]));

    /// <summary>Mean log-likelihood of a trial under given kernels and strengths, the combinatorial constant left out.</summary>
    public double PerTrial(TransferMatrix matrix, PriorStrengths strengths)
    {
        var weights = new double[2 * TransferKernel.Count];
        matrix.Price.Weights.CopyTo(weights);
        matrix.Delivery.Weights.CopyTo(weights.AsSpan(TransferKernel.Count));
        var slopes = new double[weights.Length + 2];
        double sum = 0, trials = 0;
        foreach (var one in cases)
        {
            sum += Add(one, weights, strengths, slopes);
            trials += one.Outcome.Trials;
        }

        return sum / trials;
    }

    /// <summary>Minus the log-likelihood, and its gradient by the parameters.</summary>
    /// <param name="parameters">Shape [ParameterCount].</param>
    /// <param name="gradient">Receives the gradient, of the same shape.</param>
    /// <remarks>The same bits for any number of threads: chunks are of fixed size and summed in order.</remarks>
    public double Evaluate(double[] parameters, double[] gradient)
    {
        var weights = Weights(parameters);
        var strengths = StrengthsOf(parameters);
        var chunks = (cases.Count + ChunkSize - 1) / ChunkSize;
        var sums = new (double Value, double[] Slopes)[chunks];
        Parallel.For(0, chunks, chunk =>
        {
            var slopes = new double[weights.Length + 2];
            var value = 0.0;
            for (var i = chunk * ChunkSize; i < Math.Min(cases.Count, (chunk + 1) * ChunkSize); i++)
            {
                value += Add(cases[i], weights, strengths, slopes);
            }

            sums[chunk] = (value, slopes);
        });
        var total = 0.0;
        var byWeight = new double[weights.Length + 2];
        foreach (var (value, slopes) in sums)
        {
            total += value;
            for (var i = 0; i < slopes.Length; i++)
            {
                byWeight[i] += slopes[i];
            }
        }

        Chain(parameters, weights, byWeight, gradient);
        return -total;
    }

    // Both kernels' weights of shifts −9 … 9, price first.
    private static double[] Weights(ReadOnlySpan<double> parameters)
    {
        var weights = new double[2 * TransferKernel.Count];
        for (var side = 0; side < 4; side++)
        {
            var (centre, sign) = CentreOf(side);
            weights[centre] = 1;
            for (var step = 1; step <= Steps; step++)
            {
                weights[centre + (sign * step)] = weights[centre + (sign * (step - 1))] / (1 + Math.Exp(-parameters[(side * Steps) + step - 1]));
            }
        }

        return weights;
    }

    private static (int Centre, int Sign) CentreOf(int side) => ((side / 2 * TransferKernel.Count) + Steps, side % 2 == 0 ? -1 : 1);

    private static void Chain(double[] parameters, double[] weights, double[] byWeight, double[] gradient)
    {
        for (var side = 0; side < 4; side++)
        {
            var (centre, sign) = CentreOf(side);
            var beyond = 0.0;
            for (var step = Steps; step >= 1; step--)
            {
                var place = centre + (sign * step);
                beyond += byWeight[place] * weights[place];
                gradient[(side * Steps) + step - 1] = -beyond / (1 + Math.Exp(parameters[(side * Steps) + step - 1]));
            }
        }

        gradient[TypeStrength] = -byWeight[^2] * Math.Exp(parameters[TypeStrength]);
        gradient[MatchStrength] = -byWeight[^1] * Math.Exp(parameters[MatchStrength]);
    }

    // The log-likelihood of one case; adds its derivatives by the weights and the two strengths to the slopes.
    private static double Add(TransferCase one, double[] weights, PriorStrengths strengths, double[] slopes)
    {
        var (own, group) = (Sum(one.History, weights), Sum(one.Match, weights));
        var typeStrength = Math.Min(strengths.Type, one.Type.Trials);
        group += (typeStrength / one.Type.Trials) * one.Type;
        var groupRate = group.Rate;
        var isCapped = strengths.MatchGroup < group.Trials;
        var all = own + ((isCapped ? strengths.MatchGroup / group.Trials : 1) * group);
        var (successes, failures) = (one.Outcome.Successes, one.Outcome.Trials - one.Outcome.Successes);
        var value = LogGammaRatio.Of(all.Successes, successes, out var byAlpha) + LogGammaRatio.Of(all.Trials - all.Successes, failures, out var byBeta)
            - LogGammaRatio.Of(all.Trials, one.Outcome.Trials, out var byBoth);

        // α = successes, β = trials − successes before the outcome.
        var (perSuccess, perTrial) = (byAlpha - byBeta, byBeta - byBoth);
        AddSlopes(one.History, weights, slopes, perSuccess, perTrial);
        if (isCapped)
        {
            // The group counts κ trials at its rate, whatever its evidence: only the rate moves.
            var perRate = perSuccess * strengths.MatchGroup / group.Trials;
            AddSlopes(one.Match, weights, slopes, perRate, -perRate * groupRate);
            slopes[^1] += (perSuccess * groupRate) + perTrial;
            slopes[^2] += strengths.Type < one.Type.Trials ? perRate * (one.Type.Rate - groupRate) : 0;
        }
        else
        {
            AddSlopes(one.Match, weights, slopes, perSuccess, perTrial);
            slopes[^2] += strengths.Type < one.Type.Trials ? (perSuccess * one.Type.Rate) + perTrial : 0;
        }

        return value;
    }

    private static RateEvidence Sum(IReadOnlyList<ShiftedEvidence> parts, double[] weights)
    {
        var sum = default(RateEvidence);
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            sum += (weights[part.PriceShift + Steps] * weights[TransferKernel.Count + part.DeliveryShift + Steps]) * part.Evidence;
        }

        return sum;
    }

    private static void AddSlopes(IReadOnlyList<ShiftedEvidence> parts, double[] weights, double[] slopes, double perSuccess, double perTrial)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            var (price, delivery) = (part.PriceShift + Steps, TransferKernel.Count + part.DeliveryShift + Steps);
            var byWeight = (perSuccess * part.Evidence.Successes) + (perTrial * part.Evidence.Trials);
            slopes[price] += byWeight * weights[delivery];
            slopes[delivery] += byWeight * weights[price];
        }
    }
}
