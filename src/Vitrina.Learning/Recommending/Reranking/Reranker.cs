using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Recommending.Sources;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Learning.Recommending.Reranking;

/// <summary>How the re-ranker learns.</summary>
public sealed record RerankerOptions
{
    /// <summary>Candidates without a target that are drawn from each list. Default: 120.</summary>
    public int NegativesPerList { get; init; } = 120;

    /// <summary>Most queries of a fold that are learned from, drawn by the seed. Default: 30,000.</summary>
    public int MostQueries { get; init; } = 30_000;

    /// <summary>How the trees grow.</summary>
    public TreeTrainerOptions Trees { get; init; } = new()
    {
        Objective = TreeObjective.Logistic,
        Trees = 300,
        LearningRate = 0.08,
        MaxLeaves = 32,
        MaxDepth = 6,
        MinRowsInLeaf = 40,
        RowShare = 0.7,
        FeatureShare = 0.4,
        L2 = 5,
    };
}

/// <summary>Trees over the features of candidates, trained on what came next after a cut that the sources did not see.</summary>
public sealed class Reranker
{
    private const int QueriesOfStep = 1024;
    private readonly TreeModel _model;
    private readonly int[] _columns;

    private Reranker(TreeModel model, TreeTrainingReport report)
    {
        _model = model;
        Report = report;
        _columns = [.. Enumerable.Range(0, model.Inputs.Count)];
    }

    /// <summary>What the training did.</summary>
    public TreeTrainingReport Report { get; }

    /// <summary>The trees; inputs are <see cref="CandidateFeatures"/> by name.</summary>
    public TreeModel Model => _model;

    /// <summary>Learns from one or more folds.</summary>
    /// <param name="folds">Fitted sources with the queries that they do not know the targets of.</param>
    /// <param name="allowsRepeats">Whether an item of the history may be the answer.</param>
    /// <param name="options">Settings.</param>
    /// <param name="seed">Seeds what is drawn.</param>
    /// <param name="progress">Receives the done share.</param>
    /// <param name="cancellationToken">Ends the training between two steps.</param>
    /// <exception cref="Training.TrainingSetException">No query has a target among its candidates.</exception>
    public static Reranker Train(
        IReadOnlyList<(FittedSources Sources, IReadOnlyList<RecommendQuery> Queries)> folds, bool allowsRepeats, RerankerOptions options, ulong seed,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folds);
        ArgumentNullException.ThrowIfNull(options);
        string[] names = new CandidateFeatures(folds[0].Sources).Names;
        using TreeDatasetBuilder builder = new([.. names.Select(name => new TreeInput(name))], new TreeDatasetOptions { Seed = seed });
        int list = 0;
        foreach ((FittedSources sources, IReadOnlyList<RecommendQuery> all) in folds)
        {
            RecommendQuery[] queries = Draw(all, options.MostQueries, seed);
            for (int first = 0; first < queries.Length; first += QueriesOfStep)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ArraySegment<RecommendQuery> step = new(queries, first, Math.Min(QueriesOfStep, queries.Length - first));
                foreach (List<(float[] Row, bool IsTarget)> rows in RowsOf(sources, step, allowsRepeats, options, seed))
                {
                    foreach ((float[] row, bool isTarget) in rows)
                    {
                        builder.Add(row, isTarget ? 1 : 0, 1, list);
                    }

                    list += rows.Count > 0 ? 1 : 0;
                }
            }
        }

        TreeTraining training = TreeTrainer.Train(builder.Build(), options.Trees with { Seed = seed }, null, progress, cancellationToken);
        return new Reranker(new TreeModel(training.Model), training.Report);
    }

    /// <summary>Scores all candidates of a workspace, whose features are filled.</summary>
    /// <param name="work">The query at work.</param>
    /// <param name="scores">Receives log-odds that the candidate comes next, shape [candidates].</param>
    internal void Score(QueryWorkspace work, Span<float> scores) => _model.Score(work.Features, _columns, scores);

    private static RecommendQuery[] Draw(IReadOnlyList<RecommendQuery> queries, int limit, ulong seed)
    {
        RecommendQuery[] order = [.. queries];
        if (order.Length > limit)
        {
            RandomStream random = RandomStream.For(seed, "learning queries");
            random.Shuffle<RecommendQuery>(order);
            Array.Resize(ref order, limit);
        }

        return order;
    }

    // Rows of each query, empty where no target is among the candidates: such a list says nothing about order.
    private static List<(float[] Row, bool IsTarget)>[] RowsOf(
        FittedSources sources, ArraySegment<RecommendQuery> queries, bool allowsRepeats, RerankerOptions options, ulong seed)
    {
        List<(float[] Row, bool IsTarget)>[] rows = new List<(float[] Row, bool IsTarget)>[queries.Count];
        CandidateFeatures features = new(sources);
        Parallel.For(0, queries.Count, () => new QueryWorkspace(sources, allowsRepeats), (number, _, work) =>
        {
            RecommendQuery query = queries[number];
            work.Retrieve(query);
            rows[number] = [];
            int[] order = [.. Enumerable.Range(0, work.CandidateCount)];
            RandomStream random = RandomStream.For(seed, "negatives of " + query.Name);
            random.Shuffle<int>(order);
            int[] chosen = Chosen(query, work, order, options.NegativesPerList);
            if (chosen.Length > 0)
            {
                features.Fill(query, work);
            }

            foreach (int candidate in chosen)
            {
                float[] row = new float[features.Names.Length];
                for (int feature = 0; feature < row.Length; feature++)
                {
                    row[feature] = work.Features[candidate, feature];
                }

                rows[number].Add((row, query.Targets.Contains(work.Candidates[candidate])));
            }

            return work;
        }, _ => { });
        return rows;
    }

    // All targets, and negatives in the drawn order; nothing without a target.
    private static int[] Chosen(RecommendQuery query, QueryWorkspace work, int[] order, int negatives)
    {
        HashSet<int> targets = [.. query.Targets];
        List<int> chosen = [];
        int left = negatives;
        bool hasTarget = false;
        foreach (int candidate in order)
        {
            bool isTarget = targets.Contains(work.Candidates[candidate]);
            hasTarget |= isTarget;
            if (isTarget || left-- > 0)
            {
                chosen.Add(candidate);
            }
        }

        return hasTarget ? [.. chosen] : [];
    }
}
