using Vitrina.Learning.Recommending.Measuring;
using Vitrina.Learning.Recommending.Reranking;
using Vitrina.Learning.Recommending.Sources;

namespace Vitrina.Learning.Recommending;

/// <summary>One test of a task, measured.</summary>
/// <param name="Test">The test.</param>
/// <param name="Methods">The methods; the re-ranked list stands last.</param>
/// <param name="FitSeconds">How long the sources of this test took to fit.</param>
public sealed record MeasuredTest(RecommendTest Test, IReadOnlyList<MeasuredMethod> Methods, double FitSeconds);

/// <summary>Takes the re-ranked list of a query, best first.</summary>
public delegate void ListReceiver(RecommendTest test, RecommendQuery query, IReadOnlyList<(int Item, float Score)> list);

/// <summary>The whole way of a task: settings are chosen on the learning folds, the re-ranker is trained on them, the tests are measured.</summary>
public sealed class RecommendRun
{
    private readonly RecommendTask _task;
    private readonly ulong _seed;
    private readonly CancellationToken _cancellationToken;
    private FittedSources? _latest;
    private Reranker? _reranker;

    private RecommendRun(RecommendTask task, ulong seed, CancellationToken cancellationToken)
    {
        _task = task;
        _seed = seed;
        _cancellationToken = cancellationToken;
    }

    /// <summary>The settings that were chosen.</summary>
    public SourceOptions Settings { get; private set; } = new();

    /// <summary>What the re-ranker's training did.</summary>
    public Reranker Reranker => _reranker!;

    /// <summary>Chooses settings and trains the re-ranker.</summary>
    /// <param name="task">The task.</param>
    /// <param name="seed">Seeds everything random.</param>
    /// <param name="progress">Receives the done share.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    public static RecommendRun Learn(RecommendTask task, ulong seed, IProgress<double> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(progress);
        RecommendRun run = new(task, seed, cancellationToken);
        if (task.Fit is null)
        {
            run.Settings = SettingsSearch.Choose(task, seed, settled => progress.Report(0.3 * settled), cancellationToken);
        }

        progress.Report(0.3);
        using RerankerTraining training = new(task, task.IsOrdered ? new RerankerOptions() : RerankerOptions.ForSets, seed);

        // The latest fold last: its sources answer the test without refit as well, the others are let go.
        ItemSequences? known = null;
        for (int fold = task.Learning.Count - 1; fold >= 0; fold--)
        {
            if (task.Learning[fold].Known != known)
            {
                known = task.Learning[fold].Known;
                run._latest = null;
                run._latest = task.Fit?.Invoke(known) ?? FittedSources.Fit(known, task, run.Settings);
            }

            training.Add(run._latest!, task.Learning[fold].Queries, cancellationToken);
            progress.Report(0.3 + (0.3 * (task.Learning.Count - fold) / task.Learning.Count));
        }

        run._reranker = training.Train(null, cancellationToken);
        progress.Report(0.8);
        return run;
    }

    /// <summary>Measures all methods on the tests.</summary>
    /// <param name="listed">Receives every re-ranked list; null for nobody.</param>
    public IEnumerable<MeasuredTest> Measure(ListReceiver? listed)
    {
        foreach (RecommendTest test in _task.Tests)
        {
            long since = TimeProvider.System.GetTimestamp();
            if (test.Fold.Known != _task.Learning[0].Known)
            {
                _latest = null;
                _latest = _task.Fit?.Invoke(test.Fold.Known) ?? FittedSources.Fit(test.Fold.Known, _task, Settings);
            }

            double seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
            yield return new MeasuredTest(
                test,
                RecommendMeasurement.Run(
                    _latest!, _reranker, test.Fold.Queries, _task, listed is null ? null : (query, list) => listed(test, query, list), _cancellationToken),
                seconds);
        }

        _latest = null;
    }
}
