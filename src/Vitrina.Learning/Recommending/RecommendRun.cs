using Vitrina.Learning.Recommending.Measuring;
using Vitrina.Learning.Recommending.Reranking;
using Vitrina.Learning.Recommending.Sources;

namespace Vitrina.Learning.Recommending;

/// <summary>One test of a task, measured.</summary>
/// <param name="Test">The test.</param>
/// <param name="Methods">The methods; the re-ranked list stands last.</param>
/// <param name="FitSeconds">How long the sources of this test took to fit.</param>
public sealed record MeasuredTest(RecommendTest Test, IReadOnlyList<MeasuredMethod> Methods, double FitSeconds);

/// <summary>The whole way of a task: settings are chosen on the learning folds, the re-ranker is trained on them, the tests are measured.</summary>
public static class RecommendRun
{
    /// <summary>Runs a task.</summary>
    public static IReadOnlyList<MeasuredTest> Run(
        RecommendTask task, ulong seed, Action<RecommendTest, RecommendQuery, IReadOnlyList<(int Item, float Score)>>? listed,
        Action<string> say, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(say);
        SourceOptions options = task.IsOrdered ? new SourceOptions() : SourceOptions.ForSets;
        List<(FittedSources Sources, IReadOnlyList<RecommendQuery> Queries)> folds = [];
        foreach (RecommendFold fold in task.Learning)
        {
            folds.Add((FittedSources.Fit(fold.Known, task.Attributes, task.IsOrdered, options), fold.Queries));
            say("fitted");
        }

        Reranker reranker = Reranker.Train(folds, task.AllowsRepeats, new RerankerOptions(), seed, null, cancellationToken);
        say("trained " + reranker.Report.Rows);
        List<MeasuredTest> measured = [];
        foreach (RecommendTest test in task.Tests)
        {
            long since = TimeProvider.System.GetTimestamp();
            FittedSources fitted = test.Fold.Known == task.Learning[0].Known
                ? folds[0].Sources
                : FittedSources.Fit(test.Fold.Known, task.Attributes, task.IsOrdered, options);
            double seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
            measured.Add(new MeasuredTest(test, RecommendMeasurement.Run(
                fitted, reranker, test.Fold.Queries, task.AllowsRepeats,
                listed is null ? null : (query, list) => listed(test, query, list), null, cancellationToken), seconds));
            say("measured");
        }

        return measured;
    }
}
