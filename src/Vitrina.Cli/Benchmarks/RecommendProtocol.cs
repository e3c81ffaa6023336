using Vitrina.Learning.Recommending;
using Vitrina.Learning.Recommending.Protocols;

namespace Vitrina.Cli.Benchmarks;

/// <summary>A protocol of <c>vitrina bench recommend</c>.</summary>
/// <param name="Name">As one types it.</param>
/// <param name="Sentence">What is cut and measured.</param>
/// <param name="Headline">The measure by which the best baseline is named.</param>
/// <param name="Measures">The measures of a row; differences are given of the first two.</param>
/// <param name="Key">The key that tells parts apart; empty where there is one.</param>
/// <param name="Read">Reads the data as tasks; tasks of one part are measured together.</param>
internal sealed record RecommendProtocol(
    string Name, string Sentence, string Headline, string[] Measures, string Key, Func<string, ulong, IReadOnlyList<(string Part, RecommendTask Task)>> Read)
{
    public static IReadOnlyList<RecommendProtocol> All { get; } =
    [
        new(
            "leave-last-out",
            "each person's last item is asked for; all items outside the history are ranked, equal scores by popularity, ties half; refit false: sources know all but the last two items (the last but one trains the trees), true: all but the last",
            "ndcg@10",
            ["hr@10", "ndcg@10", "recall@20", "ndcg@20", "recall@40", "ndcg@40", "mrr", "hr@5", "ndcg@5"],
            "",
            (path, seed) => [("", LeaveLastOut.Read(path, seed))]),
        new(
            "train-test",
            "the given split; all items outside a person's training part are ranked; recall over all test items, binary ndcg",
            "ndcg@20",
            ["recall@20", "ndcg@20", "hr@10", "ndcg@10", "recall@40", "ndcg@40", "mrr"],
            "",
            (path, seed) => [("", TrainTest.Read(path, seed))]),
        new(
            "sessions",
            "each next item of the last tenth of the sessions; all items are ranked, those of the session included; refit false: sources know the first eight tenths, true: nine tenths",
            "recall@20",
            ["recall@20", "mrr@20", "hr@10", "ndcg@10", "ndcg@20", "recall@40", "ndcg@40", "mrr"],
            "",
            (path, seed) => [("", NextInSession.Read(path, seed))]),
        new(
            "groups",
            "attributes are groups; the groups of each person's last item are asked for; all groups are ranked, own ones included; rare: those on at most 1 % of the items, ranked among their like",
            "ndcg@40",
            ["recall@40", "ndcg@40", "hr@10", "ndcg@10", "recall@20", "ndcg@20", "mrr"],
            "groups",
            NextGroups.Read),
        new(
            "rating-kfold",
            "every rating is relevant; all items outside a person's training part are ranked; 75/25 by user as microsoft/recommenders, 5-fold as gorse 0.1, per person and fold",
            "ndcg@10",
            ["ndcg@10", "precision@10", "recall@10", "hr@10", "recall@20", "ndcg@20", "recall@40", "ndcg@40", "mrr"],
            "split",
            RatingFolds.Read),
    ];
}
