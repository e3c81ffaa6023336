using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Recommending.Sources;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Learning.Recommending.Reranking;

/// <summary>Collects candidates with their features fold by fold, and trains the re-ranker on them.</summary>
/// <remarks>Not for concurrent use. Dispose it, so that a temporary file never stays behind.</remarks>
public sealed class RerankerTraining : IDisposable
{
    private const int QueriesOfStep = 1024;
    private readonly RecommendTask _task;
    private readonly RerankerOptions _options;
    private readonly ulong _seed;
    private readonly List<List<(float[] Row, bool IsTarget)>> _watched = [];
    private int[] _shares = [];
    private TreeDatasetBuilder? _builder;
    private int _list;

    /// <summary>Starts a training.</summary>
    /// <param name="task">What is to be recommended.</param>
    /// <param name="options">Settings.</param>
    /// <param name="seed">Seeds what is drawn.</param>
    public RerankerTraining(RecommendTask task, RerankerOptions options, ulong seed)
    {
        _task = task;
        _options = options;
        _seed = seed;
    }

    /// <summary>Adds the candidates of a fold's queries; queries without a target among their candidates say nothing about order and are left out.</summary>
    /// <param name="sources">Sources that do not know the targets.</param>
    /// <param name="all">The queries.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    public void Add(FittedSources sources, IReadOnlyList<RecommendQuery> all, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(all);
        CandidateFeatures features = new(sources);
        _shares = features.Shares;
        _builder ??= new TreeDatasetBuilder([.. features.Names.Select(name => new TreeInput(name))], new TreeDatasetOptions { Seed = _seed });
        RecommendQuery[] queries = Draw(all, _task.MostLearned, _seed);
        for (int first = 0; first < queries.Length; first += QueriesOfStep)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ArraySegment<RecommendQuery> step = new(queries, first, Math.Min(QueriesOfStep, queries.Length - first));
            foreach ((RecommendQuery query, List<(float[] Row, bool IsTarget)> rows) in step.Zip(RowsOf(sources, step)))
            {
                Add(rows, IsWatched(query));
            }
        }
    }

    /// <summary>Trains on what was added.</summary>
    /// <exception cref="Training.TrainingSetException">No query had a target among its candidates.</exception>
    public Reranker Train(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        TreeDataset set = _builder!.Build();
        using TreeDatasetBuilder later = new(set);
        for (int list = 0; list < _watched.Count; list++)
        {
            foreach ((float[] row, bool isTarget) in _watched[list])
            {
                later.Add(row, isTarget ? 1 : 0, 1, list);
            }
        }

        TreeDataset? watched = later.RowCount > 0 ? later.Build() : null;
        TreeTraining[] forests =
        [
            .. _options.Forests.Select((forest, number) => TreeTrainer.Train(set, forest with { Seed = _seed + (ulong)number }, watched, progress, cancellationToken)),
        ];
        TreeModel model = new(TreeEnsemble.SumOf([.. forests.Select(forest => (forest.Model, 1.0 / forests.Length))]));
        ScoreBlend blend = watched is null ? default : ScoreBlend.Choose(model, _watched, _shares);
        _watched.Clear();
        return new Reranker(model, blend, [.. forests.Select(forest => forest.Report)]);
    }

    /// <inheritdoc/>
    public void Dispose() => _builder?.Dispose();

    // By who asks: a person whose later list is watched teaches nothing by an earlier one.
    private bool IsWatched(RecommendQuery query) => RandomStream.For(_seed, "watched " + query.Name).NextBool(_options.WatchedShare);

    // The first list is learned from in any case.
    private void Add(List<(float[] Row, bool IsTarget)> rows, bool isWatched)
    {
        if (rows.Count == 0)
        {
            return;
        }

        if (_list > 0 && isWatched)
        {
            _watched.Add(rows);
        }
        else
        {
            foreach ((float[] row, bool isTarget) in rows)
            {
                _builder!.Add(row, isTarget ? 1 : 0, 1, _list);
            }
        }

        _list++;
    }

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
    private List<(float[] Row, bool IsTarget)>[] RowsOf(FittedSources sources, ArraySegment<RecommendQuery> queries)
    {
        List<(float[] Row, bool IsTarget)>[] rows = new List<(float[] Row, bool IsTarget)>[queries.Count];
        CandidateFeatures features = new(sources);
        Parallel.For(0, queries.Count, () => new QueryWorkspace(sources, _task), (number, _, work) =>
        {
            RecommendQuery query = queries[number];
            work.Retrieve(query);
            rows[number] = [];
            int[] order = [.. Enumerable.Range(0, work.CandidateCount)];
            RandomStream random = RandomStream.For(_seed, "negatives of " + query.Name);
            random.Shuffle<int>(order);
            int[] chosen = Chosen(query, work, order, IsWatched(query) ? int.MaxValue : _options.NegativesPerList);
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
