using Vitrina.Engine.Models.Linear;

namespace Vitrina.Learning.Training;

/// <summary>A trained model and what the run did.</summary>
/// <param name="Model">The model, its features in the training set's order.</param>
/// <param name="Report">What the run did.</param>
public readonly record struct LogisticTraining(LogisticModel Model, LogisticTrainingReport Report);

/// <summary>Trains the linear model: reads each feature in its best form, standardises it and minimises the penalised loss to the end.</summary>
/// <remarks>
/// Missing values get a weight of their own. Constant and all-missing features get weight 0 and are named in the report. Deterministic: the
/// same rows and options give the same model to the bit, whatever the number of threads.
/// </remarks>
public static class LogisticTrainer
{
    /// <summary>Trains a model.</summary>
    /// <param name="set">The rows; for the listwise objective rows of one list follow each other.</param>
    /// <param name="options">How to train.</param>
    /// <param name="validation">Later rows with the same features, on which the penalty is chosen from the grid; null to use the option as given.</param>
    /// <exception cref="TrainingSetException">The set cannot be learned from: no positives, bad labels or weights, scattered lists.</exception>
    /// <exception cref="ArgumentException">An option is out of range, names an unknown feature, or the validation set has other features.</exception>
    public static LogisticTraining Train(TrainingSet set, LogisticTrainerOptions options, TrainingSet? validation = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        Check(set, options, validation);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.Threads == 0 ? Environment.ProcessorCount : options.Threads };
        TrainingLists lists = TrainingLists.Of(set, options.Objective);
        FeatureEncoding[] encodings = new EncodingFitter(set, options, lists.Starts).Fit(parallel);
        LinearProblem problem = new(set, encodings, lists, parallel);
        LinearProblem? judge = validation is null ? null : new(validation, encodings, TrainingLists.Of(validation, options.Objective), parallel);

        double[] point = new double[problem.ParameterCount];
        if (problem.InterceptIndex >= 0)
        {
            point[problem.InterceptIndex] = Math.Log(lists.PositiveShare / (1 - lists.PositiveShare));
        }

        List<PenaltyTrial> trials = [];
        double l2 = options.L2;
        if (judge is not null && options.L2Grid.Count > 0)
        {
            l2 = ChoosePenalty(problem, judge, options, point, trials);
        }

        problem.L2 = l2;
        SolverResult result = Minimise(problem, point, options);
        problem.L2 = 0;
        double loss = Loss(problem, point);
        LogisticTrainingReport report = new()
        {
            Rows = set.RowCount,
            Lists = lists.Count - lists.SkippedCount,
            SkippedLists = lists.SkippedCount,
            PositiveRows = lists.PositiveRows,
            Parameters = problem.ParameterCount,
            Method = IsNewton(problem, options) ? "newton" : "l-bfgs",
            Iterations = result.Iterations,
            Converged = result.IsConverged,
            GradientNorm = result.GradientNorm,
            Loss = loss,
            L2 = l2,
            ValidationLoss = judge is null ? null : Loss(judge, point),
            Trials = trials,
            Unused = Unused(set, encodings),
            TrainingSetBytes = set.MemoryBytes,
        };
        return new LogisticTraining(Build(set, encodings, problem, point, options), report);
    }

    private static double ChoosePenalty(
        LinearProblem problem, LinearProblem judge, LogisticTrainerOptions options, double[] point, List<PenaltyTrial> trials)
    {
        double[] best = point;
        double[] current = (double[])point.Clone();
        double bestLoss = double.PositiveInfinity, bestL2 = options.L2;
        foreach (double l2 in options.L2Grid)
        {
            // Each penalty starts where the one before it ended: neighbours on the grid have neighbouring minima.
            problem.L2 = l2;
            Minimise(problem, current, options);
            double loss = Loss(judge, current);
            trials.Add(new PenaltyTrial(l2, loss));
            if (loss < bestLoss)
            {
                (bestLoss, bestL2, best) = (loss, l2, (double[])current.Clone());
            }
        }

        best.CopyTo(point, 0);
        return bestL2;
    }

    private static SolverResult Minimise(LinearProblem problem, double[] point, LogisticTrainerOptions options)
        => IsNewton(problem, options)
            ? ConvexSolver.Newton(problem, point, options.MaxIterations, options.Tolerance)
            : ConvexSolver.LimitedMemory(problem, point, options.MaxIterations, options.Tolerance);

    private static bool IsNewton(LinearProblem problem, LogisticTrainerOptions options) => problem.ParameterCount <= options.NewtonLimit;

    private static double Loss(LinearProblem problem, double[] point) => problem.Evaluate(point, new double[point.Length], []);

    private static LogisticModel Build(
        TrainingSet set, FeatureEncoding[] encodings, LinearProblem problem, double[] point, LogisticTrainerOptions options)
    {
        LogisticFeature[] features = new LogisticFeature[encodings.Length];
        for (int f = 0; f < features.Length; f++)
        {
            FeatureEncoding encoding = encodings[f];
            string name = set.FeatureNames[f];
            features[f] = new LogisticFeature
            {
                Name = name,
                LogScale = encoding.LogScale,
                Low = encoding.Low,
                High = encoding.High,
                Mean = encoding.Mean,
                Scale = encoding.Scale,
                Weight = problem.WeightIndex[f] < 0 ? 0 : point[problem.WeightIndex[f]],
                MissingWeight = problem.MissingIndex[f] < 0 ? 0 : point[problem.MissingIndex[f]],
                FixedAtServing = options.FixedAtServing.TryGetValue(name, out float value) ? value : null,
            };
        }

        return new LogisticModel(problem.InterceptIndex < 0 ? 0 : point[problem.InterceptIndex], features);
    }

    private static List<UnusedFeature> Unused(TrainingSet set, FeatureEncoding[] encodings)
    {
        List<UnusedFeature> unused = [];
        for (int f = 0; f < encodings.Length; f++)
        {
            if (encodings[f].UnusedReason is { } reason)
            {
                unused.Add(new UnusedFeature(set.FeatureNames[f], reason));
            }
        }

        return unused;
    }

    private static void Check(TrainingSet set, LogisticTrainerOptions options, TrainingSet? validation)
    {
        foreach (double l2 in options.L2Grid.Append(options.L2))
        {
            if (!(l2 > 0) || !double.IsFinite(l2))
            {
                throw new ArgumentException(FormattableString.Invariant($"The penalty {l2} is not above 0."), nameof(options));
            }
        }

        if (options.MaxIterations < 1 || !(options.Tolerance >= 0) || !(options.ClipQuantile is >= 0 and <= 0.25) || options.Threads < 0)
        {
            throw new ArgumentException("MaxIterations, Tolerance, ClipQuantile or Threads is out of range.", nameof(options));
        }

        foreach ((string name, float value) in options.FixedAtServing)
        {
            if (!set.FeatureNames.Contains(name) || !float.IsFinite(value))
            {
                throw new ArgumentException($"FixedAtServing names '{name}', which is not a feature of the set, or gives it a value that is not finite.", nameof(options));
            }
        }

        if (validation is not null && !validation.FeatureNames.SequenceEqual(set.FeatureNames, StringComparer.Ordinal))
        {
            throw new ArgumentException("The validation set does not have the training set's features in the same order.", nameof(validation));
        }
    }
}
