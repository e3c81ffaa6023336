using Vitrina.Engine.Statistics.Offers;
using Vitrina.Learning.Training;

namespace Vitrina.Learning.Offers;

/// <summary>How much a set of kernels and strengths explains.</summary>
/// <param name="Name">Which: `fitted`, `default`, `item` (everything is transferred), `none` (nothing is).</param>
/// <param name="Train">Mean log-likelihood of a trial in the cases that were fitted, nats.</param>
/// <param name="HeldOut">The same in later cases that were not; NaN without any.</param>
public readonly record struct TransferScore(string Name, double Train, double HeldOut);

/// <summary>A fitted transfer, and how well it predicts.</summary>
/// <param name="Document">The kernels and strengths.</param>
/// <param name="CaseCount">Cases that were fitted.</param>
/// <param name="HeldOutCount">Later cases kept aside.</param>
/// <param name="Scores">The fitted one and what it is compared with.</param>
/// <param name="IsConverged">Whether the search came to rest.</param>
public sealed record TransferFit(TransferDocument Document, int CaseCount, int HeldOutCount, IReadOnlyList<TransferScore> Scores, bool IsConverged);

/// <summary>How a transfer is fitted.</summary>
public sealed record TransferFitOptions
{
    /// <summary>Share of the cases, the latest, that are kept aside. Default: a fifth.</summary>
    public double HeldOutShare { get; init; } = 0.2;

    /// <summary>How firmly a parameter stays at its default: the log-likelihood loses so much per squared unit of log-odds or of ln κ. Default: 1.</summary>
    /// <remarks>1 is a Gaussian prior with standard deviation 0.7: a step of some tens of informative cases outweighs it, thin data does not.</remarks>
    public double Shrinkage { get; init; } = 1;

    /// <summary>Whether the strengths of the priors are fitted too. Default: true.</summary>
    public bool WithStrengths { get; init; } = true;
}

/// <summary>Chooses the kernels and strengths under which what happened after changes of state was most likely.</summary>
public static class TransferFitter
{
    private const int MaxIterations = 300;

    /// <summary>Fits.</summary>
    /// <param name="cases">What happened; the order means nothing.</param>
    /// <param name="options">How.</param>
    /// <exception cref="TrainingSetException">There are no cases, or nothing ever succeeded.</exception>
    public static TransferFit Fit(IReadOnlyList<TransferCase> cases, TransferFitOptions options)
    {
        ArgumentNullException.ThrowIfNull(cases);
        ArgumentNullException.ThrowIfNull(options);
        if (!cases.Any(one => one.Outcome.Successes > 0))
        {
            throw new TrainingSetException(TrainingSetFault.NoPositives, -1, $"None of the {cases.Count} cases has a success: there is nothing to fit a transfer to.");
        }

        List<TransferCase> byDay = [.. cases.OrderBy(one => one.Day)];
        var trainCount = Math.Max(1, (int)Math.Round(byDay.Count * (1 - options.HeldOutShare)));
        var (train, heldOut) = (byDay[..trainCount], byDay[trainCount..]);
        var likelihood = new TransferLikelihood(train);
        var start = TransferLikelihood.Parameters(TransferMatrix.Default, PriorStrengths.Default);
        var point = (double[])start.Clone();
        var fitted = options.WithStrengths ? point.Length : point.Length - 2;
        var scale = 1 / train.Sum(one => one.Outcome.Trials);
        var result = ConvexSolver.LimitedMemory(
            (at, gradient) =>
            {
                var value = likelihood.Evaluate(at, gradient) * scale;
                for (var i = 0; i < at.Length; i++)
                {
                    var off = at[i] - start[i];
                    value += options.Shrinkage * off * off * scale;
                    gradient[i] = i < fitted ? (gradient[i] + (2 * options.Shrinkage * off)) * scale : 0;
                }

                return value;
            },
            point, MaxIterations, 1e-4 * Math.Sqrt(scale));
        var document = new TransferDocument(TransferLikelihood.MatrixOf(point), TransferLikelihood.StrengthsOf(point))
        {
            Source = FormattableString.Invariant($"fitted to {train.Count} cases of {train.Sum(one => one.Outcome.Trials):F0} trials"),
        };
        return new TransferFit(document, train.Count, heldOut.Count, Scores(document, likelihood, heldOut.Count > 0 ? new TransferLikelihood(heldOut) : null), result.IsConverged);
    }

    private static List<TransferScore> Scores(TransferDocument fitted, TransferLikelihood train, TransferLikelihood? heldOut)
    {
        (string Name, TransferMatrix Matrix, PriorStrengths Strengths)[] compared =
        [
            ("fitted", fitted.Matrix, fitted.Strengths),
            ("default", TransferMatrix.Default, PriorStrengths.Default),
            ("item", new TransferMatrix(TransferKernel.Full, TransferKernel.Full), PriorStrengths.Default),
            ("none", new TransferMatrix(TransferKernel.Empty, TransferKernel.Empty), PriorStrengths.Default),
        ];
        return [.. compared.Select(one => new TransferScore(
            one.Name, train.PerTrial(one.Matrix, one.Strengths), heldOut?.PerTrial(one.Matrix, one.Strengths) ?? double.NaN))];
    }
}
