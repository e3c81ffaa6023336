using Vitrina.Engine;
using Vitrina.Engine.Models;
using Vitrina.Learning;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Replay;
using Vitrina.Simulation.Goods;

namespace Vitrina.Cli.Benchmarks;

/// <summary><c>vitrina bench recommend --world goods --protocol groups</c>: which groups a person takes to next, on a simulated marketplace.</summary>
/// <remarks>
/// Before a step of a person all groups with active items are ranked on the state just before it; what the person takes to within the following day is
/// relevant. The model is fitted on earlier days and judged on later ones. Cold rows: a person's first step ever, nothing but attributes known. The
/// rows <c>first-</c> hold what needs no fit: first steps from the middle of the fitted days on. Lists of several worlds are pooled, for one has few first steps.
/// </remarks>
internal static class GroupsBenchmark
{
    private const int TrainedLists = 20_000;
    private const int AllGroups = 1_000;
    private static readonly (string Key, ListMetric Metric)[] s_metrics =
    [
        ("recall@40", relevances => RankingMetrics.Recall(relevances, 40)), ("ndcg@40", relevances => RankingMetrics.Ndcg(relevances, 40)),
        ("recall@10", relevances => RankingMetrics.Recall(relevances, 10)), ("ndcg@10", relevances => RankingMetrics.Ndcg(relevances, 10)),
        ("mrr", relevances => RankingMetrics.ReciprocalRank(relevances)),
    ];

    private static readonly string[] s_methods = ["popularity", "own-history", "co-visitation", "vitrina"];
    private static readonly string[] s_coldMethods = ["cold-popularity", "cold-metadata", "cold-vitrina"];
    private static readonly string[] s_firstMethods = ["first-popularity", "first-metadata"];

    /// <summary>The world unless the caller gives one: enough types to rank, and people of a region and age who are alike.</summary>
    public static GoodsConfiguration World { get; } = GoodsConfiguration.Demo with { TypeCount = 150, ItemCount = 8_000, UserCount = 6_000, NewUserShare = 0.4, SharedTaste = 0.8 };

    public static async Task<BenchReport> RunAsync(GoodsConfiguration configuration, int worlds, ulong seed, Terminal terminal, CancellationToken cancellationToken)
    {
        var figures = new GroupsFigures();
        for (var world = 0; world < worlds; world++)
        {
            var data = new DataDirectory(Directory.CreateTempSubdirectory("vitrina-groups-").FullName);
            try
            {
                await MeasureAsync(data, configuration, seed + (ulong)world, figures, terminal, cancellationToken);
            }
            finally
            {
                Directory.Delete(data.Root, recursive: true);
            }
        }

        EvaluationTable[] tables =
        [
            Table(s_methods, figures.All, seed, "popularity", "co-visitation", "own-history"), Table(s_coldMethods, figures.Cold, seed, "cold-popularity"),
            Table(s_firstMethods, figures.First, seed, "first-popularity"),
        ];
        return new BenchReport
        {
            Bench = "recommend",
            Dataset = $"goods, {worlds} worlds, seeds from {seed}, each of {configuration.TypeCount} groups, {configuration.UserCount} people, {configuration.Days} days",
            Protocol = $"groups: all groups ranked before each of {figures.All.Count} steps of the last days (time split), relevant = taken to within 24 h; cold: {figures.Cold.Count} first steps; first: {figures.First.Count}",
            Seed = seed,
            Rows = [.. tables.SelectMany(table => table.ToRows())],
        };
    }

    private static async Task MeasureAsync(
        DataDirectory data, GoodsConfiguration configuration, ulong seed, GroupsFigures figures, Terminal terminal, CancellationToken cancellationToken)
    {
        var world = GoodsWorld.Create(configuration, seed, new DateOnly(2026, 3, 1), Environment.ProcessorCount);
        var history = Path.Combine(data.Root, "history");
        await Commands.SimulateCommand.WriteAsync(world, world.OpenLoop(), history, false, terminal, cancellationToken);
        EngineAccess.AddShippedVertical(data, "goods");
        await using var runtime = EngineAccess.Start(data.Root, new EngineOptions { PublishIntervalMs = 1000 });
        await terminal.RunAsync("Importing", progress => Imports.RunAsync(runtime, data, new ImportRequest(history, null, null, null), progress, cancellationToken));
        var verticals = EngineAccess.Verticals(data);
        var options = new LearningOptions { Vertical = "goods", Surface = "groups", ReconstructedLists = TrainedLists, Trees = 300, Seed = seed };
        await terminal.RunAsync($"Learning and judging, seed {seed}", progress => Task.Run(
            () =>
            {
                var outcome = LearningLoop.Run(runtime.Journal, verticals, null, options, null, progress, cancellationToken);
                Judge(runtime, verticals, outcome, figures, progress, cancellationToken);
                return outcome;
            },
            cancellationToken));
    }

    private static void Judge(
        EngineRuntime runtime, IReadOnlyList<CompiledVertical> verticals, LearningOutcome outcome, GroupsFigures figures, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var vertical = verticals.First(known => known.Name == "goods");
        var survey = JournalSurvey.Of(runtime.Journal, vertical, "groups", false, TrainedLists, AllGroups, cancellationToken);
        var judge = new GroupsJudge(vertical, outcome, figures);
        var replay = new RankingReplay(runtime.Journal, verticals, vertical, null, withText: false);
        var (from, to) = (outcome.Manifest.Data.From.ToUnixTimeMilliseconds(), outcome.Manifest.Data.To.ToUnixTimeMilliseconds());
        replay.Run(
            survey,
            ranking =>
            {
                if (ranking.Record.AtMs >= (from + to) / 2)
                {
                    judge.Take(ranking, [.. ranking.Items.Select(item => survey.ActsOn(ranking.Record.Id, item.Id.Value) != 0 ? 1f : 0f)], isTest: ranking.Record.AtMs >= to);
                }
            },
            progress,
            cancellationToken);
    }

    private static EvaluationTable Table(string[] methods, List<double[][]> lists, ulong seed, params string[] baselines)
    {
        var table = new EvaluationTable(seed, baselines);
        for (var method = 0; method < methods.Length; method++)
        {
            for (var metric = 0; metric < s_metrics.Length; metric++)
            {
                table.AddLists(methods[method], s_metrics[metric].Key, lists.Select(list => list[method][metric]).ToArray());
            }
        }

        return table;
    }

    /// <summary>By list of all worlds, by method, the figures.</summary>
    private sealed class GroupsFigures
    {
        public List<double[][]> All { get; } = [];

        public List<double[][]> Cold { get; } = [];

        public List<double[][]> First { get; } = [];
    }

    /// <summary>Scores the lists of the test part by every method.</summary>
    private sealed class GroupsJudge(CompiledVertical vertical, LearningOutcome outcome, GroupsFigures figures)
    {
        private readonly IReadOnlyList<string> _names = vertical.FeatureNamesOf("groups");
        private readonly int[] _columns = outcome.Model.ColumnsIn(vertical.FeatureNamesOf("groups"));

        public void Take(ReplayedRanking ranking, float[] labels, bool isTest)
        {
            var popular = Column(ranking.Features, "group.popular");
            var isFirst = Column(ranking.Features, "group.history")[0] == 0;
            if (isFirst)
            {
                figures.First.Add([.. new[] { popular, Column(ranking.Features, "group.likely") }.Select(scores => Figures(scores, labels))]);
            }

            if (!isTest)
            {
                return;
            }

            // What a method does not know stands behind in the order of popularity.
            float[] Behind(string name) => [.. Column(ranking.Features, name).Select((score, row) => score + (1e-6f * popular[row]))];
            var model = new float[labels.Length];
            outcome.Model.Score(ranking.Features, _columns, model);
            figures.All.Add([.. new[] { popular, Behind("group.own"), Behind("group.following"), model }.Select(scores => Figures(scores, labels))]);
            if (isFirst)
            {
                figures.Cold.Add([.. figures.First[^1], Figures(model, labels)]);
            }
        }

        private float[] Column(FeatureMatrix features, string name)
        {
            for (var column = 0; column < _names.Count; column++)
            {
                if (_names[column] == name)
                {
                    return features.Column(column).ToArray();
                }
            }

            throw new InvalidOperationException($"The surface 'groups' of goods has no feature '{name}'.");
        }

        private static double[] Figures(float[] scores, float[] labels) =>
            [.. s_metrics.Select(metric => RankingMetrics.PerList(scores, labels, [0, labels.Length], metric.Metric)[0])];
    }
}
