using Vitrina.Learning.Recommending;
using Vitrina.Learning.Recommending.Reranking;
using Vitrina.Learning.Recommending.Sources;

namespace Vitrina.Tests.Learning.Recommending;

public sealed class CandidateFeaturesTests
{
    [Fact]
    public void Agreement_says_how_far_up_the_sources_have_a_candidate()
    {
        // Item 0 is in the history; item 4 is nobody's but popularity's.
        FittedSources fitted = new([9, 5, 5, 5, 1],
        [
            new FixedSource("popularity", 50, [9, 5, 5, 5, 1]), new FixedSource("a", 50, [8, 4, 2, 1, 0]), new FixedSource("b", 50, [0, 1, 5, 0, 0]), new FixedSource("c", 50, [0, 3, 3, 0, 0]),
        ]);
        RecommendTask task = new() { ItemNames = ["i", "j", "k", "l", "m"], IsOrdered = false, Learning = [], Tests = [] };
        CandidateFeatures features = new(fitted);
        QueryWorkspace work = new(fitted, task);
        RecommendQuery query = new("ann", [0], [1]);
        work.Retrieve(query);
        features.Fill(query, work);

        float Of(string name, int item) => work.Features[work.Candidates.IndexOf(item), Array.IndexOf(features.Names, name)];
        float[] All(string name) => [.. Enumerable.Range(1, 4).Select(item => Of(name, item))];
        float first = 1 / 10f, second = 1 / 11f, third = 1 / 12f;
        RandomHistories.AssertNear([first + second + first, second + first + first, third, 0], All("agreement"));
        RandomHistories.AssertNear([1, 1, third / (first + second + first), 0], All("agreement_share"));
        RandomHistories.AssertNear([3, 3, 1, 0], All("listed"));
        RandomHistories.AssertNear([1 + (1 / 5f) + 1, (2 / 4f) + 1 + 1, 1 / 4f, 0], All("share_sum"));
        RandomHistories.AssertNear([0, 0, 2], All("best_rank")[..3]);
        RandomHistories.AssertNear([0, 0], All("second_rank")[..2]);
        Assert.True(float.IsNaN(Of("second_rank", 3)) && float.IsNaN(Of("best_rank", 4)));
        RandomHistories.AssertNear([MathF.Log(2), MathF.Log(2), MathF.Log(3) + 14, 21], All("log_ranks"));
    }

    [Fact]
    public void The_rarest_attribute_of_an_item_is_one_that_another_item_has_too()
    {
        ItemAttributes attributes = new(4, [[0, 1], [0, 1, 2], [0, 3], [0, 3], [0], []]);
        Assert.Equal([1, 1, 3, 3, 0, -1], attributes.Rarest);
    }
}
